import { expect, test } from "bun:test";
import { join } from "node:path";
import { eventXml, XML_HEAD, XML_TAIL } from "../src/protocol/event-xml.ts";
import { EVENTS, type EventId } from "../src/protocol/events.ts";
import { makeFolder } from "./folders.ts";
import { NOW } from "./requests.ts";

const SCHEMA = join(import.meta.dir, "schemas", "event-export.xsd");
const IDS = Object.keys(EVENTS).map(Number) as EventId[];
const INFO =
  "0x00000000,25,pc-1.corp.example,c5a1f0de-7b0c-4a8e-9d6b-2f1e3d4c5b6a,2026/11/22 06:44,0,2,43200,x";

/** What xmllint, which knows XML Schema, says of a file: nothing when it is valid. */
async function faultsOf(xml: string): Promise<string> {
  const path = join(makeFolder(), "events.xml");
  await Bun.write(path, xml);
  const { exitCode, stderr } = Bun.spawnSync(["xmllint", "--noout", "--schema", SCHEMA, path]);
  return exitCode === 0 ? "" : stderr.toString();
}

const exported = (events: string[]) => `${XML_HEAD}${events.join("")}${XML_TAIL}`;
const event = (id: EventId, info = INFO, machine = "kms01.corp.example") =>
  eventXml({ row: 812, time: NOW, id, machine, info });

test("an export of every event is valid under Microsoft's event schema", async () => {
  expect(await faultsOf(exported(IDS.map((id) => event(id))))).toBe("");
});

test("an export without events is valid too", async () => {
  expect(await faultsOf(exported([]))).toBe("");
});

test.each([
  ["markup", "<b>&amp;</b> ]]> <!-- '\" -->"],
  ["what no XML may hold", "a\u0000b\u0008c\uFFFEd\uD800e"],
  ["line ends", "one\r\ntwo\nthree"],
  ["a name in Japanese, and one outside the basic plane", "北斗のサーバー 🖥"],
])("an event with %s is valid too", async (_, text) => {
  expect(await faultsOf(exported([event(12290, text, text)]))).toBe("");
});

test.each([
  [
    "System's elements in another order",
    /<Version>0<\/Version>(<Level>\d<\/Level>)/,
    "$1<Version>0</Version>",
  ],
  ["an event id that is too large", "<EventID>12290<", "<EventID>70000<"],
  ["a time that is none", /SystemTime='[^']+'/, "SystemTime='2026/11/22 06:44'"],
  ["an event without a computer", /<Computer>.*?<\/Computer>/, ""],
  ["an element that is not Microsoft's", "<EventData>", "<EventData><Info/>"],
])("the schema refuses %s", async (_, part, instead) => {
  const xml = exported([event(12290)]);
  const changed = xml.replace(part, instead);
  expect(changed).not.toBe(xml);
  expect(await faultsOf(changed)).toContain("fails to validate");
});
