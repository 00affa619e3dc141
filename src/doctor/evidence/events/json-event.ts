import { levelOf } from "./columns.ts";
import { blank, type EventTime, type RawEvent } from "./raw-event.ts";
import { eventTime } from "./stamp.ts";

type Members = Readonly<Record<string, unknown>>;

const DEPTH = 8;
const ITEMS = 64;

/**
 * The events in a JSON value, however it wraps them: those of `muster events --json`, `Get-WinEvent | ConvertTo-Json`,
 * Winlogbeat, Wazuh, NXLog, and Event XML turned into JSON.
 */
export function* jsonEvents(value: unknown, line: number, depth = 0): Generator<RawEvent> {
  if (typeof value !== "object" || value === null || depth > DEPTH) return;
  if (!Array.isArray(value)) {
    const event = eventOf(value as Members, line);
    if (event !== undefined) {
      yield event;
      return;
    }
  }
  for (const inner of Object.values(value)) yield* jsonEvents(inner, line, depth + 1);
}

/** Whether a text looks like JSON with events in it. */
export function looksLikeJsonEvents(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  if (/"info"\s*:/.test(text) && /"side"\s*:/.test(text)) return true;
  return (
    /"(?:event_?id|Id)"\s*:/i.test(text) &&
    /"(?:provider_?name|source_?name|source|provider)"\s*:/i.test(text)
  );
}

function eventOf(value: Members, line: number): RawEvent | undefined {
  const wazuh = inside(value, "win");
  if (wazuh !== undefined) return plainEvent({ ...inside(wazuh, "system"), ...wazuhData(wazuh) }, line);
  const beat = inside(value, "winlog");
  if (beat !== undefined) {
    const time = { timecreated: value["@timestamp"], message: value.message };
    return plainEvent({ ...time, ...beat, level: inside(value, "log")?.level ?? beat.level }, line);
  }
  const system = inside(value, "System");
  if (system !== undefined) {
    const rendering = inside(value, "RenderingInfo");
    return plainEvent(
      { ...system, message: rendering?.Message, eventdata: value.EventData ?? value.UserData },
      line,
    );
  }
  return plainEvent(value, line);
}

/** The message says the same as the data, with its lines in place. */
function wazuhData(win: Members): Members {
  const message = inside(win, "system")?.message;
  return typeof message === "string" ? {} : { eventdata: inside(win, "eventdata") };
}

function plainEvent(value: Members, line: number): RawEvent | undefined {
  const of = membersOf(value);
  const id = numberOf(of("eventid", "id"));
  if (id === undefined || id < 1 || id > 65_535) return undefined;
  const provider = of("provider");
  const name = textOf(of("providername", "sourcename", "source")) || textOf(provider, "Name");
  const muster = typeof value.info === "string" && typeof value.machine === "string";
  if (name === "" && !muster) return undefined;
  const message = textOf(of("message", "rendereddescription", "description")).replace(/^"([\s\S]*)"$/, "$1");
  const record = numberOf(of("eventrecordid", "recordid", "recordnumber", "index", "row")) ?? 0;
  const info = muster ? String(value.info) : "";
  return {
    ...blank,
    id,
    provider: muster ? "Muster" : name,
    eventSource: textOf(of("eventsourcename")),
    channel: textOf(of("channel", "logname", "eventlog")),
    computer: textOf(of("computer", "computername", "machinename", "hostname", "machine")),
    level:
      levelOf(textOf(of("level"))) || levelOf(textOf(of("leveldisplayname", "severityvalue", "severity"))),
    record: record < 2 ** 32 ? record : 0,
    line,
    time: timeOf(
      of("systemtime", "timecreated", "timegenerated", "eventtime", "timestamp", "time", "created"),
    ),
    message: info === "" ? message : `${message}\nInfo:\n${info}`,
    ...(muster ? { data: [], named: strings(value.fields) } : dataOf(of)),
  };
}

type Lookup = (...names: string[]) => unknown;

/** Looks members up by their names in lower case, without what stands between words and before dots. */
function membersOf(value: Members): Lookup {
  const plain = new Map<string, unknown>();
  for (const [name, member] of Object.entries(value)) {
    const key = name
      .toLowerCase()
      .replace(/^.*\./, "")
      .replace(/[_@#\s-]/g, "");
    if (!plain.has(key)) plain.set(key, member);
  }
  return (...names) =>
    names.map((name) => plain.get(name)).find((member) => member !== undefined && member !== null);
}

function dataOf(of: Lookup): Pick<RawEvent, "data" | "named" | "binary"> {
  const data: string[] = [];
  let named: Record<string, string> = {};
  const add = (item: unknown) => {
    if (data.length >= ITEMS) return;
    if (typeof item === "object" && item !== null) data.push(textOf(item, "Value") || textOf(item, "#text"));
    else data.push(textOf(item));
  };
  const from = of("properties", "replacementstrings", "data", "eventdata");
  if (Array.isArray(from)) from.forEach(add);
  else if (typeof from === "string" && !from.startsWith("System.")) data.push(from);
  else if (typeof from === "object" && from !== null) {
    const inner = (from as Members).Data ?? (from as Members).data;
    if (Array.isArray(inner)) inner.forEach(add);
    else if (inner !== undefined) add(inner);
    else {
      const all = strings(from);
      const params = Object.keys(all).filter((name) => /^param\d{1,2}$/i.test(name));
      params.sort((one, other) => Number(one.slice(5)) - Number(other.slice(5)));
      for (const name of params) data.push(all[name] ?? "");
      if (params.length === 0) named = all;
    }
  }
  return { data, named, binary: "" };
}

/** `/Date(1700000000000)/`, an object around it, or a text. */
function timeOf(value: unknown): EventTime {
  if (typeof value === "object" && value !== null) {
    const { SystemTime, value: inner, DateTime } = value as Members;
    const attributes = inside(value as Members, "#attributes") ?? inside(value as Members, "@attributes");
    return timeOf(
      SystemTime ?? attributes?.SystemTime ?? (value as Members)["@SystemTime"] ?? inner ?? DateTime,
    );
  }
  const text = textOf(value);
  const date = /^\/Date\((-?\d{1,16})/.exec(text);
  return date === null ? eventTime(text.replace(/^(\d{4}-\d\d-\d\d) (?=\d)/, "$1T")) : Number(date[1]);
}

function inside(value: Members, name: string): Members | undefined {
  const inner = value[name];
  return typeof inner === "object" && inner !== null && !Array.isArray(inner)
    ? (inner as Members)
    : undefined;
}

function strings(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  const entries = Object.entries(value).slice(0, ITEMS);
  return Object.fromEntries(entries.map(([name, member]) => [name, textOf(member)]));
}

function numberOf(value: unknown): number | undefined {
  const plain = typeof value === "object" ? textOf(value, "#text") || textOf(value, "Value") : value;
  const number = typeof plain === "string" && /^\d{1,10}$/.test(plain) ? Number(plain) : plain;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

function textOf(value: unknown, member?: string): string {
  if (member !== undefined) {
    if (typeof value !== "object" || value === null) return "";
    const inside = value as Members;
    const attributes = inside["#attributes"] ?? inside["@attributes"];
    return textOf(inside[member] ?? inside[`@${member}`] ?? (attributes as Members | undefined)?.[member]);
  }
  if (typeof value === "string") return value.slice(0, 65_536);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}
