import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { csvFormat, tabFormat } from "./table-format.ts";
import { readBytes, utf16 } from "./testing.ts";

const info = (n: number, time: string) =>
  `0x0,25,pc-${n}.rei.example,${String(n).padStart(8, "0")}-1689-4a06-9a81-bfdb69affce6,${time},0,1,247716,73111121-5638-40f6-bc11-f1d7b0d64300`;
const header = `"Message","Id","RecordId","ProviderName","LogName","MachineName","TimeCreated","LevelDisplayName"`;
const row = (n: number, time: string, logged: string) =>
  `"An activation request has been processed.\r\nInfo:\r\n${info(n, time)}","12290","${100 - n}","Microsoft-Windows-Security-SPP","Key Management Service","kms-a.rei.example","${logged}","Information"`;
const rows = [
  row(1, "2025/10/5 23:20", "10/6/2025 8:20:12 AM"),
  row(2, "2025/10/5 15:00", "10/6/2025 12:00:33 AM"),
  row(3, "2025/10/5 14:59", "10/5/2025 11:59:01 PM"),
];
const csv = ["#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord", header, ...rows, ""].join("\r\n");

describe("events as CSV", () => {
  test.each([
    ["of Export-Csv", csv],
    ["without its type", csv.split("\r\n").slice(1).join("\r\n")],
    ["with semicolons", csv.replaceAll('","', '";"')],
    ["with the columns in another order", csv.replace(header, header.replace('"RecordId"', '"Index"'))],
    ["with line ends of Unix", csv.replaceAll("\r\n", "\n")],
  ])("%s are read, their times made UTC", async (_, text) => {
    for (const piece of [1 << 16, 11]) {
      const { handled, logs, readings } = await readBytes(csvFormat, text, piece);
      expect(readings).toMatchObject([{ origin: { kind: "event-csv" }, records: 3, notes: [] }]);
      expect([0, 1, 2].map((at) => new Date(handled.row(at).time).toISOString())).toEqual([
        "2025-10-05T23:20:12.000Z",
        "2025-10-05T15:00:33.000Z",
        "2025-10-05T14:59:01.000Z",
      ]);
      expect(handled.place(1)).toMatchObject({ record: 98, quote: info(2, "2025/10/5 15:00") });
      expect(logs).toMatchObject([{ zone: 540, selected: false, counts: { 12290: 3 } }]);
      expect(logs[0]?.first).toBe(Date.UTC(2025, 9, 5, 14, 59, 1));
      expect(logs[0]?.last).toBe(Date.UTC(2025, 9, 5, 23, 20, 12));
    }
  });

  test("have the line of their Info as a place", async () => {
    const { handled } = await readBytes(csvFormat, csv);
    const lines = csv.split("\r\n");
    for (const at of [0, 1, 2]) {
      const { line, quote } = handled.place(at);
      expect(lines[line - 1]).toStartWith(quote);
    }
  });

  test("with the day first are read so when the times in them say it", async () => {
    const text = [
      header,
      row(1, "2025/10/5 6:20", "5/10/2025 8:20:12"),
      row(2, "2025/10/4 6:20", "4/10/2025 8:20:12"),
    ];
    const { handled, logs } = await readBytes(csvFormat, text.join("\n"));
    expect(new Date(handled.row(0).time).toISOString()).toBe("2025-10-05T06:20:12.000Z");
    expect(logs[0]?.zone).toBe(120);
    expect(logs[0]?.first).toBe(Date.UTC(2025, 9, 4, 6, 20, 12));
  });

  test("that were picked from the log of requests are known to be few of it", async () => {
    const few = [row(1, "2025/10/5 6:20", "10/5/2025 8:20"), row(90, "2025/10/4 6:20", "10/4/2025 8:20")];
    expect((await readBytes(csvFormat, [header, ...few].join("\n"))).logs[0]?.selected).toBe(true);
  });

  test("that break off lose their last row only, and say so", async () => {
    const { handled, readings } = await readBytes(csvFormat, csv.slice(0, csv.length - 120));
    expect(handled).toHaveLength(2);
    expect(readings[0]?.notes).toEqual(["The row at line 9 breaks off, or a quote in it is never closed"]);
  });

  test("of Event Viewer are read", async () => {
    const text = `Level,Date and Time,Source,Event ID,Task Category\r\nError,3/4/2025 9:20:12 AM,Microsoft-Windows-Security-SPP,12293,None,"Publishing the Key Management Service (KMS) to DNS in the 'rei.example' domain failed.\r\nInfo:\r\n0x80072338"\r\n`;
    const { events } = await readBytes(csvFormat, text);
    expect(events).toMatchObject([
      {
        id: 12293,
        level: 2,
        codes: [0x80072338],
        fields: { domain: "rei.example" },
        at: { line: 4, record: 0 },
      },
    ]);
  });

  test("are not seen in other tables, nor in commands", () => {
    const head = (text: string) => csvFormat.recognises(new TextEncoder().encode(text), "x.csv");
    expect(head(csv)).toBe(true);
    expect(head("Name,Value,Id\na,b,3\n")).toBe(false);
    expect(
      head(
        "PS C:\\> Get-WinEvent | fl LogName,ProviderName,Id,TimeCreated,Message\n\nLogName : Application\n",
      ),
    ).toBe(false);
    expect(head("0x0,5,pc,Id,Message,Source\n")).toBe(false);
    expect(head("")).toBe(false);
  });
});

