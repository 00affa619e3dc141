import { isClockBehind } from "../protocol/license-state.ts";
import type { Policy } from "../protocol/policy.ts";

/** What a client has seen of time. Milliseconds since the epoch. */
export interface SeenTime {
  /**
   * When the newest lease was granted, by its host's clock. A lease answers a nonce of ours, so it tells the time of
   * now: should the host's clock have been wrong before, this mends it. The time in an answer without a lease is not
   * signed and not believed.
   */
  readonly signed: number | undefined;
  /** This machine's clock when it was last looked at. */
  readonly local: number | undefined;
}

/** A clock that was never looked at. */
export const NO_TIME: SeenTime = { signed: undefined, local: undefined };

/**
 * True when the clock was set back since it was last looked at: behind what it showed then, or behind what a host has
 * signed, by more than clocks may differ. A clock that stays wrong was not set back again.
 */
export function wasSetBack(
  { signed, local }: SeenTime,
  now: number,
  policy: Pick<Policy, "clockTolerance">,
): boolean {
  if (isClockBehind(local, now, policy)) return true;
  const wasBehind = local !== undefined && isClockBehind(signed, local, policy);
  return !wasBehind && isClockBehind(signed, now, policy);
}
