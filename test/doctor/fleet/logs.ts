import { classic, eventRecord, type Source } from "../../evtx/events.ts";
import { writeLog } from "../../evtx/log.ts";
import { TIMES } from "./languages.ts";
import { stamp } from "./live.ts";
import type { Random } from "./random.ts";
import { type HandledRequest, type Happening, hex, MINUTE, type World } from "./world.ts";

/** Forms in which logs are handed over. */
export const FORMS = ["evtx", "xml", "csv", "tab", "pasted"] as const;
export type Form = (typeof FORMS)[number];

/** How one log is written. */
export interface Writing {
  readonly form: Form;
  readonly isJapanese: boolean;
  readonly times: "us" | "uk" | "ja";
  /** Whether other programs' events are left in. */
  readonly isWhole: boolean;
}

/** A way to write, chosen by the seed. */
export function writingOf(random: Random): Writing {
  const isJapanese = random.chance(0.35);
  return {
    form: random.pick(FORMS),
    isJapanese,
    times: isJapanese ? "ja" : random.pick(["us", "us", "uk"]),
    isWhole: random.chance(0.5),
  };
}

/** An event with its number in the log. */
interface Numbered extends Happening {
  readonly record: number;
  readonly computer: string;
  readonly provider: string;
}

const SPP = "Microsoft-Windows-Security-SPP";

/** 12290 of a host, as happenings: newer systems write each field apart as well. */
export function requestEvents(requests: readonly HandledRequest[], isApart: boolean): Happening[] {
  return requests.map((each) => {
    const fields = [
      each.code === 0 ? "0x0" : hex(each.code),
      String(each.required),
      each.name,
      each.cmid,
      stamp(each.clientTime),
      each.virtual ? "1" : "0",
      String(each.status),
      String(each.minutesLeft),
      each.product,
    ];
    const info = fields.join(",");
    return { time: each.time, id: 12290, level: 4, data: isApart ? [info, ...fields] : [info] };
  });
}

/** A log of one machine in one form, newest first where people see it so. */
export function logFile(
  world: World,
  of: { computer: string; events: readonly Happening[]; channel: "Application" | "Key Management Service" },
  writing: Writing,
): Uint8Array | string {
  const others = writing.isWhole && of.channel === "Application" ? otherPrograms(of.events) : [];
  const first = world.random.between(1, 90_000);
  const events = [...of.events.map((each) => ({ ...each, provider: SPP })), ...others]
    .toSorted((one, two) => one.time - two.time)
    .map((each, at): Numbered => ({ ...each, computer: each.computer ?? of.computer, record: first + at }));
  switch (writing.form) {
    case "evtx":
      return evtx(events, of.channel);
    case "xml":
      return xml(events.toReversed(), of.channel, writing);
    case "csv":
      return csv(world, events.toReversed(), of.channel, writing);
    case "tab":
      return tab(world, events.toReversed(), writing);
    case "pasted":
      return pasted(world, events.toReversed(), of.channel, writing);
  }
}

function otherPrograms(events: readonly Happening[]): (Happening & { provider: string })[] {
  return events
    .filter((_, at) => at % 4 === 0)
    .map(({ time }) => ({
      time: time - 61_000,
      id: 1033,
      level: 4,
      data: ["Contoso Reader", "24.1.0", "1033", "0"],
      provider: "MsiInstaller",
    }));
}

function evtx(events: readonly Numbered[], channel: string): Uint8Array {
  const sources = new Map<string, Source>();
  const sourceOf = ({ computer, provider, id }: Numbered): Source => {
    const key = `${computer} ${provider}`;
    const known = sources.get(key);
    if (known !== undefined) return known;
    const isOwn = provider === SPP;
    const made: Source = {
      provider,
      channel,
      computer,
      ...(isOwn
        ? {
            guid: "{E23B33B0-C8C9-472C-A5F9-F2BDFEA0F156}",
            eventSource: id === 12290 ? "KmsRequests" : "Software Protection Platform Service",
          }
        : {}),
    };
    sources.set(key, made);
    return made;
  };
  return writeLog(
    events.map((each) =>
      eventRecord({
        source: sourceOf(each),
        number: each.record,
        time: each.time,
        id: each.id,
        qualifiers: 16_384,
        level: each.level,
        payload: classic(each.data),
      }),
    ),
  );
}

