import type { Database } from "bun:sqlite";
import { problem } from "../../protocol/problems.ts";
import first from "./0001.sql" with { type: "text" };
import second from "./0002.sql" with { type: "text" };
import third from "./0003.sql" with { type: "text" };

/** The migrations in order. A released one is never changed: what it made stands in people's stores. */
const MIGRATIONS: readonly string[] = [first, second, third];

/**
 * Brings a store to the present schema, in one transaction, so that two processes that start at once do it once.
 * Throws STORE_NEWER for a store of a later Muster, and leaves it as it is.
 */
export function migrate(database: Database): void {
  database
    .transaction(() => {
      const at = database.query<{ user_version: number }, []>("PRAGMA user_version").get()?.user_version ?? 0;
      if (at > MIGRATIONS.length) {
        throw problem(
          "STORE_NEWER",
          `The store has schema ${at}, this Muster knows up to ${MIGRATIONS.length}; start the newer Muster that wrote it, or restore a backup.`,
        );
      }
      for (const migration of MIGRATIONS.slice(at)) database.run(migration);
      database.run(`PRAGMA user_version = ${MIGRATIONS.length}`);
    })
    .immediate();
}
