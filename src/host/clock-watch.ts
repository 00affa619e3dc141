import type { Logger } from "pino";
import { eventInfo } from "../protocol/events.ts";
import { MINUTE } from "../protocol/time.ts";
import type { EventDraft } from "./decide.ts";
import type { Store } from "./store.ts";

/** Two clocks of one machine, read at one moment, milliseconds: the time of day, which can be set, and one that cannot. */
export interface ClockReading {
  readonly wall: number;
  readonly monotonic: number;
}

const LOOK_EVERY = 1000;
/** Smaller corrections are the daily work of a time service. */
const SMALLEST = MINUTE;

/** Event 12420 when the time of day moved otherwise than the time that passed: somebody set it, or the machine slept. */
export function judgeClock(before: ClockReading, after: ClockReading): EventDraft | undefined {
  const jump = after.wall - before.wall - (after.monotonic - before.monotonic);
  if (Math.abs(jump) < SMALLEST) return undefined;
  return { id: 12420, cmid: undefined, info: eventInfo(12420, { seconds: Math.round(jump / 1000) }) };
}

/** Looks once a second; an event that cannot be written now is written later. Gives a function that ends it. */
export function watchClock(
  { clock, monotonic }: { clock: () => number; monotonic: () => number },
  { store, log }: { store: Pick<Store, "record">; log: Logger },
): () => Promise<void> {
  const read = () => ({ wall: clock(), monotonic: monotonic() });
  let before = read();
  let untold: EventDraft[] = [];
  let telling: Promise<void> = Promise.resolve();
  const tell = async () => {
    const events = untold;
    if (events.length === 0) return;
    untold = [];
    await store.record(events, clock()).catch(() => {
      untold = [...events, ...untold];
    });
  };
  const timer = setInterval(() => {
    const after = read();
    const event = judgeClock(before, after);
    before = after;
    if (event) log.warn(`The clock of this host jumped by ${event.info} seconds.`);
    if (event) untold.push(event);
    telling = telling.then(tell);
  }, LOOK_EVERY);
  return async () => {
    clearInterval(timer);
    await telling;
  };
}
