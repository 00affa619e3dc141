import { expect, test } from "bun:test";
import { NOW } from "../../test/requests.ts";
import { eventXml } from "./event-xml.ts";
import { EVENTS, type EventId } from "./events.ts";

const CMID = "c5a1f0de-7b0c-4a8e-9d6b-2f1e3d4c5b6a";
const PRODUCT = "0b6d1c52-93a4-4f7e-8f21-6a5b4c3d2e1f";

const xmlOf = (id: EventId, info: string) => eventXml({ row: 812, time: NOW, id, machine: "kms01", info });
const dataOf = (id: EventId, info: string) =>
  [...xmlOf(id, info).matchAll(/<Data>(.*?)<\/Data>/gs)].map(([, text]) => text);

test("the system fields say which event it is, when, where, and of which log", () => {
  const xml = xmlOf(12290, `0x00000000,25,pc-1,${CMID},2026/11/22 06:44,0,2,43200,${PRODUCT}`);
  for (const part of [
    "<Provider Name='Muster'/>",
    "<EventID>12290</EventID>",
    "<Level>4</Level>",
    "<TimeCreated SystemTime='2026-11-22T06:44:00.000Z'/>",
    "<EventRecordID>812</EventRecordID>",
    "<Channel>Key Management Service</Channel>",
    "<Computer>kms01</Computer>",
  ]) {
    expect(xml).toContain(part);
  }
  expect(xmlOf(12288, "0x00000000")).toContain("<Channel>Application</Channel>");
});

const sent = `0x00000000, 0x00000000, kms01:1688, ${CMID}, 2026/11/22 06:44, 0, 2, 41760, ${PRODUCT}, 25`;
const received = "0x00000000, 0x00000000, 1, 0, 50, 120, 10080, 2026/11/22 06:44";
const processed = `0xC004F038,25,pc-1,${CMID},2026/11/22 06:44,0,2,43200,${PRODUCT}`;

test.each<[EventId, string, string[]]>([
  [12288, sent, [sent]],
  [12289, received, [received]],
  [
    12290,
    processed,
    [processed, "0xC004F038", "25", "pc-1", CMID, "2026/11/22 06:44", "0", "2", "43200", PRODUCT],
  ],
  [12293, "0x8007232D, corp.example", ["0x8007232D", "corp.example"]],
  [12294, "0x00000000, corp.example", ["corp.example"]],
  [12402, "port, 1688, 1700, alice", ["port", "1688", "1700", "alice"]],
  [12401, "0xC004F041", ["0xC004F041", ""]],
])("%d has the Data of Microsoft's event of that id, or its fields one by one", (id, info, data) => {
  expect(dataOf(id, info)).toEqual(data);
});

test.each<[EventId, string]>([
  [12290, "4"],
  [12293, "2"],
  [12400, "3"],
  [12401, "3"],
])("%d has the level %s", (id, level) => {
  expect(xmlOf(id, "0x00000000")).toContain(`<Level>${level}</Level>`);
});

test("what an event says is in its message, in words", () => {
  for (const id of Object.keys(EVENTS).map(Number) as EventId[]) {
    expect(xmlOf(id, "x")).toContain(`<Message>${EVENTS[id].message.replaceAll("'", "&#39;")}`);
  }
});

test("no text can end its element or be no character of XML", () => {
  const xml = xmlOf(12290, "</Data><evil a='b' c=\"d\">&\u0001\uD800");
  expect(xml).not.toContain("<evil");
  expect(xml).toContain("&#60;/Data&#62;&#60;evil a=&#39;b&#39; c=&#34;d&#34;&#62;&#38;\uFFFD\uFFFD");
});
