import type { Logger } from "pino";
import { eventInfo } from "../protocol/events.ts";
import { DAY, MINUTE } from "../protocol/time.ts";
import type { Situation } from "./situation.ts";
import type { EventLogFigures, Store } from "./store.ts";

/** What a host's upkeep works on. */
export interface UpkeepParts {
  readonly store: Store;
  readonly situation: () => Situation;
  readonly clock: () => number;
  readonly log: Logger;
}

/** What a host does beside answering: it keeps its event log within its size, and forgets old machines. */
export interface Upkeep {
  /** How much is in the event log, as of the last look. */
  events(): EventLogFigures;
  /** Takes no new work, and resolves when the present one is done. */
  stop(): Promise<void>;
}

const MEGABYTE = 1_000_000;
/** At 20,000 requests a second the log grows by 3 MB between two looks. */
const LOOK_EVERY = 1000;

/** Starts the upkeep: a look at the event log each second, and at old machines now and once a day. */
export function startUpkeep({ store, situation, clock, log }: UpkeepParts): Upkeep {
  let figures: EventLogFigures = { bytes: 0, events: 0, written: new Map() };
  const trimEvents = async () => {
    const before = figures.bytes;
    figures = await store.keepEventsWithin(situation().settings.eventLogSize * MEGABYTE);
    if (figures.bytes < before) log.debug({ bytes: figures.bytes }, "The oldest events were dropped.");
  };
  const forgetOld = async () => {
    const machines = await forgetUnseen(store, situation(), clock());
    if (machines > 0) log.info({ machines }, "Machines that were not seen for long were forgotten.");
  };
  const jobs = [repeatedly(trimEvents, LOOK_EVERY, log), repeatedly(forgetOld, DAY, log)];
  return {
    events: () => figures,
    async stop() {
      await Promise.all(jobs.map((stop) => stop()));
    },
  };
}

/** Forgets the machines that the settings say are too old, with event 12406. Gives their number. */
export async function forgetUnseen(
  store: Pick<Store, "forgetUnseen">,
  { grant, settings }: Situation,
  now: number,
): Promise<number> {
  const days = settings.retentionDays;
  // A machine that still counts is never too old, whatever the setting says.
  const counted = Math.max(0, ...grant.catalogue.products.map(({ policy }) => policy.countWindow * MINUTE));
  const before = now - Math.max(days * DAY, counted + DAY);
  const tell = (machines: number) =>
    [{ id: 12406, cmid: undefined, info: eventInfo(12406, { machines, days }) }] as const;
  return store.forgetUnseen(before, tell, now);
}

/** Does a job now and again after each pause, one run at a time. Gives a function that ends it. */
function repeatedly(job: () => Promise<void>, every: number, log: Logger): () => Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const run = async () => {
    await job().catch((error: Error) => {
      // That the store is away is said once, by whoever watches it.
      if (error.name === "STORE_UNAVAILABLE") log.debug(error.message);
      else log.warn(error.message);
    });
    if (!isStopped) timer = setTimeout(start, every);
  };
  const start = () => {
    running = run();
  };
  let running = run();
  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await running;
  };
}
