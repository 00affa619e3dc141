import type { LicenseStatus } from "../protocol/license-state.ts";
import type { Arrival, Decision } from "./decide.ts";

/** What a batch adds to the requests of one application that came with one license status. */
export interface ReceivedSum {
  readonly application: string;
  readonly status: LicenseStatus;
  readonly total: number;
  readonly failed: number;
}

/** One sum for each status of an application, however many requests of it the batch has: each is a write. */
export function sumReceived(batch: readonly Arrival[], decisions: readonly Decision[]): ReceivedSum[] {
  const sums = new Map<string, { -readonly [Name in keyof ReceivedSum]: ReceivedSum[Name] }>();
  for (const [at, { request }] of batch.entries()) {
    const { application, status } = request;
    const key = `${application} ${status}`;
    const sum = sums.get(key) ?? { application, status, total: 0, failed: 0 };
    sum.total++;
    if (decisions[at]?.kind === "refusal") sum.failed++;
    sums.set(key, sum);
  }
  return [...sums.values()];
}
