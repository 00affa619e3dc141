import type { LocalTime } from "./place.ts";

/** In which order a numeric date is written. */
export type DayMonthOrder = "mdy" | "dmy" | "ymd";

/** More than any date and time has; what follows is not looked at. */
const LONGEST = 120;
const DAY = 86_400_000;

/**
 * The moments that a date and time printed by Windows may mean, likeliest first, the zone taken as UTC: `4/10/2025
 * 3:15:43 PM`, `10.04.2025 15:15`, `2025/04/10 15:15:43`, `2025年4月10日 午後 3:15`, `Thursday, April 10, 2025 3:15 PM`,
 * ISO 8601, CIM's `20250410151543.000000+120`. A date alone is its midnight. A zone that is stated is not applied: see
 * `statedZone`. With `order`, established by `dayMonthOrder`, the readings of other orders are left out.
 * Undefined when there is no date in the first 120 characters.
 */
export function localTime(text: string, order?: DayMonthOrder): LocalTime | undefined {
  const clean = cleaned(text);
  const date = dateIn(clean);
  if (date === undefined) return undefined;
  const times = timesIn(clean, date);
  const days = daysOf(date, order ?? firstGuess(date, clean));
  const chosen = order === undefined ? days : days.slice(0, 1);
  const readings = new Set(chosen.flatMap((day) => times.map((time) => day + time)));
  return readings.size === 0 ? undefined : { text: text.slice(0, LONGEST).trim(), readings: [...readings] };
}

/** Minutes that the text says its local time is ahead of UTC: `Z`, `+02:00`, `UTC+9`, CIM's `-300`; else undefined. */
export function statedZone(text: string): number | undefined {
  const clean = cleaned(text);
  const cim = /^\d{14}\.\d{6}([+-])(\d{3})$/.exec(clean);
  if (cim !== null) return signed(cim[1], Number(cim[2]));
  if (/\d ?(?:Z|UTC|GMT)$/i.test(clean)) return 0;
  const match = /:\d\d(?:[.,]\d{1,9})? ?(?:\(?(?:UTC|GMT))? ?([+-])(\d{1,2})(?::?(\d{2}))?\)?$/.exec(clean);
  return match === null ? undefined : signed(match[1], Number(match[2]) * 60 + Number(match[3] ?? 0));
}

/**
 * The order in which the dates of one file are written, from all of its stamps: by a part that cannot be a month, else
 * by which order puts at least three different days clearly closer together. Undefined when they leave it open or
 * contradict one another.
 */
export function dayMonthOrder(texts: Iterable<string>): DayMonthOrder | undefined {
  const seen = new Set<DayMonthOrder>();
  const open = new Map<string, NumericDate>();
  for (const text of texts) {
    const date = dateIn(cleaned(text));
    if (date === undefined || date.kind !== "numeric") continue;
    const possible = ORDERS.filter((order) => dayOf(date, order) !== undefined);
    const [only] = possible;
    if (possible.length === 1 && only !== undefined) seen.add(only);
    else open.set(date.parts.join("/"), date);
  }
  if (seen.size > 0) return seen.size === 1 ? [...seen][0] : undefined;
  return closest([...open.values()]);
}

const ORDERS = ["mdy", "dmy", "ymd"] as const;

interface NumericDate {
  readonly kind: "numeric";
  readonly parts: readonly [string, string, string];
  readonly separator: string;
  readonly start: number;
  readonly end: number;
}

interface NamedDate {
  readonly kind: "named";
  readonly day: number;
  readonly start: number;
  readonly end: number;
}

const NUMERIC = /(?<![\d.])(\d{1,4}) ?([./年년-]) ?(\d{1,2}) ?([./月월-]) ?(\d{1,4})(?!\d)/g;
const COMPACT = /(?<!\d)(\d{4})(\d\d)(\d\d)(?=\d{6}\.\d{6}[+-]\d{3}$|T\d{6})/;
const DAY_FIRST =
  /(?<!\d)(\d{1,2})(?:st|nd|rd|th)?[. -]{1,3}(?:de )?(\p{L}{3,12})\.?,?[ -]{1,2}(?:de |del )?(\d{4}|\d\d)(?!\d)/u;
