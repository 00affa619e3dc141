import { problem } from "./problems.ts";

/** The numbers a product is leased by. All times are minutes. */
export interface Policy {
  /** How many distinct CMIDs the host must have counted. */
  readonly required: number;
  /** How often a client that is not activated tries. */
  readonly activationInterval: number;
  /** How often a licensed client renews. */
  readonly renewalInterval: number;
  /** How long a lease is valid after each success. */
  readonly lease: number;
  /** How long a machine runs before its first activation. */
  readonly initialGrace: number;
  /** How long a machine runs on after its lease has ended. */
  readonly additionalGrace: number;
  /** How long a CMID counts after its last request. */
  readonly countWindow: number;
  /** How far the clocks of client and host may differ. */
  readonly clockTolerance: number;
  /** How often a machine may be rearmed. */
  readonly rearms: number;
}

const DAY = 24 * 60;

/** The figures of Microsoft's KMS for a client edition; a server edition requires 5. */
export const DEFAULT_POLICY: Policy = {
  required: 25,
  activationInterval: 120,
  renewalInterval: 7 * DAY,
  lease: 180 * DAY,
  initialGrace: 30 * DAY,
  additionalGrace: 30 * DAY,
  countWindow: 30 * DAY,
  clockTolerance: 4 * 60,
  rearms: 1000,
};

/** The largest required count a product may name and a request may carry. */
export const MAX_REQUIRED = 10_000;
/** The longest time between two requests that a product or a host may set, in minutes (30 days, as in KMS). */
export const MAX_INTERVAL = 30 * DAY;

const BOUNDS: Record<keyof Policy, readonly [least: number, most: number]> = {
  required: [1, MAX_REQUIRED],
  activationInterval: [15, MAX_INTERVAL],
  renewalInterval: [15, MAX_INTERVAL],
  lease: [60, 3650 * DAY],
  initialGrace: [0, 3650 * DAY],
  additionalGrace: [0, 3650 * DAY],
  countWindow: [60, 3650 * DAY],
  clockTolerance: [1, 30 * DAY],
  rearms: [0, 1_000_000],
};

/** Completes a partial policy with the defaults. Throws BAD_INPUT naming the figure that is out of bounds. */
export function makePolicy(part: Partial<Policy>): Policy {
  const policy = { ...DEFAULT_POLICY, ...part };
  for (const [name, [least, most]] of Object.entries(BOUNDS)) {
    const value = policy[name as keyof Policy];
    if (!Number.isInteger(value) || value < least || value > most) {
      throw problem("BAD_INPUT", `The policy's ${name} must be a whole number from ${least} to ${most}.`);
    }
  }
  return policy;
}
