import { Database, SQLiteError } from "bun:sqlite";
import { closeSync, openSync } from "node:fs";
import { Problem, problem } from "../protocol/problems.ts";
import { migrate } from "./schema.ts";

/** How long a process waits for another one's transaction, in milliseconds. */
const PATIENCE = 20_000;

/**
 * The ledger of all that a vendor issued: one SQLite file in WAL mode, flushed to disk at each commit
 * (`synchronous=FULL`). Several processes may use it at once; their transactions run one after the other.
 */
export class Ledger {
  readonly database: Database;
  private readonly path: string;

  /** Opens it, or makes it (mode 0600). Throws BAD_INPUT when it is damaged, STORE_NEWER, IN_USE, ACCESS_DENIED. */
  constructor(path: string, options: { create: boolean }) {
    this.path = path;
    let database: Database | undefined;
    try {
      // Made before SQLite opens it, so that it is never readable by others, not even for a moment.
      if (options.create) closeSync(openSync(path, "a", 0o600));
      database = new Database(path, { readwrite: true, create: false, strict: true });
      database.run(`PRAGMA busy_timeout = ${PATIENCE}`);
      database.run("PRAGMA journal_mode = WAL");
      database.run("PRAGMA synchronous = FULL");
      database.run("PRAGMA foreign_keys = ON");
      migrate(database);
      this.database = database;
    } catch (error) {
      database?.close();
      throw this.explain(error);
    }
  }

  /** Runs `work` in one transaction that holds the write lock from its start: what it reads stays true. */
  write<T>(work: () => T): T {
    try {
      return this.database.transaction(work).immediate();
    } catch (error) {
      throw this.explain(error);
    }
  }

  /** Runs `work` on one consistent state. */
  read<T>(work: () => T): T {
    try {
      return this.database.transaction(work).deferred();
    } catch (error) {
      throw this.explain(error);
    }
  }

  close(): void {
    this.database.close();
  }

  private explain(error: unknown): unknown {
    if (error instanceof Problem) return error;
    const cause = { cause: error };
    if (!(error instanceof SQLiteError)) {
      return (error as NodeJS.ErrnoException).code === "EACCES"
        ? problem("ACCESS_DENIED", `The ledger ${this.path} may not be opened by this account.`, cause)
        : error;
    }
    const code = error.code ?? "";
    if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) {
      return problem(
        "IN_USE",
        `Another process is using the ledger ${this.path}; try again when it is done.`,
        cause,
      );
    }
    if (code.startsWith("SQLITE_READONLY") || code.startsWith("SQLITE_CANTOPEN") || code === "SQLITE_PERM") {
      return problem(
        "ACCESS_DENIED",
        `The ledger ${this.path} cannot be opened for writing; run it as the account that owns the folder.`,
        cause,
      );
    }
    if (code === "SQLITE_NOTADB" || code.startsWith("SQLITE_CORRUPT")) {
      return problem("BAD_INPUT", `The ledger ${this.path} is damaged; restore it from your backup.`, cause);
    }
    if (code === "SQLITE_FULL" || code.startsWith("SQLITE_IOERR")) {
      return problem(
        "STORE_UNAVAILABLE",
        `The ledger ${this.path} cannot be written (${error.message}); nothing was issued.`,
        cause,
      );
    }
    return error;
  }
}