const MONTH_FIRST = /(?<!\p{L})(\p{L}{3,12})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?!\d)/gu;

function dateIn(text: string): NumericDate | NamedDate | undefined {
  const compact = COMPACT.exec(text);
  if (compact !== null) return numeric(compact, [compact[1] ?? "", compact[2] ?? "", compact[3] ?? ""], "-");
  for (const match of text.matchAll(NUMERIC)) {
    const [, one = "", first = "", two = "", second = "", three = ""] = match;
    const alike = first === second || "年년".includes(first);
    const year =
      one.length === 4 ? three.length <= 2 : one.length <= 2 && three.length !== 1 && three.length !== 3;
    if (alike && year) return numeric(match, [one, two, three], first);
  }
  const dayFirst = DAY_FIRST.exec(text);
  if (dayFirst !== null) {
    const found = named(dayFirst, dayFirst[3], dayFirst[2], dayFirst[1]);
    if (found !== undefined) return found;
  }
  for (const match of text.matchAll(MONTH_FIRST)) {
    const found = named(match, match[3], match[1], match[2]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function numeric(
  match: RegExpExecArray,
  parts: readonly [string, string, string],
  separator: string,
): NumericDate {
  return { kind: "numeric", parts, separator, start: match.index, end: match.index + match[0].length };
}

function named(match: RegExpExecArray, year = "", month = "", day = ""): NamedDate | undefined {
  const number = monthNamed(month);
  const date = number === undefined ? undefined : civil(yearOf(year), number, Number(day));
  if (date === undefined) return undefined;
  return { kind: "named", day: date, start: match.index, end: match.index + match[0].length };
}

/** The days that a date may mean, the given order first; orders that give no real day are left out. */
function daysOf(date: NumericDate | NamedDate, first: DayMonthOrder): number[] {
  if (date.kind === "named") return [date.day];
  const orders = [first, ...ORDERS.filter((order) => order !== first)];
  return orders.map((order) => dayOf(date, order)).filter((day) => day !== undefined);
}

function dayOf({ parts: [one, two, three] }: NumericDate, order: DayMonthOrder): number | undefined {
  const yearFirst = one.length === 4;
  if (yearFirst !== (order === "ymd") && (yearFirst || three.length === 4)) return undefined;
  if (order === "ymd") return civil(yearOf(one), Number(two), Number(three));
  const [day, month] = order === "dmy" ? [one, two] : [two, one];
  return civil(yearOf(three), Number(month), Number(day));
}

/**
 * Only the United States print month, day, year, and with an upper-case AM or PM without zeros before; dots, hyphens
 * and a clock of 24 hours go with the day before the month.
 */
function firstGuess(date: NumericDate | NamedDate, text: string): DayMonthOrder {
  if (date.kind === "named" || date.parts[0].length === 4) return "ymd";
  return date.separator === "/" && /\b[AP]M\b/.test(text) ? "mdy" : "dmy";
}

function closest(dates: readonly NumericDate[]): DayMonthOrder | undefined {
  if (dates.length < 3) return undefined;
  const spans = ORDERS.flatMap((order) => {
    const days = dates.map((date) => dayOf(date, order)).filter((day) => day !== undefined);
    return days.length < dates.length ? [] : [{ order, span: days.reduce(most) - days.reduce(least) }];
  }).sort((one, other) => one.span - other.span);
  const [best, next] = spans;
  if (best === undefined || (next !== undefined && next.span < best.span * 4)) return undefined;
  return best.order;
}

const most = (one: number, other: number) => Math.max(one, other);
const least = (one: number, other: number) => Math.min(one, other);

const CLOCK =
  /(?<![\d:])(\d{1,2})(?: ?[:.h] ?|[時时시点點] ?)(\d\d)(?:(?:[:.]|分 ?|분 ?)(\d\d))?(?:[.,](\d{1,9}))?(?!\d)/;
const COMPACT_CLOCK = /^T?(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?/;
const BEFORE_NOON = /\ba\. ?m\b|\bam\b|午前|上午|오전|\bde\.|π\.? ?μ|ص/iu;
const AFTER_NOON = /\bp\. ?m\b|\bpm\b|午後|下午|오후|\bdu\.|μ\.? ?μ|م/iu;
/** Two letters right after the time, or letters of a script that has words of its own, may name a half of the day. */
const UNKNOWN_HALF =
  /^ ?(?!\p{sc=Han}|\p{sc=Hira}|\p{sc=Kana}|\p{sc=Hang})(?:\p{L}\.? ?\p{L}\.?|(?!\p{sc=Latn})\p{L}{1,6}\.?)$/u;

/** Milliseconds into the day: one, or two when a word for the half of the day is there and not known. */
function timesIn(text: string, date: { start: number; end: number }): number[] {
  const after = text.slice(date.end);
  const before = text.slice(0, date.start);
  const match = COMPACT_CLOCK.exec(after) ?? CLOCK.exec(after) ?? CLOCK.exec(before);
  if (match === null) return [0];
  const [, hours = "", minutes = "", seconds = "0", fraction = "0"] = match;
  const hour = Number(hours);
  if (hour > 24 || Number(minutes) > 59 || Number(seconds) > 60) return [0];
  const rest = Number(minutes) * 60_000 + Number(seconds) * 1000 + Math.floor(Number(`0.${fraction}`) * 1000);
  const words = `${before} ${after}`;
  const tail = after.slice(after.indexOf(match[0]) + match[0].length);
  return hoursOf(hour, words, tail).map((each) => each * 3_600_000 + rest);
}

function hoursOf(hour: number, words: string, tail: string): number[] {
  if (hour > 12 || hour === 0) return [hour];
  if (AFTER_NOON.test(words)) return [(hour % 12) + 12];
  if (BEFORE_NOON.test(words)) return [hour % 12];
  return UNKNOWN_HALF.test(tail) ? [hour % 12, (hour % 12) + 12] : [hour];
}

function civil(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > 31 || year < 1601) return undefined;
  const time = Date.UTC(year, month - 1, day);
  return new Date(time).getUTCDate() === day && Math.abs(time) < 3e6 * DAY ? time : undefined;
}

/** Two digits are of this century; Thailand counts 543 more. */
function yearOf(text: string): number {
  const year = Number(text);
  if (text.length <= 2) return 2000 + year;
  return year >= 2500 && year < 2643 ? year - 543 : year;
}

/** First three letters of the months, without accents: English, German, French, Spanish, Italian, Portuguese, Dutch, Russian. */
const MONTHS = [
  "jan ene gen янв",
  "feb fev фев",
  "mar mrz maa мар",
  "apr avr abr апр",
  "may mai mei mag маи мая",
  "jun giu июн",
  "jul lug июл",
  "aug aou ago авг",
  "sep set сен",
  "oct okt ott out окт",
  "nov ноя",
  "dec dez dic дек",
].map((names) => new Set(names.split(" ")));

function monthNamed(word: string): number | undefined {
  const plain = word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  if (plain.startsWith("juin")) return 6;
  if (plain.startsWith("juil")) return 7;
  const month = MONTHS.findIndex((names) => names.has(plain.slice(0, 3)));
  return month < 0 ? undefined : month + 1;
}

/** Without marks of writing direction and unusual blanks, digits plain, and `l`, `I` and `O` among digits put right. */
function cleaned(text: string): string {
  return text
    .slice(0, LONGEST)
    .normalize("NFKC")
    .replace(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/\s+/g, " ")
    .replace(/(?<=[\d/:])[lI|](?=[\d/: ])|(?<![\p{L}\d])[lI|](?=\d)/gu, "1")
    .replace(/(?<=[\d/:])[Oo](?=[\d/: ])/g, "0")
    .trim();
}

function signed(sign: string | undefined, minutes: number): number {
  return sign === "-" ? -minutes : minutes;
}
