import {
  type Body,
  type Content,
  type Element,
  element,
  type Template,
  template,
  type Value,
} from "./binxml.ts";
import { type LogRecord, ticks } from "./log.ts";

/** Who logs: these are literal text in the template that all events of one source on one computer share. */
export interface Source {
  readonly provider: string;
  readonly guid?: string;
  readonly eventSource?: string;
  readonly channel: string;
  readonly computer: string;
}

/** What is particular to one event; `time` in milliseconds since 1970, `more` further 100 ns ticks. */
export interface Event {
  readonly source: Source;
  readonly number: number;
  readonly time: number;
  readonly more?: number;
  readonly id: number;
  readonly qualifiers?: number;
  readonly level?: number;
  readonly task?: number;
  readonly opcode?: number;
  readonly keywords?: bigint;
  readonly userId?: Uint8Array;
  readonly payload: Value;
}

/** The stored bytes of common values. */
export const value = {
  none: { type: 0, bytes: new Uint8Array() },
  text: (text: string): Value => ({ type: 0x01, bytes: Buffer.from(text, "utf16le") }),
  texts: (texts: readonly string[]): Value => ({
    type: 0x81,
    bytes: Buffer.from(texts.map((text) => `${text}\0`).join(""), "utf16le"),
  }),
  u8: (n: number): Value => ({ type: 0x04, bytes: Uint8Array.of(n) }),
  u16: (n: number): Value => ({ type: 0x06, bytes: new Uint8Array(Uint16Array.of(n).buffer) }),
  u32: (n: number): Value => ({ type: 0x08, bytes: new Uint8Array(Uint32Array.of(n).buffer) }),
  u64: (n: bigint): Value => ({ type: 0x0a, bytes: new Uint8Array(BigUint64Array.of(n).buffer) }),
  hex64: (n: bigint): Value => ({ type: 0x15, bytes: new Uint8Array(BigUint64Array.of(n).buffer) }),
  fileTime: (n: bigint): Value => ({ type: 0x11, bytes: new Uint8Array(BigUint64Array.of(n).buffer) }),
  binary: (bytes: Uint8Array): Value => ({ type: 0x0e, bytes }),
};

const optional = (slot: number, type: number): Content => ({ slot, type, optional: true });
const templates = new Map<string, Template>();

/** The template of all events of a source: the 20 values and the names that Windows uses. */
function systemTemplate(source: Source): Template {
  const key = JSON.stringify(source);
  const known = templates.get(key);
  if (known !== undefined) return known;
  const provider: Record<string, string> = { Name: source.provider };
  if (source.guid !== undefined) provider.Guid = source.guid;
  if (source.eventSource !== undefined) provider.EventSourceName = source.eventSource;
  const system = element(
    "System",
    {},
    element("Provider", provider),
    element("EventID", { Qualifiers: optional(4, 0x06) }, optional(3, 0x06)),
    element("Version", {}, optional(11, 0x04)),
    element("Level", {}, optional(0, 0x04)),
    element("Task", {}, optional(2, 0x06)),
    element("Opcode", {}, optional(1, 0x04)),
    element("Keywords", {}, optional(5, 0x15)),
    element("TimeCreated", { SystemTime: optional(6, 0x11) }),
    element("EventRecordID", {}, optional(10, 0x0a)),
    element("Correlation", { ActivityID: optional(7, 0x0f), RelatedActivityID: optional(18, 0x0f) }),
    element("Execution", { ProcessID: optional(8, 0x08), ThreadID: optional(9, 0x08) }),
    element("Channel", {}, source.channel),
    element("Computer", {}, source.computer),
    element("Security", { UserID: optional(12, 0x13) }),
  );
  const xmlns = "http://schemas.microsoft.com/win/2004/08/events/event";
  const made = template(element("Event", { xmlns }, system, optional(19, 0x21)));
  templates.set(key, made);
  return made;
}

const classicTemplate = template(
  element("EventData", {}, element("Data", {}, optional(0, 0x81)), element("Binary", {}, optional(2, 0x0e))),
);

/** The payload of a classic event: its strings, and the bytes of `<Binary>` if any. */
export function classic(strings: readonly string[], binary?: Uint8Array): Value {
  const values = [
    strings.length > 0 ? value.texts(strings) : value.none,
    binary ? value.u32(binary.length) : value.none,
    binary ? value.binary(binary) : value.none,
  ];
  return { body: { template: classicTemplate, values } };
}

const namedTemplates = new Map<string, Template>();

/** The payload of a manifest event: `<Data Name="...">`, each with a value of its own type. */
export function named(data: Readonly<Record<string, Value>>): Value {
  const values = Object.values(data);
  const types = values.map((each) => ("body" in each ? 0x21 : each.type));
  const key = JSON.stringify([Object.keys(data), types]);
  let made = namedTemplates.get(key);
  if (made === undefined) {
    const items = Object.keys(data).map((name, slot) =>
      element("Data", { Name: name }, { slot, type: types[slot] ?? 1 }),
    );
    made = template(element("EventData", {}, ...items));
    namedTemplates.set(key, made);
  }
  return { body: { template: made, values } };
}

/** The payload `<UserData>` holding this element, its slots filled from `values`. */
export function userData(content: Element, values: readonly Value[] = []): Value {
  return { body: { template: template(element("UserData", {}, content)), values } };
}

/** The record of an event, laid out as Windows lays out its own. */
export function eventRecord(event: Event): LogRecord {
  const time = ticks(event.time, event.more);
  const values: Value[] = [
    value.u8(event.level ?? 4),
    value.u8(event.opcode ?? 0),
    value.u16(event.task ?? 0),
    value.u16(event.id),
    event.qualifiers === undefined ? value.none : value.u16(event.qualifiers),
    value.hex64(event.keywords ?? 0x80000000000000n),
    value.fileTime(time),
    value.none,
    value.u32(0),
    value.u32(0),
    value.u64(BigInt(event.number)),
    value.u8(0),
    event.userId === undefined ? value.none : { type: 0x13, bytes: event.userId },
    ...Array.from({ length: 6 }, () => value.none),
    event.payload,
  ];
  const body: Body = { template: systemTemplate(event.source), values };
  return { number: event.number, ticks: time, body };
}
