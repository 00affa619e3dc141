import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { zipSync } from "fflate";
import { clientDlv, eventXml, hostDlv, nslookup } from "../../../test/doctor/texts.ts";
import { makeFolder } from "../../../test/folders.ts";
import { gather, type Progress } from "./gather.ts";

function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = makeFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** What files are recognised as, with what is said of them. */
async function recognised(files: Readonly<Record<string, string | Uint8Array>>): Promise<string[]> {
  const evidence = await gather([folderOf(files)]);
  return evidence.files.map(({ file, kind, notes }) => [`${file} ${kind}`, ...notes].join(" | "));
}

function utf16(text: string): Uint8Array {
  return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
}

test("what a file is, its content tells, whatever it is called", async () => {
  const files = {
    "a.jpg": clientDlv({}),
    "b.evtx": utf16(hostDlv({})),
    c: nslookup("corp.example", [{ host: "kms01.corp.example" }]),
    "d.txt": eventXml([{ id: 903, time: 0, computer: "pc.corp.example", data: [] }]),
    "e.zip": "Could you look at this, please?\n",
  };
  expect(await recognised(files)).toEqual([
    "a.jpg slmgr-dlv",
    "b.evtx slmgr-dlv",
    expect.stringMatching(/^c dns-answers/),
    "d.txt event-xml",
    "e.zip unknown | Nothing of a known kind is in its 1 line.",
  ]);
});

test("what nothing can be read from is listed with the reason", async () => {
  const files = {
    "a.png": Buffer.from("\x89PNG\r\n\x1a\n....", "latin1"),
    "b.pdf": "%PDF-1.7\n",
    "c.bin": new Uint8Array(4000).map((_, at) => (at * 151) % 256),
    "d.txt": "",
    "e.7z": Buffer.from("7z\xbc\xaf\x27\x1c", "latin1"),
    "f.log": "{}\n".repeat(10),
    "g.txt": "\n \n----\n",
    "h.exe": Buffer.from("MZ\x90\0\x03\0\0\0", "latin1"),
    "i.log": "one line of some program\n".repeat(600),
  };
  expect(await recognised(files)).toEqual([
    "a.png unknown | It is a picture: copy the text instead.",
    "b.pdf unknown | It is a PDF: copy the text instead.",
    "c.bin unknown | It is binary, of a kind that Muster does not know.",
    "d.txt unknown | It is empty.",
    "e.7z unknown | It is a 7-Zip archive: unpack it and give the folder.",
    "f.log unknown | It is empty.",
    "g.txt unknown | It is empty.",
    "h.exe unknown | It is a program.",
    "i.log unknown | Nothing of a known kind is in its 600 lines.",
  ]);
});

test("of a text that is understood in part, the lines that nobody understood are counted and the first is shown", async () => {
  const [line] = await recognised({ "a.txt": `Dear support,\n\n${clientDlv({})}\nRegards,\nAnna\n` });
  expect(line).toMatch(
    /^a\.txt slmgr-dlv \| 3 of \d+ lines are of no known kind, the first is line 1: Dear support,$/,
  );
});

test("a text is read up to a limit, and says so", async () => {
  const [line] = await recognised({ "a.txt": clientDlv({}) + "\n".repeat(500_000) });
  expect(line).toMatch(/^a\.txt slmgr-dlv \| Only its first \d+ bytes are read/);
});

test("the evidence in a ZIP is that in the folder it was made of", async () => {
  const files = {
    "kms/dlv.txt": hostDlv({}),
    "pc/dlv.txt": clientDlv({}),
    "pc/log.xml": eventXml([{ id: 903, time: 0, computer: "pc.corp.example", data: [] }]),
  };
  const bytes = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));
  const folder = await gather([folderOf(files)]);
  const zip = await gather([folderOf({ "bundle.zip": zipSync(bytes) })]);
  const plain = (evidence: typeof folder) =>
    evidence.files
      .filter(({ kind }) => kind !== "zip")
      .map(({ file, machine, ...rest }) => ({ ...rest, file: file.replace("bundle.zip/", "") }));
  expect(plain(zip)).toEqual(plain(folder));
  expect(zip.machines.map(({ isHost, isClient }) => [isHost, isClient])).toEqual(
    folder.machines.map(({ isHost, isClient }) => [isHost, isClient]),
  );
});

test("the order of the paths makes no difference", async () => {
  const folder = folderOf({ "a/dlv.txt": clientDlv({}), "b/dlv.txt": hostDlv({}), "c.txt": "a note" });
  const paths = ["a", "b", "c.txt"].map((name) => join(folder, name));
  const [one, other] = [await gather(paths), await gather(paths.toReversed())];
  expect(other.files).toEqual(one.files);
  expect(other.machines).toEqual(one.machines);
});

test("how far reading has come never goes back and ends at all of it", async () => {
  const folder = folderOf({
    "a.txt": clientDlv({}),
    "b.zip": zipSync({ "c.xml": Buffer.from(eventXml([])), "d.txt": Buffer.from("x\n".repeat(900)) }),
    "e.bin": new Uint8Array(100_000),
  });
  const seen: Progress[] = [];
  await gather([folder], { onProgress: (done) => seen.push(done) });
  const bytes = seen.map((done) => done.bytes);
  expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
  expect(seen.every((done) => done.bytes <= done.total)).toBe(true);
  const last = seen.at(-1);
  expect(last).toMatchObject({ files: 4, name: "e.bin" });
  expect(last?.bytes).toBe(last?.total ?? -1);
});
