import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { CAUSES } from "../src/doctor/causes/index.ts";
import type { ReportDocument } from "../src/doctor/report/document.ts";
import { FORMATS } from "../src/doctor/report/formats.ts";
import { ato, clientDlv, cmid, eventXml, exchange, hostDlv, NOON } from "./doctor/texts.ts";
import { makeFolder } from "./folders.ts";
import { muster, type Outcome } from "./muster.ts";

setDefaultTimeout(300_000);

const SAMPLES = join(import.meta.dir, "..", "docs", "samples");
const CLASSROOM = join(SAMPLES, "classroom");
const TOKYO = join(SAMPLES, "tokyo");

const doctor = (...args: string[]) => muster("doctor", "--lang", "en", ...args);

/** The diagnosis with something on its standard input. */
async function fed(input: string, ...args: string[]): Promise<Outcome> {
  const main = join(import.meta.dir, "..", "src", "cli", "main.ts");
  const child = Bun.spawn([process.execPath, main, "doctor", "--lang", "en", ...args], {
    stdin: new Blob([input]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, exit] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exit, out, err };
}

async function documentOf(path: string, ...args: string[]): Promise<ReportDocument> {
  return JSON.parse((await doctor(path, "--json", ...args)).out) as ReportDocument;
}

/** A client and a host, both well. */
async function wellFolder(): Promise<string> {
  const folder = makeFolder();
  const exchanged = exchange({
    computer: "pc-7.corp.example",
    time: NOON,
    cmid: cmid(7),
    answer: { activated: true, count: 50 },
  });
  await Bun.write(
    join(folder, "pc-7", "dlv.txt"),
    ato() + clientDlv({ cmid: cmid(7), minutesLeft: 259_000 }),
  );
  await Bun.write(join(folder, "pc-7", "client.xml"), eventXml(exchanged));
  await Bun.write(join(folder, "kms01", "dlv.txt"), hostDlv());
  return folder;
}

/** Runs a program of somebody else's on a text. */
function judgedBy(command: string[], text: string): { exit: number; out: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync(command, { stdin: Buffer.from(text) });
  return { exit: exitCode, out: `${stdout}${stderr}` };
}

describe("exit codes", () => {
  test("0 where nothing is wrong", async () => {
    const { exit, out, err } = await doctor(await wellFolder());
    expect({ exit, err, first: out.split(" ")[0] }).toEqual({ exit: 0, err: "", first: "HEALTHY" });
  });

  test.each([CLASSROOM, TOKYO])("1 where somebody is not activated: %s", async (path) => {
    const { exit, out, err } = await doctor(path);
    expect({ exit, err, first: out.split(" ")[0] }).toEqual({ exit: 1, err: "", first: "FAILING" });
  });

  test("3 where the evidence does not decide, and the commands that fetch what would", async () => {
    const { exit, out, err } = await doctor(join(SAMPLES, "tokyo-ato.txt"));
    expect({ exit, err, first: out.split(" ")[0] }).toEqual({ exit: 3, err: "", first: "INCOMPLETE" });
    expect(out).toContain("slmgr.vbs /dlv");
    expect(out).toContain("nslookup -type=srv");
  });

  test.each([
    ["a path that is not there", [join(CLASSROOM, "gone.txt")], /^muster: There is no file or folder /],
    ["a format that is none", ["--format", "pdf", CLASSROOM], /'pdf'/],
    ["a language that is not spoken", ["--lang", "tlh", CLASSROOM], /'tlh'/],
    ["two formats at once", ["--json", "--format", "csv", CLASSROOM], /cannot be used with/],
    ["no files where there is no role", ["--data", join(CLASSROOM, "gone")], /^muster: /],
  ])("2 for %s, in one sentence", async (_, args, says) => {
    const { exit, out, err } = await doctor(...args);
    expect({ exit, out }).toEqual({ exit: 2, out: "" });
    expect(err).toMatch(says);
    expect(err).not.toContain("    at ");
  });
});

test("a report that cannot be written is told of in one sentence", async () => {
  const { exit, out, err } = await doctor("-o", join(CLASSROOM, "gone", "report.txt"), CLASSROOM);
  expect({ exit, out }).toEqual({ exit: 1, out: "" });
  expect(err).toMatch(/^muster: .*report\.txt cannot be written \(ENOENT\)/);
});

describe("the answer on one screen", () => {
  test("names the cause first, with a proof that stands in the file, the remedy and the check", async () => {
    const { out } = await doctor(TOKYO);
    const lines = out.split("\n");
    expect(lines.filter((line) => /^ {2}✗ /.test(line))).toHaveLength(1);
    const heading = lines.findIndex((line) => /^N01 {2}.*\(confirmed, /.test(line));
    const proof = lines.indexOf("  Proof");
    expect(heading).toBeGreaterThan(0);
    expect(proof).toBeGreaterThan(heading);
    const [, file = "", line = ""] = /^ {4}(\S+), line (\d+)$/.exec(lines[proof + 1] ?? "") ?? [];
    const quote = lines[proof + 2]?.trim() ?? "";
    expect(quote).not.toBe("");
    expect(readFileSync(join(TOKYO, file), "utf8").split("\n")[Number(line) - 1]).toContain(quote);
    expect(out).toContain("Set-NetFirewallRule -Name SPPSVC-In-TCP -Enabled True");
    expect(out).toContain("    Then check: ");
    expect(Math.max(...lines.map((each) => Bun.stringWidth(each)))).toBeLessThanOrEqual(110);
  });

  test("-v adds what undoes it, what it is taken for, what was ruled out and how files were read", async () => {
    const [brief, whole] = [await doctor(TOKYO), await doctor("-v", TOKYO)];
    for (const heading of ["To take it back", "What it is taken for", "Could not be judged", "Evidence"]) {
      expect(whole.out).toContain(heading);
      expect(brief.out).not.toContain(heading);
    }
    expect(whole.exit).toBe(brief.exit);
  });

  test("has no colours where nobody looks on", async () => {
    expect((await doctor(TOKYO)).out).not.toContain("\u001b");
  });

  test("in Japanese it has the same findings, and no English headings", async () => {
    const { out, exit } = await doctor("--lang", "ja", TOKYO);
    expect(exit).toBe(1);
    expect(out).toStartWith("障害  ");
    expect(out).toMatch(/^N01 {2}.*\(確定, 重大\)$/m);
    for (const heading of ["  根拠", "  対処 (担当: ホストの管理者)", "原因ではないもの"]) {
      expect(out.split("\n")).toContain(heading);
    }
    expect(out).not.toMatch(/^ *(Proof|What to do|Not the cause)/m);
  });

  test("what comes by standard input is read like a file", async () => {
    const text = readFileSync(join(SAMPLES, "tokyo-ato.txt"), "utf8");
    const { exit, out } = await fed(text, "-", "--json");
    expect(exit).toBe(3);
    expect((JSON.parse(out) as ReportDocument).evidence.map(({ kind }) => kind)).toEqual(["slmgr-ato"]);
  });
});

describe("formats", () => {
  test("json has the members that the documentation lists, and no others", async () => {
    const page = await Bun.file(join(SAMPLES, "..", "doctor.md")).text();
    const [, table = ""] = page.split("| Member | Type | Meaning |");
    const listed = new Set(
      [...(table.split("\n## ")[0]?.matchAll(/^\| (`[^|]+) \|/gm) ?? [])].flatMap(([, cell = ""]) => {
        const [first = "", ...more] = [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
        return [first, ...more.map((name) => first.replace(/\.[^.]*$/, name))];
      }),
    );
    const found = new Set<string>();
    const walk = (value: unknown, path: string): void => {
      if (Array.isArray(value)) {
        found.add(`${path}[]`);
        for (const item of value) walk(item, `${path}[]`);
      } else if (typeof value === "object" && value !== null) {
        for (const [name, item] of Object.entries(value)) walk(item, path === "" ? name : `${path}.${name}`);
      } else if (!path.endsWith("[]")) found.add(path);
    };
    walk(await documentOf(CLASSROOM), "");
    walk(await documentOf(join(SAMPLES, "tokyo-ato.txt")), "");
    // These are told of in the row of the array that they stand in.
    const inside = /^(findings\[\]\.lookalikes|ruledOut|missing|notEvaluated)\[\]\./;
    const members = [...found].filter((path) => !inside.test(path));
    expect(members.filter((path) => !listed.has(path))).toEqual([]);
    expect([...listed].filter((path) => !found.has(path))).toEqual([]);
  });

  test("json names the first finding, its proof and its remedy; sorted, the surest first", async () => {
    const { findings, chain, verdict } = await documentOf(CLASSROOM);
    expect(verdict).toBe("failing");
    expect(chain.map(({ link }) => link)).toEqual(["client", "dns", "network", "host", "key", "count"]);
    expect(findings[0]).toMatchObject({ id: "H10", name: "duplicate-cmid-no-sysprep", verdict: "confirmed" });
    const order = ["confirmed", "likely", "possible", "benign"];
    const places = findings.map((each) => Math.max(1, order.indexOf(each.verdict)));
    expect(places).toEqual(places.toSorted());
    for (const { evidence } of findings) {
      for (const { file, line, quote } of evidence) {
        if (line === 0) continue;
        const text = readFileSync(join(CLASSROOM, file), "utf8").split("\n");
        expect(text.slice(line - 1, line + 2).join(" ")).toContain(quote.split(" ")[0] ?? "");
      }
    }
  });

  test("both languages have the same findings, places and commands", async () => {
    const [en, ja] = [await documentOf(CLASSROOM), await documentOf(CLASSROOM, "--lang", "ja")];
    const bare = ({ findings, chain }: ReportDocument) => [
      findings.map(({ id, verdict, severity, affects, evidence, remedy: { commands, owner } }) => {
        return { id, verdict, severity, affects, evidence, commands, owner };
      }),
      chain.map(({ link, state }) => ({ link, state })),
    ];
    expect(bare(ja)).toEqual(bare(en));
    expect(ja.language).toBe("ja");
    for (const { title, why } of ja.findings) expect(`${title}${why}`).toMatch(/[\u3040-\u30ff]/);
  });

  test("sarif is of version 2.1.0: a rule for each result, places that are in the file, a lasting fingerprint", async () => {
    const log = JSON.parse((await doctor(CLASSROOM, "--format", "sarif")).out);
    expect(log.version).toBe("2.1.0");
    expect(log.$schema).toEndWith("/sarif-2.1.0.json");
    expect(log.runs).toHaveLength(1);
    const { driver } = log.runs[0].tool;
    expect(driver.name).toBe("muster doctor");
    expect(log.runs[0].results.length).toBe((await documentOf(CLASSROOM)).findings.length);
    for (const result of log.runs[0].results) {
      expect(driver.rules[result.ruleIndex].id).toBe(result.ruleId);
      expect(driver.rules[result.ruleIndex].shortDescription.text).not.toBe("");
      expect(result.message.text).not.toBe("");
      expect(["none", "note", "warning", "error"]).toContain(result.level);
      expect(["fail", "informational"]).toContain(result.kind);
      // By section 3.27.9 a level is only for what failed.
      if (result.kind !== "fail") expect(result.level).toBe("none");
      expect(result.rank).toBeWithin(0, 101);
      expect(result.partialFingerprints["finding/v1"]).toMatch(/^[0-9a-f]{32}$/);
      for (const { physicalLocation } of result.locations) {
        const { uri } = physicalLocation.artifactLocation;
        expect(decodeURIComponent(uri)).toBe(uri);
        const lines = readFileSync(join(CLASSROOM, uri), "utf8").split("\n");
        if (physicalLocation.region)
          expect(physicalLocation.region.startLine).toBeWithin(1, lines.length + 1);
      }
    }
    const again = JSON.parse((await doctor(CLASSROOM, "--format", "sarif", "--lang", "ja")).out);
    const prints = (of: typeof log) =>
      of.runs[0].results.map((each: typeof log) => each.partialFingerprints["finding/v1"]);
    expect(prints(again)).toEqual(prints(log));
  });

  test("junit is XML to another reader, with as many tests, failures and skips as it says", async () => {
    const { out } = await doctor(CLASSROOM, "--format", "junit");
    expect(judgedBy(["xmllint", "--noout", "-"], out)).toEqual({ exit: 0, out: "" });
    const asked = (path: string) => judgedBy(["xmllint", "--xpath", path, "-"], out).out.trim();
    const document = await documentOf(CLASSROOM);
    const held = document.findings.filter(({ verdict }) => ["confirmed", "likely"].includes(verdict));
    expect(asked("count(//testcase[failure])")).toBe(String(held.length));
    expect(asked("string(/testsuites/@failures)")).toBe(String(held.length));
    expect(asked("count(//testcase[skipped])")).toBe(String(document.notEvaluated.length));
    expect(asked("string(/testsuites/@tests)")).toBe(asked("count(//testcase)"));
    expect(asked("string(//testcase[1]/@classname)")).toBe("H10");
    expect(asked("string(//testcase[1]/failure)")).toContain("slmgr.vbs /rearm");
  });

  test("csv has to Python's reader the same cells in each row, and the quotes of the evidence", async () => {
    const { out } = await doctor(CLASSROOM, "--format", "csv");
    expect(out.replaceAll("\r\n", "")).not.toContain("\r");
    const script =
      "import csv,io,json,sys;print(json.dumps(list(csv.reader(io.StringIO(sys.stdin.buffer.read().decode(),newline=''),strict=True))))";
    const [head = [], ...rows] = JSON.parse(judgedBy(["python3", "-c", script], out).out) as string[][];
    expect(head.slice(0, 3)).toEqual(["id", "name", "verdict"]);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([head.length]));
    const { findings } = await documentOf(CLASSROOM);
    expect(rows.length).toBe(findings.reduce((sum, { evidence }) => sum + Math.max(1, evidence.length), 0));
    const [row = []] = rows;
    expect(row[head.indexOf("quote")]).toBe(findings[0]?.evidence[0]?.quote);
    expect(row[head.indexOf("commands")]).toBe(findings[0]?.remedy.commands.join("\n"));
  });

  test.each(Object.keys(FORMATS))(
    "-o writes %s to the file what otherwise goes to the screen",
    async (format) => {
      const file = join(makeFolder(), "report");
      const written = await doctor(TOKYO, "--format", format, "-o", file);
      expect(written).toEqual({ exit: 1, out: "", err: "" });
      expect(readFileSync(file, "utf8")).toBe((await doctor(TOKYO, "--format", format)).out);
      expect(statSync(file).mode & 0o777).toBe(0o644 & ~process.umask());
    },
  );

  test("an -o that fails leaves what was there", async () => {
    const folder = makeFolder();
    const file = join(folder, "report");
    await Bun.write(file, "before");
    expect((await doctor("gone.txt", "-o", file)).exit).toBe(2);
    expect(readFileSync(file, "utf8")).toBe("before");
    expect(readdirSync(folder)).toEqual(["report"]);
  });
});

describe("--redact", () => {
  test.each(Object.keys(FORMATS))("leaves no name, domain, address or CMID in %s", async (format) => {
    const names = /pc-0142|kms01|dc01|corp\.example|10\.1\.\d|6f0c2f3e-/i;
    const args = [TOKYO, "-v", "--format", format];
    expect((await doctor(...args)).out).toMatch(names);
    const { out, exit } = await doctor(...args, "--redact");
    expect(exit).toBe(1);
    expect(out).not.toMatch(names);
    expect(out).toContain("SPPSVC-In-TCP");
  });

  test("keeps equal what was equal, so that a shared CMID is still one", async () => {
    const { findings } = await documentOf(CLASSROOM, "--redact");
    const [first] = findings;
    expect(first?.id).toBe("H10");
    const quotes =
      first?.evidence.filter(({ file }) => file.endsWith(".csv")).map(({ quote }) => quote) ?? [];
    const tokens = new Set(quotes.map((quote) => quote.split(",")[3]));
    expect(quotes.length).toBeGreaterThan(1);
    expect(tokens.size).toBe(1);
    expect([...tokens]).not.toContain("0b1f6a52-3d3e-4f0c-8c55-9d2f7a61e0c4");
    expect(new Set(first?.affects).size).toBe(12);
  });
});

describe("the catalogue", () => {
  test("--list names every cause once", async () => {
    const { out, exit } = await doctor("--list");
    expect(exit).toBe(0);
    for (const { id, name } of CAUSES) expect(out).toMatch(new RegExp(`^${id} +${name} `, "m"));
    const { causes } = JSON.parse((await doctor("--list", "--json", "--lang", "ja")).out);
    expect(causes.map(({ id }: { id: string }) => id)).toEqual(CAUSES.map(({ id }) => id));
    for (const { title } of causes) expect(title).toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/);
  });

  test.each(["D01", "d01", "srv-record-missing"])("explain finds a cause by %s", async (id) => {
    const { out, exit } = await muster("doctor", "explain", id, "--lang", "en");
    expect(exit).toBe(0);
    expect(out).toStartWith("D01  ");
    expect(out).toContain("What it is taken for");
    expect(out).toContain("https://");
  });

  test("explain speaks Japanese and JSON", async () => {
    const { out } = await muster("doctor", "explain", "D01", "--lang", "ja");
    expect(out).toContain("間違えやすい原因");
    const value = JSON.parse((await muster("doctor", "explain", "D01", "--json", "--lang", "ja")).out);
    expect(value).toMatchObject({ id: "D01", name: "srv-record-missing", link: "dns", owner: "dns" });
  });

  test("an id that is none ends with 2, and says where ids are listed", async () => {
    const { out, err, exit } = await muster("doctor", "explain", "D99");
    expect({ out, exit }).toEqual({ out: "", exit: 2 });
    expect(err).toMatch(/^muster: There is no cause D99; muster doctor --list shows all of them\./);
  });
});
