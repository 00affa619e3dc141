/** Something that happens at a moment of the virtual clock. */
export type Deed = () => void | Promise<void>;

interface Entry {
  readonly time: number;
  /** Breaks ties: what was planned first happens first. */
  readonly order: number;
  deed: Deed | undefined;
}

/** Takes a planned deed back. */
export type Cancel = () => void;

/**
 * A virtual clock with a queue of what is to happen. It jumps from one deed to the next, and each deed ends before the
 * next begins, so that the same plan always gives the same story.
 */
export class Timeline {
  private readonly heap: Entry[] = [];
  private planned = 0;
  private time: number;

  constructor(start: number) {
    this.time = start;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.time;
  }

  /** Plans a deed; a moment that has passed is now. */
  at(time: number, deed: Deed): Cancel {
    const entry: Entry = { time: Math.max(time, this.time), order: this.planned++, deed };
    this.push(entry);
    return () => {
      entry.deed = undefined;
    };
  }

  /** Lets everything happen until a moment, that moment included. */
  async runUntil(end: number): Promise<void> {
    for (let next = this.heap[0]; next !== undefined && next.time <= end; next = this.heap[0]) {
      this.pop();
      if (next.deed === undefined) continue;
      this.time = next.time;
      await next.deed();
    }
    this.time = Math.max(this.time, end);
  }

  private push(entry: Entry): void {
    let at = this.heap.length;
    this.heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.heap[parent];
      if (above === undefined || isBefore(above, entry)) break;
      this.heap[at] = above;
      at = parent;
    }
    this.heap[at] = entry;
  }

  private pop(): void {
    const last = this.heap.pop();
    const size = this.heap.length;
    if (last === undefined || size === 0) return;
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const smaller = isBefore(this.heap[right], this.heap[left]) ? right : left;
      const below = this.heap[smaller];
      if (below === undefined || !isBefore(below, last)) break;
      this.heap[at] = below;
      at = smaller;
    }
    this.heap[at] = last;
  }
}

function isBefore(one: Entry | undefined, other: Entry | undefined): boolean {
  if (one === undefined) return false;
  if (other === undefined) return true;
  return one.time < other.time || (one.time === other.time && one.order < other.order);
}
