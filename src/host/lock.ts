import { Database, SQLiteError } from "bun:sqlite";
import { join } from "node:path";
import { problem } from "../protocol/problems.ts";

/** Held while a host runs. */
export interface Lock {
  release(): void;
}

/**
 * Makes sure that one process serves a host's folder. The lock is SQLite's own on a file of its own: the operating
 * system gives it back when the process ends, however it ends. Throws IN_USE.
 */
export function lockFolder(folder: string): Lock {
  const database = new Database(join(folder, "host.lock"), { create: true });
  try {
    database.run("PRAGMA locking_mode = EXCLUSIVE");
    database.run("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (!(error instanceof SQLiteError) || error.code !== "SQLITE_BUSY") throw error;
    throw problem(
      "IN_USE",
      `A host is running on ${folder} already; stop it first, or give another folder with --data.`,
    );
  }
  return {
    release() {
      database.run("ROLLBACK");
      database.close();
    },
  };
}

/** True while a process serves the folder. */
export function isLocked(folder: string): boolean {
  try {
    lockFolder(folder).release();
    return false;
  } catch (error) {
    if ((error as { name?: string }).name === "IN_USE") return true;
    throw error;
  }
}
