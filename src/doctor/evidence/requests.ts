import type { Place } from "./place.ts";
import { detached, type Row, Table } from "./table.ts";

/** Where and when an event of a log stands. */
export interface Header {
  readonly file: string;
  /** 0 in a log whose places are records, and the other way round. */
  readonly line: number;
  readonly record: number;
  /** When it was logged, milliseconds since the epoch; NaN when it is not stated. */
  readonly time: number;
  /** The computer that logged it, lower case; `""` when it is not stated. */
  readonly computer: string;
}

const HEADER = {
  file: "text",
  line: "uint32",
  record: "uint32",
  time: "float64",
  computer: "text",
  quote: "uint8",
} as const;

const SENT = {
  ...HEADER,
  code: "uint32",
  flags: "uint32",
  host: "text",
  cmid: "text",
  clientTime: "float64",
  virtual: "uint8",
  status: "uint8",
  minutesLeft: "uint32",
  product: "text",
  required: "uint16",
} as const;

const ANSWERED = {
  ...HEADER,
  code: "uint32",
  flags: "uint32",
  activated: "uint8",
  count: "uint32",
  activationInterval: "uint32",
  renewalInterval: "uint32",
  clientTime: "float64",
} as const;

const HANDLED = {
  ...HEADER,
  code: "uint32",
  required: "uint16",
  name: "text",
  cmid: "text",
  clientTime: "float64",
  virtual: "uint8",
  status: "uint8",
  minutesLeft: "uint32",
  product: "text",
} as const;

type HeaderSchema = typeof HEADER;

/** A log of one kind of event; a million of them fit in some 90 MB, quotes included. */
export class RequestLog<
  S extends HeaderSchema & Readonly<Record<string, "float64" | "uint32" | "uint16" | "uint8" | "text">>,
> {
  readonly table: Table<S>;
  /** Info lines that their fields do not give back letter by letter. */
  private quotes = new Map<number, string>();
  /** Uses the fields of the event, not those of its header. */
  private readonly write: (row: Row<S>, style: Style) => string;

  constructor(schema: S, write: (row: Row<S>, style: Style) => string) {
    this.table = new Table(schema);
    this.write = write;
  }

  get length(): number {
    return this.table.length;
  }

  /** Adds an event by its fields and the text that they were read from. */
  add(header: Header, fields: Omit<Row<S>, keyof HeaderSchema>, info: string): void {
    const style = styleOf(info);
    const index = this.table.push(header as unknown as Parts, fields as Parts, { quote: style });
    if (this.write(fields as unknown as Row<S>, style) !== info) this.quotes.set(index, detached(info));
  }

  row(index: number): Row<S> {
    return this.table.row(index);
  }

  /** Where an event stands, with its Info line letter by letter. */
  place(index: number): Place {
    const row = this.table.row(index);
    const quote = this.quotes.get(index) ?? this.write(row, row.quote as Style);
    return { file: row.file as string, line: row.line as number, record: row.record as number, quote };
  }

  /** Keeps the events of which this is true, in their order. */
  keep(wanted: (index: number) => boolean): void {
    const quotes = new Map<number, string>();
    let kept = 0;
    this.table.keep((index) => {
      if (!wanted(index)) return false;
      const quote = this.quotes.get(index);
      if (quote !== undefined) quotes.set(kept, quote);
      kept += 1;
      return true;
    });
    this.quotes = quotes;
  }
}

export type SentLog = RequestLog<typeof SENT>;
export type AnsweredLog = RequestLog<typeof ANSWERED>;
export type HandledLog = RequestLog<typeof HANDLED>;

/** An empty log of 12288. */
export function sentLog(): SentLog {
  return new RequestLog(SENT, (row, style) => {
    const comma = style & BLANK ? ", " : ",";
    const state = `${row.virtual}${comma}${row.status}${comma}${row.minutesLeft}${comma}${row.product}`;
    const client = `${row.host}${comma}${row.cmid}${comma}${time(row.clientTime, style)}`;
    return `${code(row.code, style)}${comma}${code(row.flags, style)}${comma}${client}${comma}${state}${comma}${row.required}`;
  });
}

/** An empty log of 12289. */
export function answeredLog(): AnsweredLog {
  return new RequestLog(ANSWERED, (row, style) => {
    const comma = style & BLANK ? ", " : ",";
    const intervals = `${row.activationInterval}${comma}${row.renewalInterval}${comma}${time(row.clientTime, style)}`;
    const answer = `${row.activated}${comma}0${comma}${row.count}${comma}${intervals}`;
    return `${code(row.code, style)}${comma}${code(row.flags, style)}${comma}${answer}`;
  });
}

/** An empty log of 12290. */
export function handledLog(): HandledLog {
  return new RequestLog(HANDLED, (row, style) => {
    const comma = style & BLANK ? ", " : ",";
    const state = `${row.virtual}${comma}${row.status}${comma}${row.minutesLeft}${comma}${row.product}`;
    const client = `${row.name}${comma}${row.cmid}${comma}${time(row.clientTime, style)}`;
    return `${code(row.code, style)}${comma}${row.required}${comma}${client}${comma}${state}`;
  });
}

type Parts = Readonly<Record<string, string | number>>;

/** How an Info line was written, as bits: blanks after commas, codes of eight digits, dates and hours of two. */
type Style = number;
const BLANK = 1;
const LONG_CODE = 2;
const LONG_DATE = 4;
const LONG_HOUR = 8;

function styleOf(info: string): Style {
  const date = info.indexOf("/");
  const hour = info.indexOf(" ", date) + 1;
  return (
    (info.includes(", ") ? BLANK : 0) |
    (info.charCodeAt(10) === COMMA ? LONG_CODE : 0) |
    (info.charCodeAt(date + 3) === SLASH && info.charCodeAt(date + 6) === SPACE ? LONG_DATE : 0) |
    (info.charCodeAt(hour + 2) === COLON ? LONG_HOUR : 0)
  );
}

const COMMA = 44;
const SLASH = 47;
const SPACE = 32;
const COLON = 58;

function code(value: number, style: Style): string {
  if (value === 0) return style & LONG_CODE ? "0x00000000" : "0x0";
  const digits = value.toString(16).toUpperCase();
  return `0x${style & LONG_CODE ? digits.padStart(8, "0") : digits}`;
}

function time(value: number, style: Style): string {
  if (Number.isNaN(value)) return "";
  const minutes = Math.floor(value / 60_000);
  const day = Math.floor(minutes / 1440);
  const hour = Math.floor((minutes - day * 1440) / 60);
  const minute = minutes % 60;
  const hours = hour < 10 && style & LONG_HOUR ? `0${hour}` : hour;
  return `${date(day, style & LONG_DATE)} ${hours}:${minute < 10 ? "0" : ""}${minute}`;
}

/** The day printed last, because neighbours in a log mostly are of one day. */
let last = { day: Number.NaN, long: 0, text: "" };

function date(day: number, long: number): string {
  if (last.day === day && last.long === long) return last.text;
  const date = new Date(day * 86_400_000);
  const two = (part: number) => (long ? String(part).padStart(2, "0") : String(part));
  const text = `${date.getUTCFullYear()}/${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}`;
  last = { day, long, text };
  return text;
}