function xml(events: readonly Numbered[], channel: string, writing: Writing): string {
  const elements = events.map(
    (each) =>
      `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='${each.provider}'/><EventID Qualifiers='16384'>${each.id}</EventID><Version>0</Version><Level>${each.level}</Level><Task>0</Task><Opcode>0</Opcode><Keywords>0x80000000000000</Keywords><TimeCreated SystemTime='${new Date(each.time).toISOString()}'/><EventRecordID>${each.record}</EventRecordID><Correlation/><Execution ProcessID='0' ThreadID='0'/><Channel>${channel}</Channel><Computer>${each.computer}</Computer><Security/></System><EventData>${each.data.map((item) => `<Data>${item.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</Data>`).join("")}</EventData>${writing.isWhole ? `<RenderingInfo Culture='en-US'><Message>${message(each, false).replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</Message><Level>Information</Level></RenderingInfo>` : ""}</Event>`,
  );
  return `\uFEFF<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n<Events>${elements.join("")}</Events>`;
}

function csv(world: World, events: readonly Numbered[], channel: string, writing: Writing): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const rows = events.map((each) =>
    [
      message(each, writing.isJapanese),
      String(each.id),
      "0",
      "16384",
      String(each.level),
      String(each.record),
      each.provider,
      channel,
      each.computer,
      localTime(world, each.time, writing),
      writing.isJapanese ? "情報" : "Information",
    ]
      .map(quoted)
      .join(","),
  );
  return [
    "#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord",
    `"Message","Id","Version","Qualifiers","Level","RecordId","ProviderName","LogName","MachineName","TimeCreated","LevelDisplayName"`,
    ...rows,
    "",
  ].join("\r\n");
}

function tab(world: World, events: readonly Numbered[], writing: Writing): string {
  const head = writing.isJapanese
    ? "レベル\t日付と時刻\tソース\tイベント ID\tタスクのカテゴリ"
    : "Level\tDate and Time\tSource\tEvent ID\tTask Category";
  const rows = events.map((each) => {
    const level = levelName(each.level, writing.isJapanese);
    const text = message(each, writing.isJapanese);
    const cell = /[\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    return `${level}\t${localTime(world, each.time, writing)}\t${each.provider}\t${each.id}\t${writing.isJapanese ? "なし" : "None"}\t${cell}`;
  });
  return `${[head, ...rows].join("\r\n")}\r\n`;
}

function pasted(world: World, events: readonly Numbered[], channel: string, writing: Writing): string {
  const labels = writing.isJapanese
    ? [
        "ログの名前:         ",
        "ソース:           ",
        "日付:            ",
        "イベント ID:       ",
        "タスクのカテゴリ:      ",
        "レベル:           ",
        "キーワード:         ",
        "ユーザー:          ",
        "コンピューター:       ",
        "説明:",
      ]
    : [
        "Log Name:      ",
        "Source:        ",
        "Date:          ",
        "Event ID:      ",
        "Task Category: ",
        "Level:         ",
        "Keywords:      ",
        "User:          ",
        "Computer:      ",
        "Description:",
      ];
  return events
    .map((each) => {
      const values = [
        channel,
        each.provider,
        localTime(world, each.time, writing),
        String(each.id),
        writing.isJapanese ? "なし" : "None",
        levelName(each.level, writing.isJapanese),
        writing.isJapanese ? "クラシック" : "Classic",
        "N/A",
        each.computer,
        "",
      ];
      return `${labels.map((label, at) => `${label}${values[at]}`).join("\r\n")}\r\n${message(each, writing.isJapanese)}\r\n`;
    })
    .join("\r\n");
}

function levelName(level: number, isJapanese: boolean): string {
  if (level === 2) return isJapanese ? "エラー" : "Error";
  if (level === 3) return isJapanese ? "警告" : "Warning";
  return isJapanese ? "情報" : "Information";
}

function localTime({ offset }: World, time: number, { times }: Writing): string {
  return TIMES[times](time + offset * MINUTE);
}

/** What Event Viewer prints of an event. */
function message({ id, data, provider }: Numbered, isJapanese: boolean): string {
  const [first = "", second = ""] = data;
  const info = isJapanese ? "情報:" : "Info:";
  if (provider !== SPP) return `Windows Installer installed the product. ${data.join(" ")}`;
  switch (id) {
    case 900:
      return `The Software Protection service is starting.\r\nParameters:${first}`;
    case 902:
      return `The Software Protection service has started.\r\n${first}`;
    case 903:
      return "The Software Protection service has stopped.";
    case 1003:
      return `The Software Protection service has completed licensing status check.\r\n\r\nApplication Id=${first}\r\nLicensing Status=${second}`;
    case 16384:
      return `Successfully scheduled Software Protection service for re-start at ${first}. Reason: ${second}.`;
    case 8197:
      return isJapanese
        ? `ライセンス認証 (slui.exe) が次のコマンド ライン引数で実行されました:\r\n${first}`
        : `License Activation (slui.exe) was run with the following command-line arguments:\r\n${first}`;
    case 8198:
      return isJapanese
        ? `ライセンス認証 (slui.exe) が次のエラー コードで失敗しました:\r\n${first}\r\nコマンド ライン引数:\r\n${second}`
        : `License Activation (slui.exe) failed with the following error code:\r\n${first}\r\nCommand-line arguments:\r\n${second}`;
    case 8230:
      return `The rules engine reported a change of state.\r\n${first}`;
    case 8200:
      return `License acquisition failure details. \r\n${first}`;
    case 8208:
      return `Acquisition of genuine ticket failed (${first}) for template Id ${second}`;
    case 12288:
      return `${isJapanese ? "クライアントはキー管理サービス コンピューターにライセンス認証要求を送信しました。" : "The client has sent an activation request to the key management service machine."}\r\n${info}\r\n${first}`;
    case 12289:
      return `${isJapanese ? "クライアントはキー管理サービス コンピューターからのライセンス認証応答を処理しました。" : "The client has processed an activation response from the key management service machine."}\r\n${info}\r\n${first}`;
    case 12290:
      return `${isJapanese ? "ライセンス認証要求が処理されました。" : "An activation request has been processed."}\r\n${info}\r\n${first}`;
    case 12293:
      return isJapanese
        ? `'${second}' ドメインの DNS へのキー管理サービス (KMS) の発行に失敗しました。\r\n${info}\r\n${first}`
        : `Publishing the Key Management Service (KMS) to DNS in the '${second}' domain failed.\r\n${info}\r\n${first}`;
    case 12294:
      return isJapanese
        ? `'${first}' ドメインの DNS へのキー管理サービス (KMS) の発行に成功しました。`
        : `Publishing the Key Management Service (KMS) to DNS in the '${first}' domain is successful.`;
    default:
      return data.join("\r\n");
  }
}
