import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { DAY } from "../../protocol/time.ts";
import { csvCell } from "../report/csv.ts";
import { compareHosts } from "./compare.ts";
import { csvClients } from "./csv-clients.ts";
import { csvComparison } from "./csv-comparison.ts";
import { htmlClients } from "./html-clients.ts";
import { htmlComparison } from "./html-comparison.ts";
import { jsonClients, jsonComparison } from "./json.ts";
import { cmid, evidenceOf, OFFICE_2021, SERVER_2022, span } from "./log-for-tests.ts";
import { select } from "./select.ts";
import { summarise } from "./summarise.ts";
import { LANGUAGES, WORDS } from "./words.ts";

const START = Date.UTC(2026, 2, 1, 8);
const at = (days: number) => START + days * DAY;
const HOSTILE = '=cmd|"/c calc"!A0<script>alert(1)</script>';

const evidence = evidenceOf(
  [
    { time: at(0), name: "pc-1.corp.example" },
    { time: at(7), name: "PC-1" },
    { time: at(58), name: "pc-2", cmid: cmid(2), code: 0xc004f06c, product: SERVER_2022, virtual: 1 },
    { time: at(59), name: "pc-3", cmid: cmid(3), product: OFFICE_2021 },
    { time: at(59), name: HOSTILE, cmid: cmid(4), product: "11111111-2222-4333-8444-555555555555" },
  ],
  { logs: [span(START, at(60))] },
);
const report = summarise(evidence);
const comparison = compareHosts(evidence, evidence);

/** RFC 4180, read by its grammar. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let at = 0;
  while (at < text.length) {
    let cell = "";
    if (text[at] === '"') {
      for (at += 1; !(text[at] === '"' && text[at + 1] !== '"'); at += text[at] === '"' ? 2 : 1)
        cell += text[at];
      at += 1;
    } else while (text[at] !== "," && text[at] !== "\r") cell += text[at++];
    rows.at(-1)?.push(cell);
    if (text[at] === "\r") {
      expect(text[at + 1]).toBe("\n");
      at += 2;
      if (at < text.length) rows.push([]);
    } else at += 1;
  }
  return rows;
}

test("CSV holds one machine a line, as wide as its headings, and nothing that a spreadsheet would run", () => {
  for (const text of [
    [...csvClients(report, report.machines)].join(""),
    [...csvComparison(comparison)].join(""),
  ]) {
    const [headings = [], ...rows] = parseCsv(text);
    expect(rows).toHaveLength(report.machines.length);
    for (const row of rows) expect(row).toHaveLength(headings.length);
    expect(rows.map(([machine]) => machine)).toContain(`'${HOSTILE.toLowerCase()}`);
  }
});

test("CSV states what a machine is, when it was seen, and what is expected of it", () => {
  const [headings = [], ...rows] = parseCsv([...csvClients(report, report.machines)].join(""));
  const row = rows.find(([machine]) => machine === "pc-1") ?? [];
  const cells = Object.fromEntries(headings.map((heading, index) => [heading, row[index]]));
  expect(cells).toMatchObject({
    names: "pc-1; pc-1.corp.example",
    condition: "overdue",
    products: "Windows 10/11 Enterprise",
    first_seen: "2026-03-01T08:00:00Z",
    last_seen: "2026-03-08T08:00:00Z",
    requests: "2",
    next_renewal: "2026-03-15T08:00:00Z",
    last_code: "0x00000000",
  });
});

test.each(["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "|x"])(
  "the cell %p is no formula",
  (text) => {
    expect(csvCell(text).replaceAll('"', "")).toStartWith("'");
  },
);

test("any cells come back from CSV as they were, but for the apostrophe", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 5 }), (cells) => {
      const back = parseCsv(`${cells.map(csvCell).join(",")}\r\n`)[0] ?? [];
      expect(back.map((cell, index) => (cell === cells[index] ? cell : cell.slice(1)))).toEqual(cells);
    }),
  );
});

test("JSON has times as RFC 3339, codes as people know them, and products by name", () => {
  const all = JSON.parse([...jsonClients(report, report.machines)].join(""));
  expect(all).toMatchObject({ version: 1, requests: 5, hosts: [{ first: "2026-03-01T08:00:00Z" }] });
  const machine = all.machines.find((each: { label: string }) => each.label === "pc-2");
  expect(machine).toMatchObject({
    code: "0xC004F06C",
    failures: [{ code: "0xC004F06C", requests: 1 }],
    products: [{ id: SERVER_2022, product: "Windows Server 2022 Standard" }],
  });
  expect(JSON.parse(jsonComparison(comparison))).toMatchObject({
    version: 1,
    switchOff: { verdict: "not-yet" },
  });
});

test.each(LANGUAGES)("the page in %s is one file without script, and names do no harm in it", (language) => {
  for (const page of [htmlClients(report, report.machines, language), htmlComparison(comparison, language)]) {
    expect(page).not.toMatch(/<script|\son\w+=|javascript:|(?:src|href)=|url\(|@import|style="/i);
    expect(page).toContain("&#60;script&#62;");
    const [, style = ""] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
    const hash = createHash("sha256").update(style).digest("base64");
    const [, policy = ""] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    expect(policy.replaceAll("&#39;", "'")).toStartWith(`default-src 'none'; style-src 'sha256-${hash}'`);
    expect(page).toContain(`<html lang="${language}">`);
  }
});

test("the page of an empty report is a page", () => {
  const empty = summarise(evidenceOf([]));
  expect(htmlClients(empty, [], "en")).toContain(WORDS.en.nobodyNeedsAttention);
});

test("plots name every day with its requests, and stay small over years", () => {
  const years = Array.from({ length: 300 }, (_, index) => ({ time: at(index * 10), name: "pc-1" }));
  const page = htmlClients(summarise(evidenceOf(years)), [], "en");
  expect(page.match(/<g><title>/g)?.length ?? 0).toBeLessThanOrEqual(180 + 24);
  expect(page).toContain(WORDS.en.requestsPerWeek);
});

test.each([
  [{}, ["pc-1", "pc-2", "pc-3"]],
  [{ failed: true }, ["pc-2"]],
  [{ product: "office" }, ["pc-3"]],
  [{ product: SERVER_2022 }, ["pc-2"]],
  [{ since: at(58) + 1 }, ["pc-3"]],
  [{ sort: "name" as const }, ["pc-1", "pc-2", "pc-3"]],
  [{ sort: "last" as const }, ["pc-1", "pc-2", "pc-3"]],
  [{ sort: "failed" as const }, ["pc-2", "pc-1", "pc-3"]],
  [{ sort: "requests" as const }, ["pc-1", "pc-2", "pc-3"]],
])("%p selects %p", (selection, expected) => {
  const labels = select(report.machines, selection).map((machine) => machine.label);
  const named = labels.filter((label) => label.startsWith("pc-"));
  if ("sort" in selection) expect(named).toEqual(expected);
  else expect(named.sort()).toEqual(expected);
});

test("what needs attention comes first", () => {
  const conditions = report.machines.map((machine) => machine.condition);
  expect(conditions).toEqual(["failing", "overdue", "new", "new"]);
});

test("both languages say everything", () => {
  for (const [name, value] of Object.entries(WORDS.en)) {
    const other = WORDS.ja[name as keyof typeof WORDS.ja];
    expect(typeof other).toBe(typeof value);
    if (typeof value === "object" && !Array.isArray(value))
      expect(Object.keys(other as object)).toEqual(Object.keys(value));
    if (Array.isArray(value)) expect(other).toHaveLength(value.length);
  }
});
