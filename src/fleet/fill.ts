import { Database } from "bun:sqlite";
import { openSqliteStore } from "../host/sqlite/store.ts";
import { newId } from "../protocol/ids.ts";
import { SUCCESS } from "../protocol/problems.ts";
import { DAY, MINUTE } from "../protocol/time.ts";
import type { DeployedProduct } from "./deployment.ts";

/** Puts machines into a store that does not run, as if each had been activated in the last week. Gives their CMIDs. */
export function fillStore(
  path: string,
  { application, product }: DeployedProduct,
  machines: number,
  now: number,
): string[] {
  const store = openSqliteStore({ path, machine: "bench" });
  store.register({ id: application, countWindow: (30 * DAY) / MINUTE });
  store.close();
  const database = new Database(path);
  const number = database
    .query<{ number: number }, [string]>("SELECT number FROM application WHERE id = ?")
    .get(application);
  const put = database.query(
    `INSERT INTO machine (application, cmid, product, name, fingerprint, virtual, address, status, first_seen, last_seen,
       lease_expires, ticket, previous_ticket, requests, code)
     VALUES (?, ?, ?, ?, ?, 0, '127.0.0.1', 1, ?, ?, ?, 1, 0, 1, '${SUCCESS}')`,
  );
  const cmids = Array.from({ length: machines }, newId);
  database.transaction(() => {
    // In the order of the table, so that a million rows take seconds.
    for (const [at, cmid] of cmids.toSorted().entries()) {
      const seen = now - Math.floor((at / machines) * 7 * DAY);
      put.run(
        number?.number ?? 0,
        cmid,
        product,
        `pc-${at}`,
        at.toString(16).padStart(64, "0"),
        seen,
        seen,
        seen + 180 * DAY,
      );
    }
  })();
  database.run("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  return cmids;
}
