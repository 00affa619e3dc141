/**
 * The time since the beginning, on a clock that first runs as clocks do, then many times as fast, and that leaps over
 * stretches in which nothing happens: waits of hours pass in seconds, and what comes after them comes all the more
 * densely. All times are milliseconds.
 */
export class TimeLapse {
  private readonly speed: number;
  private hurries = Number.POSITIVE_INFINITY;
  private leapt = 0;

  constructor(speed: number) {
    this.speed = speed;
  }

  /** The time at `elapsed` real milliseconds after the beginning. */
  at(elapsed: number): number {
    const hurried = Math.max(0, elapsed - this.hurries);
    return this.leapt + elapsed + hurried * (this.speed - 1);
  }

  /** Runs faster from `elapsed` on. */
  hurry(elapsed: number): void {
    this.hurries = Math.min(this.hurries, elapsed);
  }

  /** Makes it at least `time` at `elapsed`, when it runs faster already. */
  leap(elapsed: number, time: number): void {
    if (elapsed >= this.hurries) this.leapt += Math.max(0, time - this.at(elapsed));
  }
}
