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
  /** The stored lease: verified, refused by the chain of trust, or none. */
  readonly lease: { readonly expires: number; readonly issued: number } | "not-genuine" | undefined;
  readonly policy: Pick<Policy, "initialGrace" | "additionalGrace">;
}

/** A license status with what remains of it. */
export interface LicenseState {
  readonly status: LicenseStatus;
  /** When the status ends; undefined for the statuses that do not end by themselves. */
  readonly ends: number | undefined;
  /** Minutes until then; 0 where nothing ends. */
  readonly minutesLeft: number;
  /** Why the machine is in Notification (Microsoft's LicenseStatusReason). */
  readonly reason: ProblemName | undefined;
}

/**
 * The state of a product on a machine, as a function of what the machine knows and the time. A lease that does not
 * verify gives Non-genuine grace while the initial grace lasts: the store was changed, and the next answer mends it.
 * Extended grace (6) occurs in evidence from Microsoft only; Muster grants none.
 */
export function licenseState(facts: LicenseFacts, now: number): LicenseState {
  if (!facts.key) return lasting("unlicensed");
  const { lease } = facts;
  const graceEnds = facts.firstSeen + facts.policy.initialGrace * MINUTE;
  if (lease === undefined) return now < graceEnds ? ending("initialGrace", graceEnds, now) : expired();
  if (lease === "not-genuine") {
    return now < graceEnds
      ? ending("nonGenuineGrace", graceEnds, now)
      : lasting("notification", "HOST_NOT_TRUSTED");
  }
  if (now < lease.expires) return ending("licensed", lease.expires, now);
  const additionalEnds = lease.expires + facts.policy.additionalGrace * MINUTE;
  return now < additionalEnds ? ending("additionalGrace", additionalEnds, now) : expired();
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

function expired(): LicenseState {
  return lasting("notification", "GRACE_EXPIRED");
}

function lasting(status: keyof typeof LICENSE_STATUS, reason?: ProblemName): LicenseState {
  return { status: LICENSE_STATUS[status], ends: undefined, minutesLeft: 0, reason };
}

function ending(status: keyof typeof LICENSE_STATUS, ends: number, now: number): LicenseState {
  return { status: LICENSE_STATUS[status], ends, minutesLeft: minutesUntil(ends, now), reason: undefined };
}
