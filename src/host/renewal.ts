import type { OnlineVendor } from "../client/ask-vendor.ts";
import { eventInfo } from "../protocol/events.ts";
import type { HostLicense } from "../protocol/host-license.ts";
import { PROBLEMS, Problem } from "../protocol/problems.ts";
import { DAY, MINUTE } from "../protocol/time.ts";
import { activateOnline } from "./activation.ts";
import type { EventDraft } from "./decide.ts";
import { keyOfLicense } from "./kept-keys.ts";
import { isNearEnd } from "./license-watch.ts";
import type { Situation } from "./situation.ts";
import type { Store } from "./store.ts";

/** What renewals work with. */
export interface RenewalParts {
  readonly folder: string;
  readonly vendor: OnlineVendor;
  readonly situation: () => Situation;
  readonly store: Store;
  readonly clock: () => number;
  readonly onTrouble: (sentence: string) => void;
}

/** How often is looked whether the licence is near its end. */
const LOOK_EVERY = MINUTE;
/** A connection that failed may work soon; a refusal takes a person at the vendor's. */
const AFTER_FAILURE = 4 * 60 * MINUTE;
const AFTER_REFUSAL = DAY;
const BAD_GATEWAY = 502;

/**
 * Renews the host licence with the vendor from 30 days before its end on, with event 12408; each attempt that fails is
 * event 12401 with its code. Also once the licence has ended: clients get nothing then, and the activation that it
 * costs is what a person would spend. Gives a function that ends it.
 */
export function keepRenewed(parts: RenewalParts): () => Promise<void> {
  const stopping = new AbortController();
  let notBefore = 0;
  const look = async () => {
    const now = parts.clock();
    const { license } = parts.situation().grant;
    if (license === undefined || !isNearEnd(license, now) || now < notBefore) return;
    notBefore = now + AFTER_FAILURE;
    notBefore = now + (await renew(parts, license, now, stopping.signal));
  };
  const watch = () => {
    looking = looking.then(look).catch((error: Error) => parts.onTrouble(error.message));
  };
  let looking: Promise<void> = Promise.resolve();
  watch();
  const timer = setInterval(watch, LOOK_EVERY);
  return async () => {
    clearInterval(timer);
    stopping.abort();
    await looking;
  };
}

/** One attempt; gives how long to leave the vendor alone. */
async function renew(
  { folder, vendor, store, onTrouble }: RenewalParts,
  license: HostLicense,
  now: number,
  signal: AbortSignal,
): Promise<number> {
  const tell = (event: EventDraft) => store.record([event], now);
  const daysLeft = Math.floor((license.expires - now) / DAY);
  const key = keyOfLicense(folder, license);
  if (key === undefined) {
    onTrouble(
      `The host licence ends in ${daysLeft} days, and this host does not keep its host key, so it cannot renew by itself; run muster host activate HOST-KEY --online.`,
    );
    return AFTER_REFUSAL;
  }
  try {
    const renewed = await activateOnline(folder, key, vendor, now, signal);
    const left = Math.floor((renewed.expires - now) / DAY);
    await tell({
      id: 12408,
      cmid: undefined,
      info: eventInfo(12408, { vendor: vendor.url, daysLeft: left }),
    });
    return AFTER_FAILURE;
  } catch (error) {
    if (signal.aborted) return 0;
    if (!(error instanceof Problem)) throw error;
    const { name, code, message, retryAfter = 0 } = error;
    onTrouble(`The host licence ends in ${daysLeft} days and could not be renewed. ${message}`);
    await tell({ id: 12401, cmid: undefined, info: eventInfo(12401, { code, daysLeft }) });
    const pause = PROBLEMS[name].status === BAD_GATEWAY ? AFTER_FAILURE : AFTER_REFUSAL;
    return Math.max(pause, retryAfter * 1000);
  }
}
