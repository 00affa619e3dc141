import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { eventXml, XML_HEAD, XML_TAIL } from "../../../protocol/event-xml.ts";
import { unescaped } from "./event-element.ts";
import { readBytes, utf16 } from "./testing.ts";
import { xmlFormat } from "./xml-format.ts";

const info =
  "0xC004F042,5,app2.litware.example,66652ad0-1689-4a06-9a81-bfdb69affce6,2025/3/4 9:20,1,5,0,7dc26449-db21-4e09-ba37-28f2958506a6";
const system = (id: number, record: number, provider = "Microsoft-Windows-Security-SPP") =>
  `<System><Provider Name='${provider}' Guid='{E23B33B0-C8C9-472C-A5F9-F2BDFEA0F156}' EventSourceName='Software Protection Platform Service'/><EventID Qualifiers='16384'>${id}</EventID><Version>0</Version><Level>4</Level><TimeCreated SystemTime='2025-03-04T09:20:12.1234567Z'/><EventRecordID>${record}</EventRecordID><Channel>Key Management Service</Channel><Computer>KMS-a.litware.example</Computer></System>`;
const items = (...data: string[]) =>
  `<EventData>${data.map((each) => `<Data>${each}</Data>`).join("")}</EventData>`;
const event = (inner: string) =>
  `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>${inner}</Event>`;
const handled = event(system(12290, 41) + items(info));
const refused = event(
  system(8198, 42) +
    items(
      "hr=0xC004F074",
      "RuleId=502FF3BA-669a-4674-bbb1-601f34a3b968;Action=AutoActivate;SkuId=AE2EE509-1b34-41c0-acb7-6d4650168915;Trigger=TimerEvent",
    ),
);

describe("event XML", () => {
  test.each([
    [
      "of Event Viewer",
      `\uFEFF<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n<Events>${handled}${refused}</Events>`,
    ],
    ["of wevtutil, without a root", `${handled}\r\n${refused}\r\n`],
    ["in double quotes", `<Events>${handled}${refused}</Events>`.replaceAll("'", '"')],
    ["with a prefix", `<e:Events>${handled}${refused}</e:Events>`.replace(/<(\/?)(?=[A-Z])/g, "<$1e:")],
    ["laid out in lines", `<Events>\n${(handled + refused).replaceAll("><", ">\n  <")}\n</Events>`],
    [
      "with ten items",
      `<Events>${event(system(12290, 41) + items(info, ...info.split(",")))}${refused}</Events>`,
    ],
    ["with nine items", `<Events>${event(system(12290, 41) + items(...info.split(",")))}${refused}</Events>`],
    [
      "with CDATA and comments",
      `<Events><!-- <Event> -->${handled.replace(info, `<![CDATA[${info}]]>`)}${refused}</Events>`,
    ],
  ])("%s is read", async (_, xml) => {
    for (const piece of [1 << 16, 7]) {
      const { handled, events, logs } = await readBytes(xmlFormat, xml, piece);
      expect(handled.place(0)).toEqual({ file: "log", line: 0, record: 41, quote: info });
      expect(handled.row(0)).toMatchObject({
        time: Date.UTC(2025, 2, 4, 9, 20, 12, 123),
        computer: "kms-a.litware.example",
        name: "app2.litware.example",
        code: 0xc004f042,
      });
      expect(events).toMatchObject([
        {
          id: 8198,
          level: 4,
          codes: [0xc004f074],
          at: { record: 42 },
          fields: {
            RuleId: "502ff3ba-669a-4674-bbb1-601f34a3b968",
            SkuId: "ae2ee509-1b34-41c0-acb7-6d4650168915",
            Trigger: "TimerEvent",
          },
        },
      ]);
      expect(logs).toMatchObject([
        { channel: "Key Management Service", zone: "utc", counts: { 12290: 1, 8198: 1 } },
      ]);
    }
  });

  test("is recognised by its content, in UTF-8 and UTF-16", () => {
    expect(xmlFormat.recognises(new TextEncoder().encode(handled), "x.txt")).toBe(true);
    expect(xmlFormat.recognises(utf16(`<Events>${handled}</Events>`), "x")).toBe(true);
    for (const text of ["", "<html><System>", "Event", "<Event>", `Dear all, ${handled}`])
      expect(xmlFormat.recognises(new TextEncoder().encode(text), "x.xml")).toBe(false);
  });

  test("in UTF-16 is read", async () => {
    const { handled: log } = await readBytes(xmlFormat, utf16(`<Events>${handled}</Events>`), 333);
    expect(log.place(0).quote).toBe(info);
  });

  test("of other programs is passed over and counted", async () => {
    const xml = `<Events>${event(system(1, 2, "MsiInstaller").replace("Software Protection Platform Service", ""))}${handled}</Events>`;
    const { readings } = await readBytes(xmlFormat, xml);
    expect(readings).toMatchObject([
      { records: 1, skipped: 1, origin: { names: ["KMS-a.litware.example"] } },
    ]);
  });

  test("that breaks off gives what came before, and says so", async () => {
    const { handled: log, readings } = await readBytes(
      xmlFormat,
      `<Events>${handled}${refused.slice(0, 300)}`,
    );
    expect(log).toHaveLength(1);
    expect(readings[0]?.notes).toEqual(["the last event is cut off"]);
  });

  test("keeps the lines of events that have no record number", async () => {
    const xml = `<Events>\n\n${handled.replace("<EventRecordID>41</EventRecordID>", "")}\n</Events>`;
    expect((await readBytes(xmlFormat, xml)).handled.place(0)).toMatchObject({ line: 3, record: 0 });
  });

  test("that Muster exports is Muster's, its fields by name", async () => {
    const time = Date.UTC(2026, 0, 2, 3, 4, 5);
    const machine = "lic1.corp.example";
    const both = [
      { row: 1, time, id: 12290, machine, info } as const,
      { row: 2, time, id: 12400, machine, info: "cm, one two, f1 f2" } as const,
      { row: 3, time, id: 12294, machine, info: "0x00000000, corp.example" } as const,
    ];
    const xml = XML_HEAD + both.map(eventXml).join("") + XML_TAIL;
    const { handled: log, events, readings } = await readBytes(xmlFormat, xml);
    expect(readings).toMatchObject([{ origin: { system: "muster", names: [machine] }, records: 3 }]);
    expect(log.place(0).quote).toBe(info);
    expect(events).toMatchObject([
      { id: 12400, level: 3, fields: { cmid: "cm", names: "one two", fingerprints: "f1 f2" } },
      { id: 12294, fields: { domain: "corp.example" } },
    ]);
  });

  test("is never expanded beyond the entities of XML itself", () => {
    expect(unescaped("&lt;&#65;&#x42;&quot;&apos;&amp;amp;&gt;")).toBe("<AB\"'&amp;>");
    expect(unescaped("&lol;&#99999999;&#x110000;")).toBe("&lol;&#99999999;\uFFFD");
  });

  test("that is damaged anywhere never throws, and keeps the other events", async () => {
    const whole = `<Events>${handled}${refused}${handled}</Events>`;
    const damage = fc.record({
      at: fc.nat(whole.length),
      length: fc.nat(400),
      put: fc.string({ maxLength: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(damage, fc.integer({ min: 1, max: 2000 }), async ({ at, length, put }, piece) => {
        const collector = await readBytes(
          xmlFormat,
          whole.slice(0, at) + put + whole.slice(at + length),
          piece,
        );
        expect(collector.readings.length).toBeGreaterThan(0);
        if (length < handled.length / 2 && !/[<&]/.test(put))
          expect(collector.handled.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});
