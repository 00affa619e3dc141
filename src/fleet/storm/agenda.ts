/** How finely waits are told apart, in milliseconds. */
const TICK = 20;

/** What is due when, for 100,000 machines: who is due in the same moment is kept together. */
export class Agenda {
  private readonly ticks = new Map<number, number[]>();
  private next = 0;
  private entries = 0;

  /** How many are on it. */
  get size(): number {
    return this.entries;
  }

  /** Puts an entry on it, due at `time` (milliseconds), or at once when that is past. */
  put(entry: number, time: number): void {
    const tick = Math.max(this.next, Math.ceil(time / TICK));
    const there = this.ticks.get(tick);
    if (there === undefined) this.ticks.set(tick, [entry]);
    else there.push(entry);
    this.entries++;
  }

  /** Takes off it what is due at `time`. */
  take(time: number): number[] {
    const due: number[] = [];
    for (; this.next * TICK <= time; this.next++) {
      due.push(...(this.ticks.get(this.next) ?? []));
      this.ticks.delete(this.next);
    }
    this.entries -= due.length;
    return due;
  }

  /** When the next one is due; undefined when nothing is. */
  upcoming(): number | undefined {
    return this.entries === 0 ? undefined : Math.min(...this.ticks.keys()) * TICK;
  }
}
