import type { Database } from "bun:sqlite";
import { pause } from "../pause.ts";
import { RENEWAL_STATES, type RenewalFigures, type RenewalIntervals, renewalSql } from "../renewal-times.ts";
import { type Edge, edgeAfter } from "./machine-list.ts";

/** How many machines are looked at between two pauses; so many take 1 to 2 ms. */
const SLICE = 4000;

/** Counts the machines in each renewal state, a slice of the table at a time: a renewal keeps no index for it. */
export async function countRenewals(
  database: Database,
  intervals: RenewalIntervals,
  now: number,
): Promise<RenewalFigures> {
  const sums = RENEWAL_STATES.map(
    (state) => `coalesce(sum(${renewalSql(state, intervals, now)}), 0) AS ${state}`,
  );
  const slice = database.query<RenewalFigures, [number, string]>(
    `SELECT ${sums.join(", ")} FROM (SELECT product, last_seen, lease_expires, code FROM machine
       WHERE (application, cmid) > (?, ?) ORDER BY application, cmid LIMIT ${SLICE})`,
  );
  const total = { day: 0, week: 0, overdue: 0, failing: 0 };
  for (
    let from: Edge | undefined = { application: 0, cmid: "" };
    from;
    from = edgeAfter(database, from, SLICE)
  ) {
    const figures = slice.get(from.application, from.cmid);
    for (const state of RENEWAL_STATES) total[state] += figures?.[state] ?? 0;
    await pause();
  }
  return total;
}
