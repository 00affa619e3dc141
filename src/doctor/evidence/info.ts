/**
 * The fields of 12288, 12289 and 12290, as their `Info:` line holds them, separated by commas
 * (https://learn.microsoft.com/previous-versions//ff793440(v=technet.10), Table 11).
 */
export interface SentInfo {
  /** HRESULT, unsigned. */
  readonly code: number;
  readonly flags: number;
  /** `name:port` as it was tried; `""` when no host was found. */
  readonly host: string;
  /** Lower case; `""` when it was left out. */
  readonly cmid: string;
  /** UTC, milliseconds since the epoch, of minute precision; NaN when it is no time. */
  readonly clientTime: number;
  readonly virtual: number;
  readonly status: number;
  readonly minutesLeft: number;
  readonly product: string;
  /** 0 when it is missing. */
  readonly required: number;
}

export interface AnsweredInfo {
  readonly code: number;
  readonly flags: number;
  readonly activated: number;
  readonly count: number;
  readonly activationInterval: number;
  readonly renewalInterval: number;
  readonly clientTime: number;
}

export interface HandledInfo {
  readonly code: number;
  readonly required: number;
  /** As the client calls itself: bare or with its domain, in any case. */
  readonly name: string;
  readonly cmid: string;
  readonly clientTime: number;
  readonly virtual: number;
  readonly status: number;
  readonly minutesLeft: number;
  readonly product: string;
}

/** 12288 from its ten fields; undefined when they are something else. */
export function sentInfo(info: string): SentInfo | undefined {
  const [code, flags, host, cmid, time, virtual, status, minutes, product, required] = fieldsOf(info);
  const result = hresult(code);
  if (result === undefined || hresult(flags) === undefined || product === undefined) return undefined;
  return {
    code: result,
    flags: hresult(flags) ?? 0,
    host: host ?? "",
    cmid: guid(cmid),
    clientTime: infoTime(time ?? ""),
    virtual: whole(virtual, 255),
    status: whole(status, 255),
    minutesLeft: whole(minutes, 0xffff_ffff),
    product: guid(product),
    required: whole(required, 65_535),
  };
}

/** 12289 from its eight fields; undefined when they are something else. */
export function answeredInfo(info: string): AnsweredInfo | undefined {
  const [code, flags, activated, , count, activationInterval, renewalInterval, time] = fieldsOf(info);
  const result = hresult(code);
  if (result === undefined || hresult(flags) === undefined || renewalInterval === undefined) return undefined;
  return {
    code: result,
    flags: hresult(flags) ?? 0,
    activated: whole(activated, 255),
    count: whole(count, 0xffff_ffff),
    activationInterval: whole(activationInterval, 0xffff_ffff),
    renewalInterval: whole(renewalInterval, 0xffff_ffff),
    clientTime: infoTime(time ?? ""),
  };
}

/** 12290 from its nine fields; undefined when they are something else. */
export function handledInfo(info: string): HandledInfo | undefined {
  const [code, required, name, cmid, time, virtual, status, minutes, product] = fieldsOf(info);
  const result = hresult(code);
  if (result === undefined || product === undefined || !/^\d{1,5}$/.test(required ?? "")) return undefined;
  return {
    code: result,
    required: whole(required, 65_535),
    name: name ?? "",
    cmid: guid(cmid),
    clientTime: infoTime(time ?? ""),
    virtual: whole(virtual, 255),
    status: whole(status, 255),
    minutesLeft: whole(minutes, 0xffff_ffff),
    product: guid(product),
  };
}

const TIME = /^(\d{1,4})\/(\d{1,2})\/(\d{1,4}) (\d{1,2}):(\d{2})$/;

/**
 * `2010/9/29 21:46` or, of older systems, `9/29/2010 21:46`, as milliseconds since the epoch; NaN for anything else.
 */
export function infoTime(text: string): number {
  const match = TIME.exec(text);
  if (match === null) return Number.NaN;
  const [one, two, three, hour, minute] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59) return Number.NaN;
  const yearFirst = (match[1] ?? "").length === 4;
  const day = yearFirst ? civil(one, two, three) : (civil(three, one, two) ?? civil(three, two, one));
  return day === undefined ? Number.NaN : day + (hour * 60 + minute) * 60_000;
}

/** Midnight of a day that exists. */
function civil(year: number, month: number, day: number): number | undefined {
  if (year < 1601 || month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const time = Date.UTC(year, month - 1, day);
  return day <= 28 || new Date(time).getUTCDate() === day ? time : undefined;
}

/** The fields, with what a person put in for one that should not be seen (`<CMID>`) left as it is. */
function fieldsOf(info: string): string[] {
  const fields = info.split(",", 16);
  for (let at = 0; at < fields.length; at++) fields[at] = (fields[at] ?? "").trim();
  return fields;
}

/** Lower case; `""` for what is too short to be a GUID with some of its digits masked. */
function guid(text: string | undefined): string {
  return text !== undefined && text.length >= 30 ? text.toLowerCase() : "";
}

function hresult(text: string | undefined): number | undefined {
  if (text === "0x0") return 0;
  return text !== undefined && /^0x[0-9a-f]{1,8}$/i.test(text) ? Number(text) : undefined;
}

function whole(text: string | undefined, most: number): number {
  if (text === "0") return 0;
  return text !== undefined && /^\d{1,10}$/.test(text) ? Math.min(Number(text), most) : 0;
}
