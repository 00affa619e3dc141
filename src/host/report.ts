import { problem } from "../protocol/problems.ts";
import { DAY } from "../protocol/time.ts";
import { type ReportedMachine, type UsageReport, usageReportClaims } from "../protocol/usage-report.ts";
import { openGrant, openIdentity } from "./folder.ts";
import { openHostStore } from "./folder-store.ts";
import { openSituation } from "./situation.ts";
import type { Store } from "./store.ts";

/** What a usage report is to cover. */
export interface ReportOptions {
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Whether machines are named one by one; without it the report holds numbers only. */
  readonly list: boolean;
}

/** A usage report and its signed form: a compact JWS. */
export interface SignedReport {
  readonly report: UsageReport;
  readonly token: string;
}

/** The most machines a report can list; it would be larger than is read. */
const MOST_LISTED = 20_000;

/**
 * Makes the usage report of the host in a folder, whether it runs or not, and signs it with the host's key. Throws
 * NOT_INITIALIZED, HOST_NOT_ACTIVATED when no vendor licensed this host, BAD_INPUT for a time that is not before now.
 */
export async function reportUsage(
  folder: string,
  { since, list }: ReportOptions,
  now: number,
): Promise<SignedReport> {
  const identity = openIdentity(folder);
  const { license } = await openGrant(folder);
  if (license === undefined) {
    throw problem(
      "HOST_NOT_ACTIVATED",
      "This host has no host licence, so there is nobody to report to; activate it with muster host activate.",
    );
  }
  if (since >= now)
    throw problem("BAD_INPUT", "A report covers time that has passed; give an earlier --since.");
  const store = await openHostStore(folder);
  try {
    await openSituation(folder, store);
    const leased = await store.leased(now);
    const usage = await store.usage(since, now);
    const { seats, partialKey } = license;
    const report: UsageReport = {
      host: identity.id,
      partialKey,
      issued: now,
      from: since,
      to: now,
      leased,
      peak: Math.max(leased, ...usage.days.map((day) => day.leased)),
      machines: usage.machines,
      seats,
      overageDays: seats === undefined ? 0 : usage.days.filter((day) => day.leased > seats).length,
      products: usage.products,
      list: list ? await machinesSince(store, since) : undefined,
    };
    return { report, token: await identity.sign("usage-report", usageReportClaims(report)) };
  } finally {
    await store.close();
  }
}

/** How far back a report goes when nobody says it, as far as a machine counts. */
export const REPORT_PERIOD = 30 * DAY;

async function machinesSince(store: Store, since: number): Promise<ReportedMachine[]> {
  const machines = (await store.machines(MOST_LISTED + 1)).filter(({ lastSeen }) => lastSeen >= since);
  if (machines.length > MOST_LISTED) {
    throw problem(
      "BAD_INPUT",
      `More than ${MOST_LISTED} machines asked in this time, more than a report lists; leave --machines out, or give a later --since.`,
    );
  }
  return machines.map(({ name, cmid, product, lastSeen }) => ({ name, cmid, product, lastSeen }));
}
