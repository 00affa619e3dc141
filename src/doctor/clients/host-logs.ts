import { MINUTE } from "../../protocol/time.ts";
import { RENEWAL_INTERVAL } from "../case/lease.ts";
import type { Evidence } from "../evidence/model.ts";
import { type Columns, isFailure } from "./columns.ts";
import { largest, smallest } from "./extremes.ts";
import type { HostLog } from "./report.ts";
import { compare } from "./sharing.ts";

/** Minutes; a host's default, which `slmgr /sri` changes. */
const REQUEST_HANDLED = 12290;

/** The logs that requests come from, one a host. A span that its reader saw reaches further than the first request. */
export function hostLogs(columns: Columns, evidence: Evidence, renewalInterval: number): HostLog[] {
  const found = new Map<
    number,
    { first: number; last: number; requests: number; failed: number; files: Set<number> }
  >();
  for (let row = 0; row < columns.length; row++) {
    if (columns.repeated[row] === 1) continue;
    const computer = columns.computer[row] ?? 0;
    const log = found.get(computer) ?? {
      first: Number.POSITIVE_INFINITY,
      last: Number.NEGATIVE_INFINITY,
      requests: 0,
      failed: 0,
      files: new Set<number>(),
    };
    found.set(computer, log);
    const time = columns.time[row] ?? Number.NaN;
    if (time < log.first) log.first = time;
    if (time > log.last) log.last = time;
    log.requests += 1;
    if (isFailure(columns.code[row] ?? 0)) log.failed += 1;
    log.files.add(columns.file[row] ?? 0);
  }
  const handled = evidence.logs.filter((span) => (span.counts[REQUEST_HANDLED] ?? 0) > 0);
  const spansOf = Map.groupBy(handled, (span) => span.computer);
  const logs = [...found].map(([computer, { first, last, requests, failed, files }]) => {
    const host = columns.computers[computer] ?? "";
    const spans = spansOf.get(host) ?? [];
    const began = smallest([first, ...spans.map((span) => span.first)]);
    const ends = largest([last, ...spans.map((span) => span.last)]);
    return {
      host,
      files: [...files].map((file) => columns.files[file] ?? "").sort(compare),
      first: Number.isFinite(began) ? began : Number.NaN,
      last: Number.isFinite(ends) ? ends : Number.NaN,
      requests,
      failed,
      short: !(ends - began >= renewalInterval * MINUTE),
      selected: spans.some((span) => span.selected),
      utc: spans.every((span) => span.zone !== "open"),
    };
  });
  return logs.sort((one, other) => compare(one.host, other.host));
}

/** The renewal interval that the evidence states most often, in answers or in what slmgr prints; minutes. */
function statedRenewalInterval(evidence: Evidence): number | undefined {
  const stated = new Map<number, number>();
  const note = (minutes: number | undefined) => {
    if (minutes !== undefined && minutes > 0) stated.set(minutes, (stated.get(minutes) ?? 0) + 1);
  };
  for (const minutes of evidence.answered.table.column("renewalInterval")) note(minutes);
  for (const { client, host } of evidence.products) {
    note(client?.renewalInterval?.value);
    note(host?.renewalInterval?.value);
  }
  return [...stated].sort(([one, times], [other, otherTimes]) => otherTimes - times || one - other)[0]?.[0];
}

/** What to reckon with: told, stated, or the default. */
export function renewalIntervalOf(
  evidence: Evidence,
  told: number | undefined,
): { minutes: number; stated: boolean } {
  const known = told ?? statedRenewalInterval(evidence);
  return { minutes: known ?? RENEWAL_INTERVAL, stated: known !== undefined };
}
