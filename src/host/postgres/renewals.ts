import { RENEWAL_STATES, type RenewalFigures, type RenewalIntervals, renewalSql } from "../renewal-times.ts";
import type { PostgresDatabase } from "./database.ts";

/** Counts the machines in each renewal state: one look at the table, for a renewal keeps no index for it. */
export async function countRenewals(
  database: PostgresDatabase,
  intervals: RenewalIntervals,
  now: number,
): Promise<RenewalFigures> {
  const counts = RENEWAL_STATES.map(
    (state) => `count(*) FILTER (WHERE ${renewalSql(state, intervals, now)})::integer AS ${state}`,
  );
  const [row] = await database.read<RenewalFigures>(`SELECT ${counts.join(", ")} FROM machine`, []);
  return row ?? { day: 0, week: 0, overdue: 0, failing: 0 };
}
