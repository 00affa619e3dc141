import { Database } from "bun:sqlite";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Problem, problem } from "../protocol/problems.ts";
import { databaseProblem } from "../vendor/database-problem.ts";

/** Held while a host runs. */
export interface Lock {
  release(): void;
}

/**
 * Makes sure that one process serves a host's folder. The lock is SQLite's own on a file of its own: the operating
 * system gives it back when the process ends, however it ends. Throws IN_USE, ACCESS_DENIED, or BAD_INPUT for another file.
 */
export function lockFolder(folder: string): Lock {
  const path = join(folder, "host.lock");
  let database: Database | undefined;
  try {
    makeFile(path);
    database = new Database(path, { readwrite: true, create: false });
    database.run("PRAGMA locking_mode = EXCLUSIVE");
    database.run("BEGIN EXCLUSIVE");
  } catch (error) {
    database?.close();
    throw lockProblem(error, folder, path);
  }
  const held = database;
  return {
    release() {
      held.run("ROLLBACK");
      held.close();
    },
  };
}

/** Before SQLite would, which makes files that everybody can read. */
function makeFile(path: string): void {
  try {
    writeFileSync(path, "", { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as { code?: string }).code !== "EEXIST") throw error;
  }
}

function lockProblem(error: unknown, folder: string, path: string): unknown {
  const known = databaseProblem(error, path, { name: "The lock" });
  const name = known instanceof Problem ? known.name : undefined;
  if (name === "IN_USE") {
    return problem(
      "IN_USE",
      `A host is running on ${folder} already; stop it first, or give another folder with --data.`,
    );
  }
  if (name !== "BAD_INPUT") return known;
  return problem("BAD_INPUT", `${path} is not a lock that Muster made; remove it, which loses nothing.`, {
    cause: error,
  });
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
