import type { Database } from "bun:sqlite";
import { DAY, MINUTE } from "../../protocol/time.ts";
import type { DayActivity, Usage } from "../usage.ts";

/** What a batch adds to its day. */
export interface DayRequests {
  readonly received: number;
  readonly failed: number;
}

/**
 * Adds to what the day had: requests, and the most leases at once. One row a batch; call it inside the transaction of
 * what changed them.
 */
export function noteDay(
  database: Database,
  leased: number,
  now: number,
  { received, failed }: DayRequests = { received: 0, failed: 0 },
): void {
  database
    .query<null, [number, number, number, number]>(
      `INSERT INTO usage_day (day, leased, received, failed) VALUES (?, ?, ?, ?)
       ON CONFLICT (day) DO UPDATE SET leased = max(leased, excluded.leased),
         received = received + excluded.received, failed = failed + excluded.failed`,
    )
    .run(Math.floor(now / DAY), leased, received, failed);
}

/** What hosts did since the day of that moment. */
export function readActivity(database: Database, since: number): DayActivity[] {
  return database
    .query<DayActivity, [number]>(
      "SELECT day, received, failed, leased FROM usage_day WHERE day >= ? ORDER BY day",
    )
    .all(Math.floor(since / DAY))
    .map(({ day, ...rest }) => ({ day: day * DAY, ...rest }));
}

/** How the host was used since then. A lease counts to the end of the minute it ends in, as in all counts. */
export function readUsage(database: Database, since: number, now: number): Usage {
  const days = database
    .query<{ day: number; leased: number }, [number]>(
      "SELECT day, leased FROM usage_day WHERE day >= ? ORDER BY day",
    )
    .all(Math.floor(since / DAY))
    .map(({ day, leased }) => ({ day: day * DAY, leased }));
  const minute = Math.floor(now / MINUTE);
  const rows = database
    .query<{ product: string; machines: number; leased: number }, [number, number]>(
      `SELECT product, sum(last_seen >= ?1) AS machines, sum(lease_expires / ${MINUTE} >= ?2) AS leased
       FROM machine GROUP BY product ORDER BY product`,
    )
    .all(since, minute);
  const products = rows.filter(({ machines, leased }) => machines + leased > 0);
  // A machine has one CMID, however many applications it runs.
  const { machines = 0 } =
    database
      .query<{ machines: number }, [number]>(
        "SELECT count(DISTINCT cmid) AS machines FROM machine WHERE last_seen >= ?",
      )
      .get(since) ?? {};
  return { days, machines, products };
}
