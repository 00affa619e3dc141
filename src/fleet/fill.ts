import { Database } from "bun:sqlite";
import { identityNumber } from "../host/sqlite/identity.ts";
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
  const putMachine = database.query(
    `INSERT INTO machine (application, cmid, identity, product, status, first_seen, last_seen, lease_expires, ticket,
       previous_ticket, requests, code) VALUES (?, ?, ?, ?, 1, ?, ?, ?, 1, 0, 1, '${SUCCESS}')`,
  );
  const putIdentity = database.query("INSERT INTO identity VALUES (?, ?, ?, ?, 0, ?)");
  const cmids = Array.from({ length: machines }, newId);
  database.transaction(() => {
    // In the order of the table, so that a million rows take seconds.
    for (const [at, cmid] of cmids.toSorted().entries()) {
      const seen = now - Math.floor((at / machines) * 7 * DAY);
      const [name, fingerprint, address] = [`pc-${at}`, at.toString(16).padStart(64, "0"), "127.0.0.1"];
      const known = identityNumber({ name, fingerprint, virtual: false, address });
      putIdentity.run(number?.number ?? 0, cmid, name, fingerprint, address);
      putMachine.run(number?.number ?? 0, cmid, known, product, seen, seen, seen + 180 * DAY);
    }
  })();
  database.run("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  return cmids;
}
