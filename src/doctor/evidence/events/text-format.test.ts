import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readEventText } from "./testing.ts";

const sent =
  "0x800706BA, 0x00000000, kms1.fabrikam.example:1688, 4107fbaa-be41-4039-9589-5d83118db0f1, 2024/10/24 13:37, 0, 5, 0, 73111121-5638-40f6-bc11-f1d7b0d64300, 25";
const answered = "0x00000000, 0x04000000, 0, 0, 15, 120, 10080, 2024/10/24 14:57";
const handled =
  "0x0,25,PC-7,4107fbaa-be41-4039-9589-5d83118db0f1,2024/10/24 14:57,0,5,0,73111121-5638-40f6-bc11-f1d7b0d64300";
const rule =
  "RuleId=502ff3ba-669a-4674-bbb1-601f34a3b968;Action=AutoActivateSilent;AppId=55c92734-d682-4d71-983e-d6ec3f16059f;SkuId=73111121-5638-40f6-bc11-f1d7b0d64300;NotificationInterval=1440;Trigger=TimerEvent";

const copied = `Hello, what is this?

Log Name:      Application
Source:        Microsoft-Windows-Security-SPP
Date:          10/24/2024 8:37:08 AM
Event ID:      12288
Task Category: None
Level:         Information
Computer:      PC-7.fabrikam.example
Description:
The client has sent an activation request to the key management service machine.
Info:
${sent}

Log Name:      Application
Source:        Microsoft-Windows-Security-SPP
Date:          10/24/2024 8:37:09 AM
Event ID:      8198
Level:         Error
Computer:      PC-7.fabrikam.example
Description:
License Activation (slui.exe) failed with the following error code:
hr=0xC004F074
Command-line arguments:
${rule}

Regards, Kim
`;

function wrapped(text: string, column: number): string {
  return text
    .split("\n")
    .map((line) => line.replace(new RegExp(`(.{${column}})(?=.)`, "g"), "$1\n"))
    .join("\n");
}

describe("events that somebody copied", () => {
  test.each([
    ["as they are", copied],
    ["quoted in a mail", copied.replace(/^/gm, "> ")],
    ["with full-width colons", copied.replace(/^(\w[\w ]*):/gm, "$1：")],
    ["with all indentation lost", copied.replace(/: +/g, ": ")],
    ["with line ends of Windows", copied.replaceAll("\n", "\r\n")],
    ["wrapped at 80 columns", wrapped(copied, 80)],
    ["wrapped at 100 columns", wrapped(copied, 100)],
    ["without their log's name", copied.replace(/^Log Name.*\n/gm, "")],
  ])("%s are read", (_, text) => {
    const found = readEventText(text);
    expect(found.sent).toHaveLength(1);
    expect(found.sent.place(0)).toMatchObject({ quote: sent, record: 0 });
    expect(found.sent.row(0)).toMatchObject({
      computer: "pc-7.fabrikam.example",
      time: Date.UTC(2024, 9, 24, 13, 37, 8),
    });
    expect(found.events).toMatchObject([
      {
        id: 8198,
        level: 2,
        codes: [0xc004f074],
        time: Date.UTC(2024, 9, 24, 13, 37, 9),
        fields: { RuleId: "502ff3ba-669a-4674-bbb1-601f34a3b968", Trigger: "TimerEvent" },
      },
    ]);
    expect(found.logs).toMatchObject([{ zone: -300, selected: true, counts: { 12288: 1, 8198: 1 } }]);
  });

  test("have the lines understood, the words around them not", () => {
    const lines = copied.split("\n");
    const { understood, sent: log } = readEventText(copied);
    const left = lines.filter((line, at) => line !== "" && !understood.has(at + 1));
    expect(left).toEqual(["Hello, what is this?", "Regards, Kim"]);
    expect(lines[log.place(0).line - 1]).toBe(sent);
  });

  test("in Japanese are read", () => {
    const text = `ログの名前:         Application
ソース:           Microsoft-Windows-Security-SPP
日付:            2024/10/24 22:37:08
イベント ID:       12288
タスクのカテゴリ:      なし
レベル:           情報
コンピューター:       pc-7.rei.example
説明:
クライアントはキー管理サービス コンピューターにライセンス認証要求を送信しました。
情報:
${sent}
`;
    const found = readEventText(text);
    expect(found.sent.row(0)).toMatchObject({
      computer: "pc-7.rei.example",
      time: Date.UTC(2024, 9, 24, 13, 37, 8),
    });
    expect(found.logs[0]?.zone).toBe(540);
    expect(found.understood.size).toBe(11);
  });

  test("of other programs are passed over", () => {
    const found = readEventText(copied.replaceAll("Microsoft-Windows-Security-SPP", "MsiInstaller"));
    expect(found.sent.length + found.events.length).toBe(0);
  });
});

