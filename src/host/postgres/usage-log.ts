import { DAY, MINUTE } from "../../protocol/time.ts";
import type { Decision } from "../decide.ts";
import type { DayActivity, Usage } from "../usage.ts";
import type { PostgresDatabase, Transaction } from "./database.ts";

/** Adds to what the day had: requests, and the most leases at once. One row a batch. */
export function noteDay(
  { last }: Pick<Transaction, "last">,
  leased: number,
  now: number,
  decisions: readonly Pick<Decision, "kind">[],
): void {
  const failed = decisions.filter(({ kind }) => kind === "refusal").length;
  last(
    `INSERT INTO usage_day (day, leased, received, failed) VALUES ($1, $2, $3, $4)
     ON CONFLICT (day) DO UPDATE SET leased = greatest(usage_day.leased, excluded.leased),
       received = usage_day.received + excluded.received, failed = usage_day.failed + excluded.failed`,
    [Math.floor(now / DAY), leased, decisions.length, failed],
  );
}

/** What hosts did since the day of that moment. */
export async function readActivity(database: PostgresDatabase, since: number): Promise<DayActivity[]> {
  const rows = await database.read<DayActivity>(
    `SELECT day, received::float8 AS received, failed::float8 AS failed, leased FROM usage_day
     WHERE day >= $1 ORDER BY day`,
    [Math.floor(since / DAY)],
  );
  return rows.map(({ day, ...rest }) => ({ day: day * DAY, ...rest }));
}

/** How the hosts were used since then. A lease counts to the end of the minute it ends in, as in all counts. */
export async function readUsage(database: PostgresDatabase, since: number, now: number): Promise<Usage> {
  const days = await database.read<{ day: number; leased: number }>(
    "SELECT day, leased FROM usage_day WHERE day >= $1 ORDER BY day",
    [Math.floor(since / DAY)],
  );
  const products = await database.read<{ product: string; machines: number; leased: number }>(
    `SELECT product, count(*) FILTER (WHERE last_seen >= $1)::integer AS machines,
       count(*) FILTER (WHERE lease_expires / ${MINUTE} >= $2)::integer AS leased
     FROM machine GROUP BY product ORDER BY product`,
    [since, Math.floor(now / MINUTE)],
  );
  // A machine has one CMID, however many applications it runs.
  const [distinct] = await database.read<{ machines: number }>(
    "SELECT count(DISTINCT cmid)::integer AS machines FROM machine WHERE last_seen >= $1",
    [since],
  );
  return {
    days: days.map(({ day, leased }) => ({ day: day * DAY, leased })),
    machines: distinct?.machines ?? 0,
    products: products.filter(({ machines, leased }) => machines + leased > 0),
  };
}
