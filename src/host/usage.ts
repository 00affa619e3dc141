import type { ProductUsage } from "../protocol/usage-report.ts";

/** How a host was used over some time. */
export interface Usage {
  /** The most leases at once of each day (UTC) that the host noted, oldest first. */
  readonly days: readonly {
    /** The start of the day, milliseconds since the epoch. */
    readonly day: number;
    readonly leased: number;
  }[];
  /** Distinct machines that asked. */
  readonly machines: number;
  readonly products: readonly ProductUsage[];
}

/** What a host did on one day (UTC). */
export interface DayActivity {
  /** The start of the day, milliseconds since the epoch. */
  readonly day: number;
  /** Requests, refused ones included. */
  readonly received: number;
  /** Requests that were refused. */
  readonly failed: number;
  /** The most leases at once. */
  readonly leased: number;
}
