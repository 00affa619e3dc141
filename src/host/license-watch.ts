import { eventInfo } from "../protocol/events.ts";
import type { HostLicense } from "../protocol/host-license.ts";
import { PROBLEMS, SUCCESS } from "../protocol/problems.ts";
import { DAY } from "../protocol/time.ts";
import type { EventDraft } from "./decide.ts";
import type { Situation } from "./situation.ts";
import type { Store } from "./store.ts";

/** How long before its end a host licence is reported and renewed. */
const NEAR_END = 30 * DAY;

/** True when a host licence is to be renewed: in its last 30 days, or in its last half where that is shorter. */
export function isNearEnd(
  { issued, expires }: Pick<HostLicense, "issued" | "expires">,
  now: number,
): boolean {
  return expires - now < Math.min(NEAR_END, (expires - issued) / 2);
}

/** Event 12401 for a host licence that is missing, over, or near its end; nothing for one that is well. */
export function judgeLicense(license: HostLicense | undefined, now: number): EventDraft | undefined {
  if (license === undefined) return draft(PROBLEMS.HOST_NOT_ACTIVATED.code, 0);
  const daysLeft = Math.floor((license.expires - now) / DAY);
  if (now >= license.expires || now < license.notBefore)
    return draft(PROBLEMS.LICENSE_EXPIRED.code, daysLeft);
  return isNearEnd(license, now) ? draft(SUCCESS, daysLeft) : undefined;
}

/** Writes event 12401 at start and once a day for as long as the licence needs attention. Gives a function that ends it. */
export function reportLicense(host: {
  situation: () => Situation;
  store: Store;
  clock: () => number;
}): () => void {
  const report = () => {
    const now = host.clock();
    const event = judgeLicense(host.situation().grant.license, now);
    if (event) host.store.record([event], now).catch(() => {});
  };
  report();
  const timer = setInterval(report, DAY);
  return () => clearInterval(timer);
}

function draft(code: string, daysLeft: number): EventDraft {
  return { id: 12401, cmid: undefined, info: eventInfo(12401, { code, daysLeft }) };
}
