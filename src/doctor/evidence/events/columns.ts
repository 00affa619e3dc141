import { blank, type RawEvent } from "./raw-event.ts";
import type { TableRow } from "./rows.ts";
import { eventTime } from "./stamp.ts";

type Name =
  | "id"
  | "time"
  | "provider"
  | "message"
  | "computer"
  | "channel"
  | "level"
  | "record"
  | "data"
  | "index";

/** Names of columns: of `Get-WinEvent` and `Get-EventLog`, of Event Viewer in English and Japanese. */
const NAMES: Readonly<Record<string, Name>> = {
  id: "id",
  eventid: "id",
  イベントid: "id",
  timecreated: "time",
  timegenerated: "time",
  timewritten: "time",
  dateandtime: "time",
  date: "time",
  time: "time",
  日付と時刻: "time",
  providername: "provider",
  source: "provider",
  ソース: "provider",
  message: "message",
  description: "message",
  説明: "message",
  machinename: "computer",
  computer: "computer",
  computername: "computer",
  コンピューター: "computer",
  logname: "channel",
  log: "channel",
  channel: "channel",
  ログの名前: "channel",
  level: "level",
  leveldisplayname: "level",
  entrytype: "level",
  レベル: "level",
  recordid: "record",
  eventrecordid: "record",
  index: "record",
  replacementstrings: "data",
};

/** Which column of a table of events holds what. */
export class Columns {
  private readonly at: Partial<Record<Name, number>>;
  private readonly levelName: number;

  private constructor(at: Partial<Record<Name, number>>, levelName = -1) {
    this.at = at;
    this.levelName = levelName;
  }

  /**
   * The columns by their names; undefined when they are not those of events. Event Viewer's five, in whatever language,
   * are told by the row after them.
   */
  static of(header: readonly string[], next: readonly string[]): Columns | undefined {
    const at: Partial<Record<Name, number>> = {};
    let levelName = -1;
    for (const [index, label] of header.entries()) {
      const plain = label.toLowerCase().replace(/[\s_]/g, "");
      if (plain === "leveldisplayname") levelName = index;
      const name = NAMES[plain];
      if (name !== undefined) at[name] ??= index;
    }
    const viewer = header.length === 5 && next.length >= 5;
    if (viewer && /^\d{1,5}$/.test(next[3] ?? "") && /\d:\d\d/.test(next[1] ?? "")) {
      return new Columns({ level: 0, time: 1, provider: 2, id: 3, message: 5 });
    }
    if (at.id === undefined || (at.message === undefined && at.data === undefined)) return undefined;
    if (at.time === undefined && at.provider === undefined) return undefined;
    if (!header.every((label) => /^\p{L}[\p{L}\p{M}\d _.'()-]{0,60}$/u.test(label.trim()))) return undefined;
    if (next.length > 0 && !/^\d{1,10}$/.test((next[at.id] ?? "").trim())) return undefined;
    return new Columns(at, levelName);
  }

  /** The id in a row: what decides whether the rest is looked at. */
  id(row: TableRow): number {
    const text = row.field(this.at.id ?? -1).trim();
    return /^\d{1,10}$/.test(text) ? Number(text) & 0xffff : 0;
  }

  provider(row: TableRow): string {
    return row.field(this.at.provider ?? -1).trim();
  }

  /** The event of a row. */
  event(row: TableRow): RawEvent {
    const { at } = this;
    const text = (name: Name) => row.field(at[name] ?? -1).trim();
    const record = text("record");
    const message = text("message");
    const number = /^\d{1,10}$/.test(record) ? Number(record) : 0;
    return {
      ...blank,
      id: this.id(row),
      provider: text("provider"),
      channel: text("channel"),
      computer: text("computer"),
      level: levelOf(text("level")) || levelOf(row.field(this.levelName)),
      record: number < 2 ** 32 ? number : 0,
      line: row.lineOf(at.message ?? -1) + linesBeforeInfo(message),
      time: eventTime(text("time")),
      message,
    };
  }
}

/** Lines of a message before its Info line, which is what findings point at. */
function linesBeforeInfo(message: string): number {
  const info = /\n\s*0x/.exec(message);
  let lines = 0;
  for (
    let at = message.indexOf("\n");
    info !== null && at >= 0 && at <= info.index;
    at = message.indexOf("\n", at + 1)
  )
    lines += 1;
  return lines;
}

const LEVELS: readonly (readonly [number, RegExp])[] = [
  [1, /^(?:critical|重大|kritisch|critique|crítico|严重)/i],
  [2, /^(?:error|エラー|fehler|erreur|错误|errore)/i],
  [3, /^(?:warning|警告|warnung|avertissement|advertencia|avviso)/i],
  [4, /^(?:info|情報|信息|information|verbose|詳細)/i],
];

/** The level by its number or by its name in some languages; 0 for others. */
export function levelOf(text: string): number {
  if (/^[0-5]$/.test(text)) return Number(text);
  return LEVELS.find(([, name]) => name.test(text))?.[0] ?? 0;
}
