import type { AttemptResult } from "../../client/attempt.ts";
import type { SrvRecord } from "../../client/discovery.ts";
import { dueAt } from "../../client/schedule.ts";
import { Agenda } from "./agenda.ts";
import { askOverSockets, type Machines } from "./machines.ts";
import { TimeLapse } from "./time-lapse.ts";

/** What a storm is told. */
export interface StormOptions {
  readonly machines: Machines;
  readonly number: number;
  /** The machines start within so many milliseconds, which pass as on any clock. */
  readonly startWithin: number;
  /** What comes after, and after this, passes so many times as fast. */
  readonly speed: number;
  readonly calm?: Promise<unknown> | undefined;
  /** The hosts as DNS names them. */
  readonly hosts: readonly SrvRecord[];
  /** A machine that was refused so often is given up. */
  readonly mostRetries?: number;
  /** Told twice a second. */
  readonly onProgress?: (progress: StormProgress) => void;
}

/** A storm while it goes on. */
export interface StormProgress {
  readonly machines: number;
  readonly started: number;
  readonly activated: number;
  /** Milliseconds on the clock of the machines. */
  readonly time: number;
}

/** What became of the machines. */
export interface StormResult {
  readonly machines: number;
  readonly activated: number;
  readonly attempts: number;
  /** How many machines were activated after 0, 1, 2… retries. */
  readonly retries: readonly number[];
  /** From its start to its lease, on the clock of the machines, milliseconds; one for each that was activated. */
  readonly waits: readonly number[];
  /** How often one host of an attempt failed, by the reason's name. */
  readonly failures: Readonly<Record<string, number>>;
  /** Leases that came in each real second. */
  readonly perSecond: readonly number[];
  /** Real seconds. */
  readonly seconds: number;
}

/** How often it is looked who is due, in milliseconds. */
const LOOK_EVERY = 10;
const TELL_EVERY = 500;
/** The clock leaps to so long before the next thing to do. */
const LEAP_FROM = 1000;
const MOST_RETRIES = 20;

/**
 * Has many machines start within a few minutes, each with the shipped client's own attempts, schedule and jitter, over
 * a connection of its own for each request. Waits for the next attempt pass in time-lapse.
 */
export async function runStorm(options: StormOptions): Promise<StormResult> {
  const { machines, number, startWithin, hosts, mostRetries = MOST_RETRIES, onProgress } = options;
  const clock = new TimeLapse(options.speed);
  const agenda = new Agenda();
  const ask = askOverSockets();
  const starts = Float64Array.from({ length: number }, () => Math.random() * startWithin);
  const attempts = new Uint16Array(number);
  const retries: number[] = [];
  const waits: number[] = [];
  const failures: Record<string, number> = {};
  const perSecond: number[] = [];
  let underWay = 0;
  let total = 0;
  let started = 0;
  let ended = 0;
  for (const [machine, start] of starts.entries()) agenda.put(machine, start);
  const begun = performance.now();
  const elapsed = () => performance.now() - begun;

  let isCalm = false;
  Promise.resolve(options.calm).finally(() => {
    isCalm = true;
  });

  /** `asked` is the machines' time when the attempt began, `took` real milliseconds. */
  const settle = (machine: number, result: AttemptResult, asked: number, took: number) => {
    const time = clock.at(elapsed());
    for (const { name } of result.tries) failures[name] = (failures[name] ?? 0) + 1;
    if (result.activated) {
      const second = Math.floor(elapsed() / 1000);
      const made = (attempts[machine] ?? 1) - 1;
      perSecond[second] = (perSecond[second] ?? 0) + 1;
      retries[made] = (retries[made] ?? 0) + 1;
      waits.push(asked - (starts[machine] ?? 0) + took);
    }
    if (result.activated || (attempts[machine] ?? 0) > mostRetries) {
      machines.forget(machine);
      ended++;
      return;
    }
    // By its length: the machines' clock runs faster than that of the host, which must find theirs right.
    agenda.put(machine, time + (result.nextAttempt ?? result.time) - result.time);
  };
  const attempt = async (machine: number) => {
    underWay++;
    total++;
    if (attempts[machine] === 0) started++;
    attempts[machine] = (attempts[machine] ?? 0) + 1;
    const [asked, began] = [clock.at(elapsed()), elapsed()];
    const result = await machines.attempt(machine, ask, hosts).finally(() => underWay--);
    settle(machine, result, asked, elapsed() - began);
  };
  /** A machine that starts asks when its schedule, as it was kept on its disk, says so. */
  const start = (machine: number) => {
    const stored = machines.state(machine).products[machines.product];
    const pause = stored === undefined ? 0 : dueAt(stored, Date.now()) - Date.now();
    if (pause > 0) agenda.put(machine, clock.at(elapsed()) + pause);
    return pause <= 0;
  };

  let failure: unknown;
  for (let told = 0; ended < number && failure === undefined; ) {
    for (const machine of agenda.take(clock.at(elapsed()))) {
      if (attempts[machine] === 0 && !start(machine)) continue;
      attempt(machine).catch((error) => {
        failure = error;
      });
    }
    if (isCalm && elapsed() > startWithin) clock.hurry(elapsed());
    if (underWay === 0) clock.leap(elapsed(), (agenda.upcoming() ?? 0) - LEAP_FROM);
    if (performance.now() - told > TELL_EVERY) {
      told = performance.now();
      onProgress?.({ machines: number, started, activated: waits.length, time: clock.at(elapsed()) });
    }
    await Bun.sleep(LOOK_EVERY);
  }
  if (failure !== undefined) throw failure;
  onProgress?.({ machines: number, started, activated: waits.length, time: clock.at(elapsed()) });
  return {
    machines: number,
    activated: waits.length,
    attempts: total,
    retries: Array.from(retries, (machines) => machines ?? 0),
    waits,
    failures,
    perSecond: Array.from(perSecond, (leases) => leases ?? 0),
    seconds: elapsed() / 1000,
  };
}
