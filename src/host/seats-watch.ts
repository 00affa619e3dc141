import { eventInfo } from "../protocol/events.ts";
import type { HostLicense } from "../protocol/host-license.ts";
import { DAY, MINUTE } from "../protocol/time.ts";
import type { EventDraft } from "./decide.ts";
import type { Situation } from "./situation.ts";
import type { Store } from "./store.ts";

/** How often the watch looks; it tells once a day at most. */
const LOOK_EVERY = 60 * MINUTE;

/** Event 12404 when more machines hold a lease than the licence has seats, unless it was told within a day. */
export function judgeSeats(
  leased: number,
  license: HostLicense | undefined,
  lastTold: number | undefined,
  now: number,
): EventDraft | undefined {
  const seats = license?.seats;
  if (seats === undefined || leased <= seats) return undefined;
  if (lastTold !== undefined && now - lastTold < DAY) return undefined;
  return { id: 12404, cmid: undefined, info: eventInfo(12404, { leased, seats }) };
}

/** One look: notes how many leases there are, and tells when they are too many. */
export async function watchSeats(store: Store, license: HostLicense | undefined, now: number): Promise<void> {
  await store.noteUsage(now);
  const leased = await store.leased(now);
  if (license?.seats === undefined || leased <= license.seats) return;
  const [last] = await store.events({ id: 12404, since: now - DAY, limit: 1 });
  const event = judgeSeats(leased, license, last?.time, now);
  if (event) await store.record([event], now);
}

/** Looks at start and once an hour for as long as the host runs. Gives a function that ends it. */
export function reportSeats(host: {
  situation: () => Situation;
  store: Store;
  clock: () => number;
  onTrouble: (sentence: string) => void;
}): () => Promise<void> {
  const look = () =>
    watchSeats(host.store, host.situation().grant.license, host.clock()).catch((error: Error) =>
      host.onTrouble(error.message),
    );
  let looking = look();
  const timer = setInterval(() => {
    looking = look();
  }, LOOK_EVERY);
  return async () => {
    clearInterval(timer);
    await looking;
  };
}
