import type { Policy } from "./policy.ts";
import { PROBLEMS, type ProblemName } from "./problems.ts";
import { MINUTE, minutesUntil } from "./time.ts";

/** The license statuses, numbered as in Microsoft's events and WMI (`LicenseStatus`). */
export const LICENSE_STATUS = {
  unlicensed: 0,
  licensed: 1,
  initialGrace: 2,
  additionalGrace: 3,
  nonGenuineGrace: 4,
  notification: 5,
  extendedGrace: 6,
} as const;

export type LicenseStatus = (typeof LICENSE_STATUS)[keyof typeof LICENSE_STATUS];

/** What a machine knows about one product of its own. */
export interface LicenseFacts {
  /** Whether a product key is installed. */
  readonly key: boolean;
  /** When the product was first seen on this machine, or last rearmed. */
  readonly firstSeen: number;
  /** The stored lease: verified, refused by the chain of trust, or none. One without an end is permanent. */
  readonly lease:
    | { readonly expires: number | undefined; readonly issued: number }
    | "not-genuine"
    | undefined;
  /** Since when the hardware is known to differ too much from that of the lease; undefined while it does not. */
  readonly hardwareChanged: number | undefined;
  /** The latest time that a host has signed for this machine; undefined before its first lease. */
  readonly latestSigned: number | undefined;
  readonly policy: Pick<Policy, "initialGrace" | "additionalGrace" | "clockTolerance">;
}

/** A license status with what remains of it. */
export interface LicenseState {
  readonly status: LicenseStatus;
  /** When the status ends; undefined for the statuses that do not end by themselves. */
  readonly ends: number | undefined;
  /** Minutes until then; 0 where nothing ends. */
  readonly minutesLeft: number;
  /**
   * Why the machine is in Notification (Microsoft's LicenseStatusReason); HARDWARE_CHANGED also in Additional grace;
   * CLOCK_SKEW in any other status while the clock is behind what a host has signed.
   */
  readonly reason: ProblemName | undefined;
}

/**
 * The state of a product on a machine, as a function of what the machine knows and the time. A lease that does not
 * verify gives Non-genuine grace while the initial grace lasts: the store was changed, and the next answer mends it.
 * Extended grace (6) occurs in evidence from Microsoft only; Muster grants none.
 *
 * Everything is judged by the later of this machine's clock and the latest time a host has signed, so that turning
 * the clock back wins nothing. A clock that runs ahead is believed only while it does: once it is right, a lease that
 * seemed to have ended is in force again.
 */
export function licenseState(facts: LicenseFacts, now: number): LicenseState {
  if (!facts.key) return lasting("unlicensed");
  const state = stateAt(facts, Math.max(now, facts.latestSigned ?? now));
  const isOdd = isClockBehind(facts.latestSigned, now, facts.policy);
  return isOdd && state.reason === undefined ? { ...state, reason: "CLOCK_SKEW" } : state;
}

/** True when the clock is behind a time that a host has signed by more than clocks may differ: it was set back. */
export function isClockBehind(
  latestSigned: number | undefined,
  now: number,
  { clockTolerance }: Pick<Policy, "clockTolerance">,
): boolean {
  return latestSigned !== undefined && now + clockTolerance * MINUTE < latestSigned;
}

function stateAt({ lease, firstSeen, hardwareChanged, policy }: LicenseFacts, at: number): LicenseState {
  if (lease === undefined || lease === "not-genuine") {
    const ends = firstSeen + policy.initialGrace * MINUTE;
    if (lease === undefined) return at < ends ? ending("initialGrace", ends, at) : expired();
    return at < ends ? ending("nonGenuineGrace", ends, at) : lasting("notification", "HOST_NOT_TRUSTED");
  }
  const { expires = Number.POSITIVE_INFINITY } = lease;
  if (hardwareChanged === undefined && at < expires) {
    return lease.expires === undefined ? lasting("licensed") : ending("licensed", expires, at);
  }
  const ends = Math.min(hardwareChanged ?? expires, expires) + policy.additionalGrace * MINUTE;
  const reason = hardwareChanged === undefined ? undefined : "HARDWARE_CHANGED";
  return at < ends ? { ...ending("additionalGrace", ends, at), reason } : expired(reason);
}

/** The status as Muster's own tables and the `slmgr` lines name it. */
export function statusName(status: LicenseStatus): string {
  switch (status) {
    case LICENSE_STATUS.unlicensed:
      return "Unlicensed";
    case LICENSE_STATUS.licensed:
      return "Licensed";
    case LICENSE_STATUS.initialGrace:
      return "Initial grace period";
    case LICENSE_STATUS.additionalGrace:
      return "Additional grace period";
    case LICENSE_STATUS.nonGenuineGrace:
      return "Non-genuine grace period";
    case LICENSE_STATUS.notification:
      return "Notification";
    case LICENSE_STATUS.extendedGrace:
      return "Extended grace period";
  }
}

/** The HRESULT of a state's reason. */
export function reasonCode(state: LicenseState): string | undefined {
  return state.reason === undefined ? undefined : PROBLEMS[state.reason].code;
}

function expired(reason: ProblemName = "GRACE_EXPIRED"): LicenseState {
  return lasting("notification", reason);
}

function lasting(status: keyof typeof LICENSE_STATUS, reason?: ProblemName): LicenseState {
  return { status: LICENSE_STATUS[status], ends: undefined, minutesLeft: 0, reason };
}

function ending(status: keyof typeof LICENSE_STATUS, ends: number, now: number): LicenseState {
  return { status: LICENSE_STATUS[status], ends, minutesLeft: minutesUntil(ends, now), reason: undefined };
}