describe("what Format-List prints", () => {
  const list = (width: number) => {
    const message = [
      "License Activation (slui.exe) failed with the following error code:",
      "hr=0xC004F074",
      "Command-line arguments:",
      rule,
    ];
    const lines = message.flatMap((line) => line.match(new RegExp(`.{1,${width - 15}}`, "g")) ?? []);
    return `PS C:\\> Get-WinEvent -LogName Application | fl LogName,ProviderName,Id,TimeCreated,Message


LogName      : Application
ProviderName : Microsoft-Windows-Security-SPP
Id           : 8198
TimeCreated  : 11/18/2024 4:19:19 PM
Message      : ${lines.join(`\n${" ".repeat(15)}`)}

LogName      : Application
ProviderName : Microsoft-Windows-Security-SPP
Id           : 903
TimeCreated  : 11/18/2024 4:10:19 PM
Message      : The Software Protection service has stopped.
               

`;
  };

  test.each([80, 100, 119, 120])("at %d columns is put together again", (width) => {
    const { events, understood } = readEventText(list(width));
    expect(events.map(({ id }) => id)).toEqual([8198, 903]);
    expect(events[0]?.data).toEqual(["hr=0xC004F074", rule]);
    expect(events[0]).toMatchObject({ channel: "Application", codes: [0xc004f074] });
    expect(understood.has(1)).toBe(false);
  });

  test("with its properties in any order is read", () => {
    const text = `Message      : An activation request has been processed.
               Info:
               ${handled}
Id           : 12290
RecordId     : 77
MachineName  : kms1.fabrikam.example
TimeCreated  : 24/10/2024 16:57:30
ProviderName : Microsoft-Windows-Security-SPP
`;
    const found = readEventText(text);
    expect(found.handled.place(0)).toMatchObject({ line: 3, record: 77, quote: handled });
    expect(found.handled.row(0)).toMatchObject({ time: Date.UTC(2024, 9, 24, 14, 57, 30) });
  });
});

describe("bare Info lines", () => {
  test.each([
    ["of 12288", sent, { sent: 1, answered: 0, handled: 0 }],
    ["of 12289", answered, { sent: 0, answered: 1, handled: 0 }],
    ["of 12290", handled, { sent: 0, answered: 0, handled: 1 }],
    ["with their ids", `12288: ${sent}\n12289: ${answered}`, { sent: 1, answered: 1, handled: 0 }],
    [
      "after their sentence",
      `An activation request has been processed.\nInfo:\n${handled}`,
      { sent: 0, answered: 0, handled: 1 },
    ],
    ["in a list", `${handled}\n${handled}\n${handled}`, { sent: 0, answered: 0, handled: 3 }],
    ["wrapped at 80 columns", wrapped(`${handled}\n${sent}`, 80), { sent: 1, answered: 0, handled: 1 }],
    [
      "with the letter O in a code",
      sent.replace("0x800706BA, 0x00000000", "Ox8OO7O6BA, Ox00000000"),
      { sent: 1, answered: 0, handled: 0 },
    ],
  ])("%s are read", (_, text, counts) => {
    const found = readEventText(text);
    expect({
      sent: found.sent.length,
      answered: found.answered.length,
      handled: found.handled.length,
    }).toEqual(counts);
    for (let at = 0; at < found.handled.length; at++) expect(found.handled.place(at).quote).toBe(handled);
    for (let at = 0; at < found.sent.length; at++) expect(found.sent.place(at).quote).toBe(sent);
    expect(found.understood.size).toBe(text.split("\n").length);
    for (const log of found.logs) expect(log).toMatchObject({ selected: true, zone: "open" });
  });

  test("are not seen in other text", () => {
    for (const text of ["0x8007007B, that is all", "error 0x0, 5 of 6", "0xC004F074", "a, b, 0x1, 2, 3"])
      expect(readEventText(text).readings).toEqual([]);
  });
});

