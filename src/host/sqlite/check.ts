import { Database, SQLiteError } from "bun:sqlite";
import { problem } from "../../protocol/problems.ts";
import { migrate } from "./schema.ts";

/**
 * Reads a store through, with all its pages and indexes, and brings it to the present schema. Throws BAD_INPUT when it
 * is damaged, STORE_NEWER when a later Muster wrote it. It must not be in use.
 */
export function checkStore(path: string): void {
  try {
    using database = new Database(path, { strict: true });
    const faults = database.query<{ integrity_check: string }, []>("PRAGMA integrity_check(1)").all();
    const fault = faults.find(({ integrity_check }) => integrity_check !== "ok");
    if (fault) throw damaged(fault.integrity_check);
    migrate(database);
  } catch (error) {
    if (error instanceof SQLiteError) throw damaged(error.message);
    throw error;
  }
}

function damaged(reason: string) {
  return problem("BAD_INPUT", `The store in this backup is damaged (${reason}); use another backup.`);
}
