import type { ReservedSQL } from "bun";
import { problem } from "../../protocol/problems.ts";
import first from "./0001.sql" with { type: "text" };
import second from "./0002.sql" with { type: "text" };
import third from "./0003.sql" with { type: "text" };

/** SQL texts in order. A released one is never changed: what it made stands in people's databases. */
const MIGRATIONS: readonly string[] = [first, second, third];

/** "MusH" in ASCII: the advisory lock under which a schema is changed. */
const SCHEMA_LOCK = 0x4d757348;

/**
 * Brings a database to the present schema, in one transaction, and only one host at a time. Throws STORE_NEWER when a
 * later Muster wrote it, and leaves it as it is.
 */
export async function migrate(connection: ReservedSQL, migrations = MIGRATIONS): Promise<void> {
  if ((await versionOf(connection)) === migrations.length) return;
  await connection.unsafe("BEGIN");
  try {
    await connection.unsafe(`SELECT pg_advisory_xact_lock(${SCHEMA_LOCK})`);
    await connection.unsafe("CREATE TABLE IF NOT EXISTS muster_schema (version integer NOT NULL)");
    const version = await versionOf(connection);
    if (version > migrations.length) {
      throw problem(
        "STORE_NEWER",
        `The database was written by a newer Muster (schema ${version}); use that one.`,
      );
    }
    for (const migration of migrations.slice(version)) await connection.unsafe(migration);
    await connection.unsafe("DELETE FROM muster_schema");
    await connection.unsafe("INSERT INTO muster_schema VALUES ($1)", [migrations.length]);
    await connection.unsafe("COMMIT");
  } catch (error) {
    await connection.unsafe("ROLLBACK").catch(() => {});
    throw error;
  }
}

async function versionOf(connection: ReservedSQL): Promise<number> {
  const [there] = await connection.unsafe<{ isThere: boolean }[]>(
    `SELECT to_regclass('muster_schema') IS NOT NULL AS "isThere"`,
  );
  if (!there?.isThere) return 0;
  const [row] = await connection.unsafe<{ version: number }[]>("SELECT version FROM muster_schema");
  return row?.version ?? 0;
}
