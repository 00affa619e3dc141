import { Database } from "bun:sqlite";
import { SQL } from "bun";
import { openPostgresStore } from "../host/postgres/store.ts";
import { identityNumber } from "../host/sqlite/identity.ts";
import { openSqliteStore } from "../host/sqlite/store.ts";
import { newId } from "../protocol/ids.ts";
import { problem, SUCCESS } from "../protocol/problems.ts";
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

/** The same in a PostgreSQL database. Throws BAD_INPUT when it holds machines: they would not be those of anybody. */
export async function fillDatabase(
  url: string,
  { application, product }: DeployedProduct,
  machines: number,
  now: number,
): Promise<string[]> {
  const store = await openPostgresStore({ url, machine: "bench" });
  const isEmpty = (await store.machines(1)).length === 0;
  await store.register({ id: application, countWindow: (30 * DAY) / MINUTE });
  await store.close();
  if (!isEmpty)
    throw problem("BAD_INPUT", "The database holds machines; measure on an empty one, made for this.");
  await using sql = new SQL(url, { max: 1 });
  const cmids = Array.from({ length: machines }, newId);
  const from = `FROM unnest($1::text[]) WITH ORDINALITY AS asked (cmid, at), application WHERE id = $2`;
  const seen = `($3::bigint - (at * 1.0 / $4::integer * ${7 * DAY})::bigint)`;
  await sql.unsafe(
    `INSERT INTO machine SELECT number, cmid, $5, 1, ${seen}, ${seen}, ${seen} + ${180 * DAY}, 1, 0, 1, '${SUCCESS}' ${from}`,
    [sql.array(cmids, "TEXT"), application, now, machines, product],
  );
  await sql.unsafe(
    `INSERT INTO identity SELECT number, cmid, 'pc-' || at, lpad(to_hex(at), 64, '0'), false, '127.0.0.1' ${from}`,
    [sql.array(cmids, "TEXT"), application],
  );
  await sql.unsafe("ANALYZE");
  return cmids;
}
