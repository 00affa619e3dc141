import type { Evidence } from "../evidence/model.ts";
import { sortRows } from "./sort-rows.ts";

const MINUTE = 60_000;
/** A host that is slow to answer takes less than this. */
const ANSWERED_WITHIN = 5 * MINUTE;
/** How far apart the clocks of client and host may be when the same time of the client stands in both. */
const SAME_TIME_WITHIN = 30 * 24 * 60 * MINUTE;
/** No real log has more requests of one CMID with one time of the client. */
const MOST = 1000;

/** Rows of one CMID and one product, as indexes into an order. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * Finds what hosts logged (12290) of what clients sent (12288). A million rows may be of one CMID, where machines are
 * clones: hence two orders in which a row is looked up, and no list that is walked.
 */
export class HandledRows {
  private readonly evidence: Evidence;
  /** By CMID and product of 12290. */
  private readonly stretches = new Map<number, Stretch>();
  /** Rows by CMID and product, then time, then row. */
  private readonly byTime: Int32Array;
  /** The same by the client's time in the place of the host's. */
  private readonly byClientTime: Int32Array;
  /** Ids of 12290's texts, by those of 12288's; -1 for what no host logged. */
  private readonly cmids: readonly number[];
  private readonly products: readonly number[];
  private readonly sentCmid: ArrayLike<number>;
  private readonly sentProduct: ArrayLike<number>;
  private readonly time: ArrayLike<number>;
  private readonly clientTime: ArrayLike<number>;

  constructor(evidence: Evidence) {
    this.evidence = evidence;
    const { table } = evidence.handled;
    const sent = evidence.sent.table;
    this.cmids = translated(sent.values("cmid"), table.values("cmid"));
    this.products = translated(sent.values("product"), table.values("product"));
    this.sentCmid = sent.column("cmid");
    this.sentProduct = sent.column("product");
    this.time = table.column("time");
    this.clientTime = table.column("clientTime");
    const wanted = new Set(this.cmids);
    const [cmid, product] = [table.column("cmid"), table.column("product")];
    const keyOf = (row: number) => {
      const isWanted = wanted.has(cmid[row] ?? 0) && !Number.isNaN(this.time[row]);
      return isWanted ? this.key(cmid[row] ?? 0, product[row] ?? 0) : -1;
    };
    const lengths = new Map<number, number>();
    for (let row = 0; row < table.length; row++) {
      const key = keyOf(row);
      if (key >= 0) lengths.set(key, (lengths.get(key) ?? 0) + 1);
    }
    const next = new Map<number, number>();
    let at = 0;
    for (const [key, length] of lengths) {
      this.stretches.set(key, { from: at, to: at + length });
      next.set(key, at);
      at += length;
    }
    this.byTime = new Int32Array(at);
    for (let row = 0; row < table.length; row++) {
      const key = keyOf(row);
      if (key < 0) continue;
      const place = next.get(key) ?? 0;
      this.byTime[place] = row;
      next.set(key, place + 1);
    }
    this.byClientTime = this.byTime.slice();
    for (const { from, to } of this.stretches.values()) {
      sortRows(this.byTime.subarray(from, to), this.time);
      sortRows(this.byClientTime.subarray(from, to), this.clientTime);
    }
  }

  /**
   * The row of 12290 that belongs to a row of 12288. The client's own clock stands in both, so it joins them even when
   * the two machines' clocks are hours apart; otherwise the nearest in time does. The first row of several.
   */
  of(sent: number): number | undefined {
    const { table } = this.evidence.sent;
    const cmid = this.cmids[this.sentCmid[sent] ?? 0] ?? -1;
    const product = this.products[this.sentProduct[sent] ?? 0] ?? -1;
    const stretch = cmid < 0 || product < 0 ? undefined : this.stretches.get(this.key(cmid, product));
    if (stretch === undefined) return undefined;
    const time = table.get(sent, "time");
    const same = this.sameTime(stretch, time, table.get(sent, "clientTime"));
    const near = this.nearest(stretch, time);
    if (same === undefined || near === undefined) return same ?? near;
    return near < same && this.time[near] === time ? near : same;
  }

  private key(cmid: number, product: number): number {
    return cmid * this.evidence.handled.table.values("product").length + product;
  }

  private sameTime({ from, to }: Stretch, time: number, clientTime: number): number | undefined {
    const first = lowerBound(this.byClientTime, this.clientTime, from, to, clientTime);
    for (let at = first; at < to && at < first + MOST; at++) {
      const row = this.byClientTime[at] ?? 0;
      if (this.clientTime[row] !== clientTime) return undefined;
      if (Math.abs((this.time[row] ?? 0) - time) <= SAME_TIME_WITHIN) return row;
    }
    return undefined;
  }

  private nearest({ from, to }: Stretch, time: number): number | undefined {
    const { byTime } = this;
    const after = lowerBound(byTime, this.time, from, to, time);
    const later = after < to ? byTime[after] : undefined;
    const until = after > from ? (this.time[byTime[after - 1] ?? 0] ?? 0) : Number.NaN;
    // The first row of those of one time.
    const earlier = after > from ? byTime[lowerBound(byTime, this.time, from, after, until)] : undefined;
    const best = this.nearer(time, earlier, later);
    return best !== undefined && this.distance(best, time) <= ANSWERED_WITHIN ? best : undefined;
  }

  private nearer(time: number, one: number | undefined, two: number | undefined): number | undefined {
    if (one === undefined || two === undefined) return one ?? two;
    const difference = this.distance(one, time) - this.distance(two, time);
    return difference < 0 || (difference === 0 && one < two) ? one : two;
  }

  private distance(row: number, time: number): number {
    return Math.abs((this.time[row] ?? Number.NaN) - time);
  }
}

/** For each of some texts its index among others, -1 for none. */
function translated(texts: readonly string[], others: readonly string[]): number[] {
  const ids = new Map(others.map((text, id) => [text, id]));
  return texts.map((text) => ids.get(text) ?? -1);
}

/** The first of sorted rows, from one place to another, whose number is as large as this; `to` when there is none. */
function lowerBound(
  rows: Int32Array,
  by: ArrayLike<number>,
  from: number,
  to: number,
  least: number,
): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((by[rows[middle] ?? 0] ?? Number.NaN) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