describe("what Event Viewer saves as text", () => {
  const english = `Level\tDate and Time\tSource\tEvent ID\tTask Category\r\nInformation\t11/6/2025 1:15:44 AM\tSecurity-SPP\t900\tNone\t"The Software Protection service is starting.\r\nParameters:caller=sppsvc"\r\nInformation\t11/5/2025 2:15:44 PM\tMsiInstaller\t1033\tNone\tHello\r\n`;
  const japanese = `レベル\t日付と時刻\tソース\tイベント ID\tタスクのカテゴリ\r\n情報\t2025/11/06 10:15:44\tMicrosoft-Windows-Security-SPP\t12288\tなし\t"クライアントはキー管理サービス コンピューターにライセンス認証要求を送信しました。\r\n情報:\r\n0xC004F074, 0x00000000, kms.rei.example:1688, 4107fbaa-be41-4039-9589-5d83118db0f1, 2025/11/06 01:15, 0, 5, 0, 73111121-5638-40f6-bc11-f1d7b0d64300, 25"\r\n`;

  test("is read, other programs passed over", async () => {
    const { events, readings } = await readBytes(tabFormat, utf16(english));
    expect(readings).toMatchObject([{ origin: { kind: "event-text" }, records: 1, skipped: 1 }]);
    expect(events).toMatchObject([
      { id: 900, level: 4, computer: "", time: Date.UTC(2025, 10, 6, 1, 15, 44) },
    ]);
  });

  test("is read in Japanese, its zone told by the request in it", async () => {
    const { sent, logs } = await readBytes(tabFormat, utf16(japanese), 10);
    expect(sent.row(0)).toMatchObject({
      time: Date.UTC(2025, 10, 6, 1, 15, 44),
      host: "kms.rei.example:1688",
    });
    expect(logs[0]).toMatchObject({ zone: 540, selected: true });
  });

  test("is recognised in any language by its five columns", () => {
    const german =
      "Ebene\tDatum und Uhrzeit\tQuelle\tEreignis-ID\tAufgabenkategorie\r\nFehler\t06.11.2025 10:15:44\tMicrosoft-Windows-Security-SPP\t8198\tKeine\tx\r\n";
    for (const text of [english, japanese, german]) expect(tabFormat.recognises(utf16(text), "x")).toBe(true);
    expect(tabFormat.recognises(utf16("a\tb\tc\td\te\r\n1\t2\t3\t4\t5\r\n"), "x")).toBe(false);
  });
});

test("a table that is damaged anywhere never throws", async () => {
  const damage = fc.record({ at: fc.nat(csv.length), length: fc.nat(200), put: fc.string({ maxLength: 9 }) });
  await fc.assert(
    fc.asyncProperty(damage, fc.integer({ min: 1, max: 900 }), async ({ at, length, put }, piece) => {
      const collector = await readBytes(csvFormat, csv.slice(0, at) + put + csv.slice(at + length), piece);
      expect(collector.readings.length).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});
