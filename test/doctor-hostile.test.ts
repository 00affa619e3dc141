import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { clientDlv } from "./doctor/texts.ts";
import { zipBytes } from "./doctor/zip.ts";
import { fileHeader } from "./evtx/log.ts";
import { makeFolder } from "./folders.ts";
import { muster } from "./muster.ts";

setDefaultTimeout(300_000);

interface Shown {
  readonly evidence: readonly { file: string; kind: string; records: number; notes: string[] }[];
  readonly machines: readonly { label: string }[];
  readonly products: readonly { machine: string }[];
}

/** Some MiB of a text that packs as small as can be. */
const boring = (mebibytes: number) => Buffer.alloc(mebibytes << 20, `${"a".repeat(8191)}\n`);
const text = (content: string) => new TextEncoder().encode(content);

/** Shows a folder that has, beside what is hostile, one good transcript, which must be understood. */
async function show(folder: string): Promise<Shown> {
  writeFileSync(join(folder, "good.txt"), clientDlv({}));
  const { exit, out, err } = await muster("doctor", "show", "--json", folder);
  expect(err).toBe("");
  expect(exit).toBe(0);
  const shown: Shown = JSON.parse(out);
  expect(shown.products).toEqual([expect.objectContaining({ machine: "good.txt" })]);
  return shown;
}

function notesOf({ evidence }: Shown, file: string): string {
  return evidence
    .filter((one) => one.file === file)
    .flatMap(({ notes }) => notes)
    .join(" ");
}

test("a bomb of archives in archives is opened three deep", async () => {
  const folder = makeFolder();
  let level: Uint8Array = boring(1);
  for (let depth = 0; depth < 5; depth++) {
    level = zipSync(Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`${at}.zip`, level])));
  }
  writeFileSync(join(folder, "42.zip"), level);
  const { evidence } = await show(folder);
  const deepest = evidence.filter(({ notes }) =>
    notes.some((note) => note.startsWith("It is an archive in 3 others")),
  );
  expect(deepest).toHaveLength(12 ** 3);
});

test("bombs that pack a thousand times smaller are read to a limit, whatever they claim to be", async () => {
  const folder = makeFolder();
  const heads = {
    "a.txt": "Name: Windows\n",
    "b.csv": '"Level","Date and Time","Source","Event ID","Task Category"\n',
    "c.xml": '<?xml version="1.0"?><Events><Event>',
    "d.json": '[{"EventID": 12288, "x": "',
  };
  const members = Object.entries(heads).map(([name, head]) => ({
    name,
    bytes: Buffer.concat([text(head), boring(40)]),
  }));
  members.push({ name: "e.evtx", bytes: Buffer.concat([fileHeader(1, 1n), Buffer.alloc(40 << 20)]) });
  writeFileSync(
    join(folder, "bombs.zip"),
    zipBytes([...members, { name: "z/dlv.txt", bytes: text("no transcript") }]),
  );
  writeFileSync(join(folder, "f.txt.gz"), gzipSync(boring(40)));
  const shown = await show(folder);
  for (const { name } of members) expect(notesOf(shown, `bombs.zip/${name}`)).toContain("as bombs do");
  expect(notesOf(shown, "f.txt.gz")).toContain("as bombs do");
  expect(shown.evidence).toContainEqual(
    expect.objectContaining({ file: "bombs.zip/z/dlv.txt", kind: "unknown" }),
  );
});

test("members that share their bytes are not read", async () => {
  const folder = makeFolder();
  const kernel = { name: "kernel.txt", bytes: boring(1) };
  const sharing = Array.from({ length: 500 }, (_, at) => ({
    name: `${at}.txt`,
    bytes: new Uint8Array(),
    method: 0,
    stated: { at: 0, packed: 60_000, size: 60_000 },
  }));
  writeFileSync(join(folder, "overlap.zip"), zipBytes([...sharing, kernel]));
  const { evidence } = await show(folder);
  const refused = evidence.filter(({ notes }) => notes.some((note) => note.startsWith("It overlaps")));
  expect(refused).toHaveLength(500);
});

