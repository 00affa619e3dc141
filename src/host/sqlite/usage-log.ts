import type { Database } from "bun:sqlite";
import { DAY, MINUTE } from "../../protocol/time.ts";
import type { Usage } from "../usage.ts";

interface Noted {
  readonly day: number;
  readonly leased: number;
}

/** Keeps the most leases at once of each day. One for each open store; it writes only what is more than before. */
export class UsageLog {
  private readonly database: Database;
  private noted: Noted = { day: -1, leased: -1 };

  constructor(database: Database) {
    this.database = database;
  }

  /** Notes how many leases there are, inside the transaction of what changed them; `keep` what it gives afterwards. */
  note(leased: number, now: number): Noted {
    const day = Math.floor(now / DAY);
    if (day === this.noted.day && leased <= this.noted.leased) return this.noted;
    this.database
      .query<null, [number, number]>(
        `INSERT INTO usage_day (day, leased) VALUES (?, ?)
         ON CONFLICT (day) DO UPDATE SET leased = max(leased, excluded.leased)`,
      )
      .run(day, leased);
    return { day, leased };
  }

  /** To be called once the transaction is on disk. */
  keep(noted: Noted): void {
    this.noted = noted;
  }
}

/** How the host was used since then. A lease counts to the end of the minute it ends in, as in all counts. */
export function readUsage(database: Database, since: number, now: number): Usage {
  const days = database
    .query<Noted, [number]>("SELECT day, leased FROM usage_day WHERE day >= ? ORDER BY day")
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
