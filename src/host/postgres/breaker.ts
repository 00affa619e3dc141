import type { Problem } from "../../protocol/problems.ts";

/** The first pause before a look, and the longest one, in milliseconds. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5000;

/**
 * How long to wait before a look, in milliseconds, after so many that were in vain. `random` is from 0 to 1: what went
 * away for all hosts at once is not asked by all of them at once.
 */
export function pauseBefore(looks: number, random: number): number {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** looks) * (0.5 + random / 2);
}

/**
 * Refuses work at once while something is away, instead of having everybody wait for it in vain, and looks by itself,
 * one look at a time, whether it is back.
 */
export class Breaker {
  private readonly look: () => Promise<void>;
  private reason: Problem | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isStopped = false;

  /** `look` rejects while the thing is away still. */
  constructor(look: () => Promise<void>) {
    this.look = look;
  }

  /** Whether work is refused now. */
  get isOpen(): boolean {
    return this.reason !== undefined;
  }

  /** Throws why work is refused now. */
  check(): void {
    if (this.reason) throw this.reason;
  }

  /** Refuses from now on, for this reason, until a look succeeds. */
  trip(reason: Problem): void {
    const isLooking = this.reason !== undefined;
    this.reason = reason;
    if (!isLooking) this.schedule(0);
  }

  /** Looks no more. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private schedule(looks: number): void {
    if (this.isStopped) return;
    const again = () => {
      this.look().then(
        () => {
          this.reason = undefined;
        },
        () => this.schedule(looks + 1),
      );
    };
    this.timer = setTimeout(again, pauseBefore(looks, Math.random()));
    // A command that is done does not wait for a database that is away.
    this.timer.unref();
  }
}
