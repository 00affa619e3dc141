import type { Database } from "bun:sqlite";
import { problem } from "../protocol/problems.ts";
import first from "./0001.sql" with { type: "text" };
import second from "./0002.sql" with { type: "text" };
import third from "./0003.sql" with { type: "text" };

/** The migrations in order. A released one is never changed: what it made stands in vendors' ledgers. */
const MIGRATIONS: readonly string[] = [first, second, third];

/**
 * Brings a ledger to the present schema in one transaction, so that of two processes that start at once only one
 * does it. Throws STORE_NEWER for a ledger of a later Muster and leaves it as it is.
 */
export function migrate(database: Database): void {
  const version = () =>
    database.query<{ user_version: number }, []>("PRAGMA user_version").get()?.user_version ?? 0;
  if (version() === MIGRATIONS.length) return;
  const bring = database.transaction(() => {
    const at = version();
    if (at > MIGRATIONS.length) {
      throw problem(
        "STORE_NEWER",
        `The ledger has schema ${at}, this Muster knows up to ${MIGRATIONS.length}; use the Muster that wrote it, or a newer one.`,
      );
    }
    for (const migration of MIGRATIONS.slice(at)) database.run(migration);
    database.run(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
  bring.immediate();
}
