import { Database, SQLiteError } from "bun:sqlite";
import { Problem, problem } from "../../protocol/problems.ts";
import { migrate } from "../../vendor/database.ts";
import { checkDatabaseFile } from "../../vendor/database-file.ts";
import { HOST_STORE } from "./schema.ts";

/**
 * Reads a store through, with all its pages and indexes, and brings it to the present schema. Throws BAD_INPUT when it
 * is damaged, STORE_NEWER when a later Muster wrote it. It must not be in use.
 */
export function checkStore(path: string): void {
  const fault = faultOf(path);
  if (fault === undefined) return;
  throw problem("BAD_INPUT", `The store in this backup is damaged (${fault}); use another backup.`);
}

function faultOf(path: string): string | undefined {
  try {
    checkDatabaseFile(path, HOST_STORE);
    using database = new Database(path, { strict: true });
    const faults = database.query<{ integrity_check: string }, []>("PRAGMA integrity_check(1)").all();
    const fault = faults.find(({ integrity_check }) => integrity_check !== "ok");
    if (fault) return fault.integrity_check;
    migrate(database, HOST_STORE);
    return undefined;
  } catch (error) {
    if (error instanceof SQLiteError) return error.message;
    // Its sentence names the file as it was unpacked, which is gone when somebody reads it.
    if (error instanceof Problem && error.name === "BAD_INPUT") return "it is cut short, or something else";
    throw error;
  }
}
