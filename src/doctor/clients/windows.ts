import { DAY } from "../../protocol/time.ts";
import type { System } from "../evidence/model.ts";
import { productOf } from "../products.ts";
import type { Columns } from "./columns.ts";
import type { CountWindow, Day } from "./report.ts";
import { compare } from "./sharing.ts";

/** How long a CMID counts. */
const WINDOW_DAYS = 30;
/** More days than this are not plotted: the last ones are kept. A clock that was wrong once must not cost memory. */
const MOST_DAYS = 4000;
/** More hosts and pools than any site has, so that hostile logs cost no memory; the rest is left out. */
const MOST_GROUPS = 200;
/** KMS knows two required counts and a vendor a few; what a hostile log invents is cut. */
const MOST_REQUIRED = 8;
/** The client editions' required count, which no server or Office asks for. */
const CLIENT_REQUIRED = 25;

/** What is counted with what: all of Windows, each Office by itself, and the unknown ones together (`""`). */
export function poolOf(product: string, required: number, system: System): string {
  const known = productOf(product)?.pool;
  if (known !== undefined) return known;
  return system === "kms" && required === CLIENT_REQUIRED ? "Windows" : "";
}

/** Requests by day and hour, and the distinct CMIDs of 30 days by host and pool, in one pass. */
export function countOverTime(
  columns: Columns,
  system: System,
  isFailed: (code: number) => boolean,
): { days: Day[]; hours: number[]; windows: CountWindow[] } {
  const { first, count } = dayRange(columns);
  const days = Array.from({ length: count }, (_, day) => ({
    start: (first + day) * DAY,
    requests: 0,
    failed: 0,
  }));
  const hours = new Array<number>(24).fill(0);
  const pools = new Pools(columns, system);
  const seen = new Float64Array(columns.length);
  let filled = 0;
  for (let row = 0; row < columns.length; row++) {
    const time = columns.time[row] ?? Number.NaN;
    if (columns.repeated[row] === 1 || Number.isNaN(time)) continue;
    const hour = Math.floor((time % DAY) / (DAY / 24));
    hours[hour < 0 ? hour + 24 : hour] = (hours[hour < 0 ? hour + 24 : hour] ?? 0) + 1;
    const at = Math.floor(time / DAY) - first;
    const day = days[at];
    if (day === undefined) continue;
    day.requests += 1;
    if (isFailed(columns.code[row] ?? 0)) day.failed += 1;
    const counter = pools.counterOf(row, at);
    if (counter !== undefined) seen[filled++] = counter * MOST_DAYS + at;
  }
  return { days, hours, windows: pools.windows(seen.subarray(0, filled).sort(), first, count) };
}

function dayRange({ time, length }: Columns): { first: number; count: number } {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < length; row++) {
    const at = time[row] ?? Number.NaN;
    if (at < least) least = at;
    if (at > most) most = at;
  }
  if (least > most) return { first: 0, count: 0 };
  const last = Math.floor(most / DAY);
  const first = Math.max(Math.floor(least / DAY), last - MOST_DAYS + 1);
  return { first, count: last - first + 1 };
}

interface Group {
  readonly host: string;
  readonly pool: string;
  readonly required: Set<number>;
}

/** The pools of all hosts, and within each a number for every CMID. */
class Pools {
  private readonly groups: Group[] = [];
  private readonly groupNames = new Map<string, number>();
  private readonly groupOf = new Map<number, number>();
  private readonly counters = new Map<number, number>();
  private readonly counterGroups: number[] = [];
  /** The last day of each host's log, by host. */
  private readonly lastDays = new Map<string, number>();
  private readonly columns: Columns;
  private readonly system: System;

  constructor(columns: Columns, system: System) {
    this.columns = columns;
    this.system = system;
  }

  /** The number of the CMID of a row within its host and pool, and notes that the host's log reaches this day. */
  counterOf(row: number, day: number): number | undefined {
    const { columns } = this;
    const group = this.group(
      columns.computer[row] ?? 0,
      columns.product[row] ?? 0,
      columns.required[row] ?? 0,
    );
    const host = this.groups[group]?.host;
    if (host === undefined) return undefined;
    if (day > (this.lastDays.get(host) ?? -1)) this.lastDays.set(host, day);
    const key = group * columns.cmids.length + (columns.cmid[row] ?? 0);
    const known = this.counters.get(key);
    if (known !== undefined) return known;
    this.counters.set(key, this.counterGroups.length);
    return this.counterGroups.push(group) - 1;
  }

  /** By counter and day, ascending: how many count on each day. */
  windows(seen: Float64Array, first: number, count: number): CountWindow[] {
    const steps = this.groups.map(() => new Int32Array(count + 1));
    for (let at = 0; at < seen.length; ) {
      const counter = Math.floor((seen[at] ?? 0) / MOST_DAYS);
      const step = steps[this.counterGroups[counter] ?? 0] ?? new Int32Array();
      let until = -1;
      for (; at < seen.length && Math.floor((seen[at] ?? 0) / MOST_DAYS) === counter; at++) {
        const day = (seen[at] ?? 0) % MOST_DAYS;
        if (day >= until) {
          if (until >= 0) step[until] = (step[until] ?? 0) - 1;
          step[day] = (step[day] ?? 0) + 1;
        }
        until = Math.min(count, day + WINDOW_DAYS);
      }
      if (until >= 0) step[until] = (step[until] ?? 0) - 1;
    }
    return this.groups
      .map((group, at) => {
        const days = (this.lastDays.get(group.host) ?? -1) + 1;
        return windowOf(group, steps[at] ?? new Int32Array(), first, Math.min(days, count));
      })
      .sort((one, other) => compare(one.host, other.host) || compare(one.pool, other.pool));
  }

  private group(computer: number, product: number, required: number): number {
    const key = (computer * this.columns.products.length + product) * 65_536 + required;
    const known = this.groupOf.get(key);
    if (known !== undefined) return known;
    const host = this.columns.computers[computer] ?? "";
    const pool = poolOf(this.columns.products[product] ?? "", required, this.system);
    const name = JSON.stringify([host, pool]);
    const named = this.groupNames.get(name);
    if (named === undefined && this.groups.length >= MOST_GROUPS) return -1;
    const index = named ?? this.groups.push({ host, pool, required: new Set() }) - 1;
    this.groupNames.set(name, index);
    this.groups[index]?.required.add(required);
    this.groupOf.set(key, index);
    return index;
  }
}

function windowOf(
  { host, pool, required }: Group,
  steps: Int32Array,
  first: number,
  count: number,
): CountWindow {
  let distinct = 0;
  const series = Array.from({ length: count }, (_, day) => {
    distinct += steps[day] ?? 0;
    return distinct;
  });
  const asked = [...required].sort((one, other) => one - other).slice(-MOST_REQUIRED);
  return {
    host,
    pool,
    required: asked,
    cap: 2 * (asked.at(-1) ?? 0),
    from: first * DAY,
    distinct: series,
    current: series.at(-1) ?? 0,
    highest: series.reduce((most, each) => Math.max(most, each), 0),
  };
}
