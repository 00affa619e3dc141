import type { LicenseStatus } from "../protocol/license-state.ts";

/** What a host remembers of one machine: one CMID of one application. Times are milliseconds since the epoch. */
export interface Machine {
  readonly application: string;
  readonly cmid: string;
  /** The product it asked for last. */
  readonly product: string;
  readonly name: string;
  readonly fingerprint: string;
  readonly virtual: boolean;
  /** The address its last request came from. */
  readonly address: string;
  /** The license status it reported last, before the answer. */
  readonly status: LicenseStatus;
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** When its lease ends; 0 when it was never granted one. */
  readonly leaseExpires: number;
  /** The sequence of the newest ticket, and of the one before that the machine may still hold. */
  readonly ticket: number;
  readonly previousTicket: number;
  readonly requests: number;
  /** The code of the last answer. */
  readonly code: string;
}

/** How many machines there are, as the count of one application sees it. */
export interface Tally {
  /** Distinct CMIDs inside the count window. */
  readonly unique: number;
  /** The largest required count of any request so far; the current count is capped at twice this. */
  readonly largestRequired: number;
  /** The start of the count window (milliseconds since the epoch). */
  readonly countedAfter: number;
}

/** The count that is told to clients: unique machines, capped at 2 × the largest required count seen. */
export function currentCount({ unique, largestRequired }: Tally): number {
  return Math.min(unique, 2 * largestRequired);
}
