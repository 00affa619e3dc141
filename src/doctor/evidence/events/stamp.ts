import { dayMonthOrder, localTime, statedZone } from "../local-time.ts";
import type { EventTime, Stamp } from "./raw-event.ts";

const NUMERIC = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}) (\d{1,2}):(\d\d)(?::(\d\d))?(?: ([AP])M)?$/;
const SYSTEM_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/** The time that a text states: UTC when it says its zone, else a stamp of an unknown zone. */
export function eventTime(text: string): EventTime {
  if (SYSTEM_TIME.test(text)) return systemTime(text);
  const fast = NUMERIC.exec(text);
  if (fast !== null) return numericStamp(fast);
  const monthFirst = localTime(text, "mdy")?.readings[0];
  if (monthFirst === undefined) return undefined;
  const zone = statedZone(text);
  if (zone !== undefined) return monthFirst - zone * 60_000;
  const dayFirst = localTime(text, "dmy")?.readings[0] ?? monthFirst;
  const order = dayMonthOrder([text]) ?? (monthFirst === dayFirst ? "ymd" : "open");
  return { monthFirst, dayFirst, order, half: / [AP]M\b/.test(text) };
}

/** `SystemTime` of an event: UTC with up to nine digits after the second; undefined when it is no time. */
export function systemTime(text: string): number | undefined {
  const time = Date.parse(text.length > 24 ? `${text.slice(0, 23)}Z` : text);
  return Number.isNaN(time) ? undefined : time;
}

function numericStamp(match: RegExpExecArray): Stamp | undefined {
  const one = Number(match[1]);
  const two = Number(match[3]);
  const year = Number(match[4]);
  const half = match[8];
  const hour = half === undefined ? Number(match[5]) : (Number(match[5]) % 12) + (half === "P" ? 12 : 0);
  const minute = Number(match[6]);
  const second = match[7] === undefined ? 0 : Number(match[7]);
  if (one < 1 || two < 1 || (one > 12 && two > 12) || hour > 23 || minute > 59 || second > 59)
    return undefined;
  if (one > 31 || two > 31) return undefined;
  const rest = ((hour * 60 + minute) * 60 + second) * 1000;
  const monthFirst = one <= 12 ? Date.UTC(year, one - 1, two) + rest : undefined;
  const dayFirst = two <= 12 ? Date.UTC(year, two - 1, one) + rest : undefined;
  const order = monthFirst === undefined ? "dmy" : dayFirst === undefined ? "mdy" : "open";
  const either = monthFirst ?? dayFirst ?? 0;
  return { monthFirst: monthFirst ?? either, dayFirst: dayFirst ?? either, order, half: half !== undefined };
}

/** The same moment with day and month exchanged, where both can be a month; else the moment itself. */
export function exchanged(time: number): number {
  const date = new Date(time);
  const day = date.getUTCDate();
  if (!(day <= 12)) return time;
  return (
    Date.UTC(date.getUTCFullYear(), day - 1, date.getUTCMonth() + 1) + (time - Math.floor(time / DAY) * DAY)
  );
}

const DAY = 86_400_000;

/** Finds out, over all stamps of one file in their order, whether they put the month or the day first. */
export class StampOrder {
  private readonly alone = { mdy: 0, dmy: 0, ymd: 0, open: 0 };
  private readonly nearPayload = { mdy: 0, dmy: 0 };
  private readonly turns = { mdy: new Turns(), dmy: new Turns() };
  private half = 0;

  /** Takes note of one stamp, and of the UTC time that its event states, where it states one. */
  add(stamp: Stamp, payload = Number.NaN): void {
    this.alone[stamp.order] += 1;
    if (stamp.half) this.half += 1;
    this.turns.mdy.add(stamp.monthFirst);
    this.turns.dmy.add(stamp.dayFirst);
    if (stamp.order !== "open") return;
    // No zone is further from UTC than 14 hours.
    if (Math.abs(stamp.monthFirst - payload) < 15 * HOUR) this.nearPayload.mdy += 1;
    if (Math.abs(stamp.dayFirst - payload) < 15 * HOUR) this.nearPayload.dmy += 1;
  }

  /** The order that fits best: a part that is no month, the times in the events, the order of the log, AM and PM. */
  get order(): "mdy" | "dmy" {
    const { alone, nearPayload, turns } = this;
    for (const { mdy, dmy } of [alone, nearPayload]) {
      if (mdy !== dmy) return mdy > dmy ? "mdy" : "dmy";
    }
    if (turns.mdy.count !== turns.dmy.count) return turns.mdy.count < turns.dmy.count ? "mdy" : "dmy";
    return this.half > 0 ? "mdy" : "dmy";
  }
}

const HOUR = 3_600_000;

/** How often a sequence of times goes against its own direction. */
class Turns {
  private up = 0;
  private down = 0;
  private last = Number.NaN;

  add(time: number): void {
    if (time > this.last) this.up += 1;
    if (time < this.last) this.down += 1;
    this.last = time;
  }

  get count(): number {
    return Math.min(this.up, this.down);
  }
}