describe("tables of events", () => {
  test("with bars between cells are read", () => {
    const { events } = readEventText(
      "| Application | Microsoft-Windows-Security-SPP | 8208 | Acquisition of genuine ticket failed (hr=0x80072EE7) for template Id 66c92734-d682-4d71-983e-d6ec3f16059f |",
    );
    expect(events).toMatchObject([
      { id: 8208, codes: [0x80072ee7], fields: { hr: "0x80072EE7" }, at: { line: 1 } },
    ]);
  });

  test("that Get-WinEvent prints are read", () => {
    const { events, understood } = readEventText(`
   ProviderName: Microsoft-Windows-Security-SPP

TimeCreated                     Id LevelDisplayName Message
-----------                     -- ---------------- -------
11/18/2024 4:19:19 PM         8198 Error            License Activation (slui.exe) failed with the fo...
11/18/2024 4:10:19 PM          903 Information      The Software Protection service has stopped....
`);
    expect(events.map(({ id, level }) => [id, level])).toEqual([
      [8198, 2],
      [903, 4],
    ]);
    expect(understood.size).toBe(5);
  });
});

test("JSON and XML inside a text are read", () => {
  const json = `see below\n{"data":{"win":{"system":{"providerName":"Microsoft-Windows-Security-SPP","eventID":"12288","systemTime":"2024-10-24T13:37:08.47Z","eventRecordID":"16","channel":"Application","computer":"PC-7","message":"\\"x\\r\\nInfo:\\r\\n${sent}\\""},"eventdata":{"data":"${sent}"}}}}`;
  const found = readEventText(json);
  expect(found.sent.place(0)).toMatchObject({ line: 2, record: 16, quote: sent });
  expect([...found.understood]).toEqual([2]);
  const xml = `friendly view\n- <Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event">\n- <System>\n  <Provider Name="Microsoft-Windows-Security-SPP" />\n  <EventID Qualifiers="16384">12294</EventID>\n  <TimeCreated SystemTime="2024-10-24T13:37:08.47Z" />\n  </System>\n- <EventData>\n  <Data>fabrikam.example</Data>\n  </EventData>\n  </Event>\nbye`;
  const second = readEventText(xml);
  expect(second.events).toMatchObject([{ id: 12294, fields: { domain: "fabrikam.example" } }]);
  expect([...second.understood]).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

test("a product key in an event is cut to its last five characters", () => {
  const { events } = readEventText(
    "Source: Microsoft-Windows-Security-SPP\nEvent ID: 1016\nProof of Purchase installed successfully.\nKey=AAAAA-BBBBB-CCCCC-DDDDD-3V66T",
  );
  expect(JSON.stringify(events)).not.toContain("DDDDD");
  expect(events[0]?.at.quote).toContain("XXXXX-3V66T");
});

test("a text that is damaged, shuffled or random never throws", () => {
  const pieces = copied
    .split("\n")
    .concat(wrapped(copied, 60).split("\n"), handled, "Id : 8198", "Message : x", "   y");
  const shuffled = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 200 })), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(shuffled, (lines) => void readEventText(lines.join("\n"))),
    { numRuns: 500 },
  );
});
