import { describe, expect, test } from "bun:test";
import { assessed, type Files } from "../../../test/doctor/evidence.ts";
import {
  clientDlv,
  cmid,
  DAY,
  eventXml,
  exchange,
  HOST_PID,
  HOUR,
  handled,
  hostDlv,
  ipconfig,
  NOON,
  nslookup,
} from "../../../test/doctor/texts.ts";
import { redactedFiles } from "./redact-files.ts";

const bytesOf = (content: string | Uint8Array) =>
  typeof content === "string" ? new TextEncoder().encode(content) : content;

async function redacted(files: Files, key?: string): Promise<Record<string, string>> {
  const collected = Object.entries(files).map(([name, content]) => ({ name, bytes: bytesOf(content) }));
  const all = await redactedFiles(collected, key === undefined ? {} : { key });
  return Object.fromEntries(all.map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)]));
}

/** What matters of a diagnosis, and holds whoever the machines are. */
async function outcome(files: Files) {
  const { verdict, findings, ruledOut } = await assessed(files);
  const found = findings.map(({ cause, sighting }) => [cause.id, sighting.verdict, sighting.severity]);
  return { verdict, found, ruledOut: ruledOut.map(({ cause }) => cause.id) };
}

const classroom = Array.from({ length: 30 }, (_, pc) =>
  [0, 2, 4].map((hours) =>
    handled({
      time: NOON - DAY + hours * HOUR,
      name: pc % 3 === 0 ? `ROOM${pc}` : `room${pc}.corp.example`,
      cmid: cmid(1 + (pc % 2)),
      status: 5,
    }),
  ),
).flat();
const failing = exchange({
  computer: "room3.corp.example",
  time: NOON,
  cmid: cmid(2),
  answer: { activated: false, count: 2 },
});

/** What a Windows machine and its host may have given: a cloned image. */
const CLONES: Files = {
  "host/kms.xml": eventXml(classroom),
  "host/dlv.txt": hostDlv({ count: 2 }),
  "room3.corp.example/application.xml": eventXml(failing),
  "room3.corp.example/dlv.txt": clientDlv({ status: "Notification", reason: "0xC004F038", cmid: cmid(2) }),
  "room3.corp.example/ipconfig.txt": ipconfig(),
  "room3.corp.example/srv.txt": nslookup("corp.example", [{ host: "kms01.corp.example" }]),
  "room3.corp.example/setupact.log":
    "2026-03-01 09:12:44, Info  SYSPRP C:\\Users\\m.mustermann\\image S-1-5-21-1004336348-1177238915-682003330-512\r\n",
};

const OWNED = /corp\.example|\bcorp\b|room\d|kms01|10\.1\.\d+\.\d+|mustermann|1004336348|111-222333/i;

describe("A redacted bundle", () => {
  test("has no name, domain, address, user or host key's number in any file or file's name", async () => {
    expect(OWNED.test(JSON.stringify(CLONES))).toBe(true);
    const files = await redacted(CLONES, "a secret");
    for (const [name, text] of Object.entries(files)) {
      expect([name, OWNED.exec(name)?.[0], OWNED.exec(text)?.[0]]).toEqual([name, undefined, undefined]);
    }
    const all = JSON.stringify(files);
    expect(JSON.stringify(CLONES)).toContain(HOST_PID);
    // The kind of key and the build of the host's system stay: findings turn on them.
    expect(all).toMatch(/03612-00206-000-\d{6}-03-1033-20348\.0000-0102025/);
  });

  test("gives the same findings, with any tokens", async () => {
    const before = await outcome(CLONES);
    expect(before.found.map(([id]) => id)).toContain("H10");
    expect(await outcome(await redacted(CLONES))).toEqual(before);
    expect(await outcome(await redacted(CLONES, "one"))).toEqual(before);
    expect(await outcome(await redacted(CLONES, "two"))).toEqual(before);
  });

  test("keeps what is equal equal, in its short form, with its domain and in capitals", async () => {
    const [text = ""] = Object.values(await redacted({ "kms.xml": eventXml(classroom) }));
    const names = [...text.matchAll(/<Data>0x0,25,([^,]+),([^,]+),/g)].map(([, name]) => name ?? "");
    expect(new Set(names).size).toBe(30);
    expect(new Set(text.match(/00000000-0000-4000-8000-\d{12}/g)).size).toBe(2);
    const twins: Files = {
      "a.txt": `PS C:\\> hostname\r\nPC-7\r\n`,
      "b.xml": eventXml([
        handled({ time: NOON, name: "PC-7" }),
        handled({ time: NOON + HOUR, name: "pc-7.corp.example" }),
      ]),
    };
    const both = JSON.stringify(await redacted(twins));
    expect(both).not.toMatch(/pc-7/i);
    expect(new Set(both.match(/machine-\w+(?=[.,\\])/g)).size).toBe(2);
  });

  test("has tokens in common with those of other machines where the key is the same, and else none", async () => {
    const host = { "kms.xml": eventXml(classroom) };
    const client = { "application.xml": eventXml(failing) };
    const tokens = async (files: Files, key: string) =>
      new Set(JSON.stringify(await redacted(files, key)).match(/(machine|domain)-\w+|0{8}-[\w-]{27}/g));
    const [one, same, other] = [
      await tokens(host, "k"),
      await tokens(client, "k"),
      await tokens(client, "another"),
    ];
    expect([...same].every((token) => one.has(token))).toBe(true);
    expect([...other].some((token) => one.has(token))).toBe(false);
  });

  test("is made of texts in whatever Windows wrote them in", async () => {
    const wide = new Uint8Array(
      Buffer.from(`\uFEFF${nslookup("corp.example", [{ host: "kms01.corp.example" }])}`, "utf16le"),
    );
    const [text = ""] = Object.values(await redacted({ "srv.txt": wide }));
    expect(text).toMatch(/machine-\d+\.domain-\d+/);
    expect(text).not.toMatch(OWNED);
  });

  test("shows of a full product key its last five characters only", async () => {
    const key = ["ABCDE", "FGHJK", "LMNPQ", "RSTVW", "XYZ23"].join("-");
    const [text = ""] = Object.values(await redacted({ "note.txt": `we did slmgr /ipk ${key}\n` }));
    expect(text).toContain("XXXXX-XXXXX-XXXXX-XXXXX-XYZ23");
    expect(text).not.toContain("ABCDE");
  });
});
