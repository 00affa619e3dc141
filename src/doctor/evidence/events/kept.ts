/** Keeps so many of what comes by: the first half, and the last half of what came after. */
export class Kept<Item> {
  private readonly first: Item[] = [];
  private readonly last: Item[] = [];
  private readonly half: number;
  private seen = 0;

  constructor(limit: number) {
    this.half = limit / 2;
  }

  /** How many were left out. */
  get dropped(): number {
    return Math.max(0, this.seen - 2 * this.half);
  }

  add(item: Item): void {
    if (this.seen < this.half) this.first.push(item);
    else this.last[(this.seen - this.half) % this.half] = item;
    this.seen += 1;
  }

  /** What was kept, in its order. */
  items(): Item[] {
    const from = this.seen > 2 * this.half ? (this.seen - this.half) % this.half : 0;
    return [...this.first, ...this.last.slice(from), ...this.last.slice(0, from)];
  }
}
