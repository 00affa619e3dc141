import { MINUTE } from "../protocol/time.ts";

/** Whether a moment counts against a limit: the one rule for counts and for the decisions that change them. */
export function counts(moment: number, limit: number): boolean {
  return Math.floor(moment / MINUTE) >= Math.floor(limit / MINUTE);
}

/**
 * Counts how many of a set of moments lie after a limit that moves with the clock: machines seen in the last 30
 * days, leases that have not ended. Moments are kept by the minute, so a million machines cost at most one number
 * for each minute of the window, and asking is O(minutes passed since the last question). A moment is dropped when
 * the minute it lies in has passed.
 */
export class MovingCount {
  private readonly minutes = new Map<number, number>();
  private limit = 0;
  private above = 0;

  /** How many moments lie after `limit` (milliseconds). The limit may move in both directions. */
  after(limit: number): number {
    const target = Math.floor(limit / MINUTE);
    if (Math.abs(target - this.limit) > this.minutes.size) this.recount(target);
    else this.walk(target);
    return this.above;
  }

  /** Replaces one moment of the set by another; `undefined` or 0 stands for no moment. */
  move(from: number | undefined, to: number | undefined): void {
    if (from) this.change(Math.floor(from / MINUTE), -1);
    if (to) this.change(Math.floor(to / MINUTE), 1);
  }

  /** Adds a number of moments of the same minute; how a store fills the window when it opens. */
  add(minute: number, moments: number): void {
    this.change(minute, moments);
  }

  private change(minute: number, by: number): void {
    const left = (this.minutes.get(minute) ?? 0) + by;
    if (left === 0) this.minutes.delete(minute);
    else this.minutes.set(minute, left);
    if (minute >= this.limit) this.above += by;
  }

  private walk(target: number): void {
    for (; this.limit < target; this.limit++) this.above -= this.minutes.get(this.limit) ?? 0;
    for (; this.limit > target; this.limit--) this.above += this.minutes.get(this.limit - 1) ?? 0;
  }

  private recount(target: number): void {
    this.limit = target;
    this.above = 0;
    for (const [minute, moments] of this.minutes) if (minute >= target) this.above += moments;
  }
}
