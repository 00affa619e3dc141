import type { Case } from "./case.ts";
import { type Client, timeOf } from "./client.ts";
import { isHurt, wasAnswered } from "./discovery.ts";
import { RENEWAL_INTERVAL } from "./lease.ts";

const DAY = 1440;
const MINUTE = 60_000;
/** After so long a CMID counts no more; whoever is away for less is on a holiday. Minutes. */
const LONG = 30 * DAY;

/** After how many minutes a client renews, as its host told it. */
export function intervalOf({ report, exchanges }: Client): number {
  const told =
    report?.client?.renewalInterval?.value ??
    exchanges.findLast(({ answer }) => answer)?.answer?.renewalInterval;
  // A host may be set to minutes; nobody is late after one of them.
  return Math.max(told ?? RENEWAL_INTERVAL, DAY);
}

/** For how many minutes a client has gone without a success, at the time of its report or else of the newest evidence. */
export function minutesSince({ now }: Case, { lastSuccess, report }: Client): number {
  const told = timeOf(report?.trustedTime?.value);
  const until = Number.isNaN(told) ? now : told;
  return Math.max(0, Math.round((until - (lastSuccess?.time ?? until)) / MINUTE));
}

/** Whether the last success is so long ago that a holiday does not explain it. */
export function isLong(the: Case, client: Client): boolean {
  const { askers, lastSuccess } = client;
  if (lastSuccess === undefined || minutesSince(the, client) <= LONG) return false;
  // A host saw it since, with the minutes that a renewal leaves or the next one renews.
  return !askers.some(
    ({ status, code, last, unrenewed }) =>
      status === 1 && code === 0 && unrenewed < 2 && last > lastSuccess.time + LONG * MINUTE,
  );
}

/**
 * Whether something speaks against it that a client that is activated renews: it failed for longer than a renewal takes,
 * or a host refused it, or it asked in vain for a day and more, or its last success is too long ago.
 */
export function mayNotRenew(the: Case, client: Client): boolean {
  if (client.state !== "activated") return false;
  if (wasAnswered(client) || isHurt(client) || isLong(the, client)) return true;
  const since = client.lastSuccess?.time ?? Number.NEGATIVE_INFINITY;
  return client.askers.some(
    ({ unrenewed, first, last }) =>
      unrenewed > 1 && last > since + 5 * MINUTE && last - first >= DAY * MINUTE,
  );
}