test("of very many members so many are listed", async () => {
  const folder = makeFolder();
  const members = Array.from({ length: 21_000 }, (_, at) => ({ name: `${at}` }));
  writeFileSync(join(folder, "many.zip"), zipBytes(members));
  const shown = await show(folder);
  expect(notesOf(shown, "many.zip")).toBe("It has more than 20000 members; the rest is not read.");
  expect(shown.evidence.filter(({ file }) => file.startsWith("many.zip/"))).toHaveLength(20_000);
});

test("names that lead out of their archive lead nowhere", async () => {
  const folder = makeFolder();
  const inner = join(folder, "inner");
  mkdirSync(inner);
  const outside = join(folder, "escaped.txt");
  const bytes = text(clientDlv({}));
  writeFileSync(
    join(inner, "slip.zip"),
    zipBytes([
      { name: "../escaped.txt", bytes },
      { name: outside, bytes },
    ]),
  );
  const { exit, out } = await muster("doctor", "show", "--json", inner);
  expect(exit).toBe(0);
  const shown: Shown = JSON.parse(out);
  expect(notesOf(shown, "slip.zip/escaped.txt")).toContain(
    "Its name leads out of the archive: ../escaped.txt",
  );
  expect(shown.products).toHaveLength(2);
  expect(existsSync(outside)).toBe(false);
});

test("entities of XML are not made larger than they are written", async () => {
  const folder = makeFolder();
  const entities = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`);
  const bomb = `<?xml version="1.0"?><!DOCTYPE Events [<!ENTITY l0 "lol">${entities.join("")}
    <!ENTITY f SYSTEM "file:///etc/hostname">]>
    <Events><Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>
    <Provider Name="Microsoft-Windows-Security-SPP"/><EventID>8198</EventID><Computer>&f;</Computer>
    </System><EventData><Data>&l9;</Data></EventData></Event></Events>`;
  writeFileSync(join(folder, "bomb.xml"), bomb);
  const shown = await show(folder);
  expect(shown.evidence.some(({ file }) => file === "bomb.xml")).toBe(true);
  expect(JSON.stringify(shown)).not.toContain("lollol");
});

test("logs that are garbage behind a good beginning are read to their end", async () => {
  const folder = makeFolder();
  const garbage = new Uint8Array(1 << 20);
  crypto.getRandomValues(garbage.subarray(0, 65_536));
  for (let at = 65_536; at < garbage.length; at *= 2) garbage.copyWithin(at, 0, at);
  const chunk = Buffer.concat([text("ElfChnk\0"), garbage.subarray(0, 65_528)]);
  writeFileSync(join(folder, "a.evtx"), Buffer.concat([fileHeader(65_535, 1n), ...Array(16).fill(chunk)]));
  writeFileSync(join(folder, "b.evtx"), Buffer.concat([fileHeader(65_535, 1n), garbage]));
  const shown = await show(folder);
  expect(notesOf(shown, "a.evtx")).not.toBe("");
  expect(notesOf(shown, "b.evtx")).not.toBe("");
});

test("two gigabytes of nothing are passed over, and said to be a log or a text read to a limit", async () => {
  const folder = makeFolder();
  const beginnings = {
    "a.bin": "",
    "b.txt": "Software licensing service version: 10.0.20348.1\r\n",
    "c.evtx": fileHeader(3, 1n),
  };
  for (const [name, beginning] of Object.entries(beginnings)) {
    writeFileSync(join(folder, name), beginning);
    truncateSync(join(folder, name), 2 * 2 ** 30);
  }
  const shown = await show(folder);
  expect(notesOf(shown, "a.bin")).toBe("It is binary, of a kind that Muster does not know.");
  expect(notesOf(shown, "c.evtx")).not.toBe("");
});

test("circles, pipes and endless devices hold nothing up", async () => {
  const folder = makeFolder();
  symlinkSync(".", join(folder, "circle"));
  symlinkSync("/dev/zero", join(folder, "zero"));
  await Bun.$`mkfifo ${join(folder, "pipe")}`;
  const shown = await show(folder);
  expect(shown.evidence.map(({ file, kind }) => `${file} ${kind}`)).toEqual([
    "circle unknown",
    "good.txt slmgr-dlv",
    "pipe unknown",
    "zero unknown",
  ]);
});
