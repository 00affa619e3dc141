import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { zipSync } from "fflate";
import {
  ato,
  clientDlv,
  cmid,
  eventXml,
  exchange,
  handled,
  hostDlv,
  NOON,
  nslookup,
  portTest,
} from "./doctor/texts.ts";
import { makeFolder } from "./folders.ts";
import { muster } from "./muster.ts";

const HOST = "kms01.corp.example";
const CLIENT = "pc-7.corp.example";

/** A bundle as an administrator packs it: a host's folder, a client's folder and a note. */
const FILES: Readonly<Record<string, string>> = {
  "host/dlv.txt": hostDlv({ count: 27 }),
  "host/log.xml": eventXml([handled({ computer: HOST, name: CLIENT, cmid: cmid(7), time: NOON })]),
  "client/dlv.txt": ato(0) + clientDlv({ cmid: cmid(7), host: HOST, minutesLeft: 259_000 }),
  "client/log.xml": eventXml(
    exchange({
      computer: CLIENT,
      time: NOON,
      host: `${HOST}:1688`,
      cmid: cmid(7),
      answer: { activated: true, count: 27 },
    }),
  ),
  "client/network.txt":
    nslookup("corp.example", [{ host: HOST, address: "10.1.0.15" }]) + portTest(HOST, true),
  "note.txt": "Since Monday.\n",
  "screen.gif": "GIF89a",
};

function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = makeFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

function zipped(): string {
  const members = Object.entries(FILES).map(([name, text]) => [name, Buffer.from(text)]);
  return folderOf({ "bundle.zip": zipSync(Object.fromEntries(members)) });
}

/** The lines of one section of the output, without its heading, blanks as one. */
function section(out: string, title: string): string[] {
  const [, body = ""] = out.split(new RegExp(`^${title}$`, "m"));
  const [lines = ""] = body.slice(1).split("\n\n");
  return lines.split("\n").map((line) => line.trim().replace(/ {2,}/g, " | "));
}

test("a bundle is shown for people: files, machines, products, events, DNS answers, port tests", async () => {
  const { exit, out, err } = await muster("doctor", "show", folderOf(FILES));
  expect(err).toBe("");
  expect(exit).toBe(0);
  expect(section(out, "Files")).toEqual([
    "File | Kind | Role | Machine | Language | Records",
    "client/dlv.txt | slmgr-ato | pc-7 | en | 1",
    "client/dlv.txt | slmgr-dlv | client | pc-7 | en | 1",
    "client/log.xml | event-xml | client | pc-7 | 2",
    "client/network.txt | dns-answers | pc-7 | en | 2",
    "client/network.txt | port-tests | pc-7 | 1",
    "host/dlv.txt | slmgr-dlv | host | kms01 | en | 1",
    "host/log.xml | event-xml | host | kms01 | 1",
    "note.txt | unknown",
    "screen.gif | unknown",
  ]);
  expect(section(out, "Not understood, or only in part")).toEqual([
    "note.txt: Nothing of a known kind is in its 1 line.",
    "screen.gif: It is a picture: copy the text instead.",
  ]);
  expect(section(out, "Machines")).toEqual([
    "Machine | Role | Names | CMIDs",
    `kms01 | host | ${HOST}`,
    `pc-7 | client | ${CLIENT} | ${cmid(7)}`,
  ]);
  expect(section(out, "Products")).toEqual([
    "Machine | Product | Channel | Status | Minutes left | Count | CMID | Place",
    `pc-7 | Windows(R), Enterprise edition | VOLUME_KMSCLIENT | Licensed | 259000 | ${cmid(7)} | client/dlv.txt:3`,
    "kms01 | Windows(R), ServerStandard edition | VOLUME_KMS_WS22 | Licensed | 27 | host/dlv.txt:1",
  ]);
  expect(section(out, "Events").map((line) => line.split(" | ").slice(0, 3))).toEqual([
    ["Machine", "Id", "Number"],
    ["kms01", "12290", "1"],
    ["pc-7", "12288", "1"],
    ["pc-7", "12289", "1"],
  ]);
  expect(out).toContain(`${HOST}:1688 (0 0)`);
});

test("the same bundle as a ZIP has the same machines, in JSON", async () => {
  const shown = async (path: string) => JSON.parse((await muster("doctor", "show", "--json", path)).out);
  const [folder, zip] = await Promise.all([shown(folderOf(FILES)), shown(zipped())]);
  expect(zip.machines).toEqual(folder.machines);
  expect(zip.events).toEqual(folder.events);
  expect(zip.version).toBe(1);
  expect(zip.system).toBe("kms");
  expect(zip.products[0]).toMatchObject({
    machine: "pc-7",
    minutesLeft: {
      value: 259_000,
      at: { file: "bundle.zip/client/dlv.txt", quote: expect.stringContaining("259000") },
    },
  });
  expect(zip.events[0]).toEqual({
    machine: "kms01",
    id: 12290,
    count: 1,
    utc: true,
    first: expect.stringMatching(/^2026-03-10T12:0\d:\d\d\.\d\d\dZ$/),
    last: expect.stringMatching(/^2026-03-10T12:0\d/),
  });
});

test("where nothing is understood the exit code says so, and the files are shown with the reason", async () => {
  const { exit, out } = await muster(
    "doctor",
    "show",
    folderOf({ "a.txt": "Since Monday.\n", "b.bin": "\0\x01\x02" }),
  );
  expect(exit).toBe(3);
  expect(section(out, "Files").slice(1)).toEqual(["a.txt | unknown", "b.bin | unknown"]);
});

test("a path that is not there, and no path at all, are wrong usage", async () => {
  const gone = await muster("doctor", "show", join(makeFolder(), "gone.txt"));
  expect(gone.exit).toBe(2);
  expect(gone.out).toBe("");
  expect(gone.err).toMatch(/^muster: There is no file or folder .*gone\.txt; correct the path\./);
  expect((await muster("doctor", "show")).exit).toBe(2);
});

test("--json is of show, before the paths and behind them", async () => {
  const folder = folderOf(FILES);
  const [before, behind] = [
    await muster("doctor", "show", "--json", folder),
    await muster("doctor", "show", folder, "--json"),
  ];
  expect(JSON.parse(before.out).machines).toHaveLength(2);
  expect(behind.out).toBe(before.out);
});

test("the help has examples", async () => {
  const { exit, out } = await muster("doctor", "show", "--help");
  expect(exit).toBe(0);
  expect(out).toContain("muster doctor show ticket-4711.zip");
});

test("nothing in the evidence plays tricks on a terminal", async () => {
  const evil = "\x1b]0;owned\x07\x1b[2J";
  const folder = folderOf({ [`a${evil.replaceAll("/", "")}.txt`]: clientDlv({ name: `Windows ${evil}` }) });
  const { out } = await muster("doctor", "show", folder);
  expect(out).toContain("Windows");
  expect([...out].filter((character) => /\p{Cc}/u.test(character) && character !== "\n")).toEqual([]);
});
