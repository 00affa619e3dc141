import { MINUTE } from "../protocol/time.ts";
import type { ProductState } from "./state.ts";

/** What the next attempt depends on. Times are milliseconds since the epoch, intervals minutes. */
export interface Prospects {
  /** When the attempt that was just made ended. */
  readonly attempted: number;
  /** Whether it brought a lease. */
  readonly renewed: boolean;
  /** When the lease ends, if there is one. */
  readonly leaseExpires: number | undefined;
  readonly activationInterval: number;
  readonly renewalInterval: number;
  /** Seconds, from a host that asked for less. */
  readonly retryAfter: number | undefined;
}

/** The longest interval of a licensed client, as for `sri`. */
const LONGEST_RENEWAL = 30 * 24 * 60;
/** An answer without a lease carries no signature, so whoever sent it cannot silence a client beyond a day. */
const LONGEST_ACTIVATION = 24 * 60;
/** How long `Retry-After` is respected at most: what is not signed may not silence a client for long. */
const LONGEST_RETRY_AFTER = 4 * 60 * MINUTE;
/**
 * Machines that started together are to spread over time by up to a tenth: a retry comes earlier or later, a renewal only
 * earlier, for a lease that is older than the renewal interval tells of a machine that does not reach its host.
 */
const JITTER = 0.1;

/**
 * When to try next: after a success within the renewal interval, and before half of the lease is over; after a failure at
 * the activation interval, whether or not a lease remains. `random` gives [0, 1).
 */
export function nextAttempt(prospects: Prospects, random: () => number): number {
  const { attempted, renewed, leaseExpires } = prospects;
  const interval = renewed
    ? Math.min(prospects.renewalInterval, LONGEST_RENEWAL)
    : Math.min(prospects.activationInterval, LONGEST_ACTIVATION);
  const spread = 1 - JITTER + (renewed ? JITTER : 2 * JITTER) * random();
  const half =
    renewed && leaseExpires !== undefined ? (leaseExpires - attempted) / 2 : Number.POSITIVE_INFINITY;
  const pause = Math.max(MINUTE / 2, Math.min(interval * MINUTE, half) * spread);
  const asked = Math.min((prospects.retryAfter ?? 0) * 1000, LONGEST_RETRY_AFTER);
  return Math.round(attempted + Math.max(pause, asked));
}

/** When a product is due; at once when it was never tried. A clock that was set back does not delay it for ever. */
export function dueAt(product: Pick<ProductState, "nextAttempt" | "lastAttempt">, now: number): number {
  if (product.nextAttempt === undefined) return now;
  const setBack = (product.lastAttempt?.time ?? 0) > now + MINUTE;
  return setBack ? now : product.nextAttempt;
}
