import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { eventJson } from "../../../protocol/event-json.ts";
import { jsonFormat } from "./json-format.ts";
import { readBytes } from "./testing.ts";

const info =
  "0x0,25,pc-9.wingtip.example,66652ad0-1689-4a06-9a81-bfdb69affce6,2025/3/4 9:20,1,5,0,7dc26449-db21-4e09-ba37-28f2958506a6";
const time = Date.UTC(2025, 2, 4, 9, 20, 12);
const message = `An activation request has been processed.\r\nInfo:\r\n${info}`;
const provider = "Microsoft-Windows-Security-SPP";
const computer = "kms.wingtip.example";
const channel = "Key Management Service";

const written: readonly (readonly [string, unknown])[] = [
  [
    "ConvertTo-Json of Windows PowerShell",
    [
      {
        Id: 12290,
        RecordId: 5,
        ProviderName: provider,
        LogName: channel,
        MachineName: computer,
        TimeCreated: `/Date(${time})/`,
        LevelDisplayName: "Information",
        Message: message,
        Properties: [{ Value: info }],
      },
    ],
  ],
  [
    "ConvertTo-Json of PowerShell 7",
    [
      {
        Message: message,
        Id: 12290,
        RecordId: 5,
        ProviderName: provider,
        LogName: channel,
        MachineName: computer,
        TimeCreated: "2025-03-04T10:20:12.0000000+01:00",
        Level: 4,
        Properties: "System.Collections.Generic.List`1[…]",
      },
    ],
  ],
  [
    "Winlogbeat",
    {
      "@timestamp": "2025-03-04T09:20:12.000Z",
      message,
      log: { level: "information" },
      winlog: {
        event_id: 12290,
        record_id: 5,
        provider_name: provider,
        channel,
        computer_name: computer,
        event_data: { param2: "x", param1: info },
      },
    },
  ],
  [
    "Elasticsearch",
    {
      hits: {
        hits: [
          {
            _id: "a",
            _source: {
              "@timestamp": "2025-03-04T09:20:12Z",
              message,
              winlog: {
                event_id: "12290",
                record_id: "5",
                provider_name: provider,
                channel,
                computer_name: computer,
              },
            },
          },
        ],
      },
    },
  ],
  [
    "Wazuh",
    {
      id: "1708105869.1",
      rule: { level: 3, id: "60602" },
      data: {
        win: {
          system: {
            providerName: provider,
            eventID: "12290",
            systemTime: "2025-03-04T09:20:12.0000000Z",
            eventRecordID: "5",
            channel,
            computer,
            level: "4",
            message: `"${message}"`,
          },
          eventdata: { data: `${info}, 0x0, 25` },
        },
      },
    },
  ],
  [
    "event XML made JSON",
    {
      Event: {
        System: {
          Provider: { "@Name": provider },
          EventID: { "#text": "12290" },
          TimeCreated: { "@SystemTime": "2025-03-04T09:20:12Z" },
          EventRecordID: "5",
          Channel: channel,
          Computer: computer,
          Level: "4",
        },
        EventData: { Data: [info] },
      },
    },
  ],
  [
    "NXLog",
    {
      EventTime: "2025-03-04T09:20:12.000000Z",
      Hostname: computer,
      EventID: 12290,
      SourceName: provider,
      RecordNumber: 5,
      Channel: channel,
      Severity: "INFO",
      Message: message,
    },
  ],
];

describe("events as JSON", () => {
  test.each(written)("of %s are read", async (_, value) => {
    for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2)]) {
      expect(jsonFormat.recognises(new TextEncoder().encode(text), "x")).toBe(true);
      for (const piece of [1 << 16, 13]) {
        const { handled, logs, readings } = await readBytes(jsonFormat, text, piece);
        expect(readings).toMatchObject([
          { records: 1, notes: [], origin: { kind: "event-json", names: [computer] } },
        ]);
        expect(handled.place(0)).toMatchObject({ record: 5, quote: info });
        expect(handled.row(0)).toMatchObject({ time, computer });
        expect(logs).toMatchObject([{ channel, zone: "utc" }]);
      }
    }
  });

  test("of Muster are read line by line, with their fields", async () => {
    const events = [
      eventJson({ time, id: 12290, machine: "lic1", info }),
      eventJson({ time, id: 12401, machine: "lic1", info: "0xC004F041, 3" }),
    ];
    const text = events.map((event) => `${JSON.stringify(event)}\n`).join("");
    expect(jsonFormat.recognises(new TextEncoder().encode(text), "x")).toBe(true);
    const { handled, events: others, readings } = await readBytes(jsonFormat, text);
    expect(readings).toMatchObject([{ origin: { system: "muster", names: ["lic1"] }, records: 2 }]);
    expect(handled.place(0)).toMatchObject({ line: 1, quote: info });
    expect(others).toMatchObject([
      {
        id: 12401,
        at: { line: 2 },
        time,
        codes: [0xc004f041],
        fields: { code: "0xC004F041", daysLeft: "3" },
      },
    ]);
  });

  test("are not seen in other JSON", () => {
    for (const text of ['{"Name":"x","ID":"y"}', "[1,2]", "", "{", '{"id":1,"name":"a"}'])
      expect(jsonFormat.recognises(new TextEncoder().encode(text), "x.json")).toBe(false);
  });

  test("that break off lose the last only, and say so", async () => {
    const lines = `${JSON.stringify(written[6]?.[1])}\n`.repeat(3);
    const { handled, readings } = await readBytes(jsonFormat, lines.slice(0, -40));
    expect(handled).toHaveLength(2);
    expect(readings[0]?.notes).toEqual(["the last object is cut off"]);
  });

  test("never throw, whatever is in them", async () => {
    const damage = fc.tuple(
      fc.constantFrom(...written),
      fc.nat(900),
      fc.nat(60),
      fc.string({ maxLength: 9 }),
    );
    await fc.assert(
      fc.asyncProperty(damage, async ([[, value], at, length, put]) => {
        const whole = JSON.stringify(value);
        await readBytes(jsonFormat, whole.slice(0, at) + put + whole.slice(at + length));
      }),
      { numRuns: 300 },
    );
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 5 }), async (text) => void (await readBytes(jsonFormat, text))),
    );
  });
});
