import type { Database } from "bun:sqlite";
import { openDatabase } from "./database.ts";
import { databaseProblem } from "./database-problem.ts";
import { LEDGER } from "./schema.ts";

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
    this.database = openDatabase(path, LEDGER, { ...options, patience: PATIENCE });
    this.database.run("PRAGMA foreign_keys = ON");
  }

  /** Runs `work` in one transaction that holds the write lock from its start: what it reads stays true. */
  write<T>(work: () => T): T {
    try {
      return this.database.transaction(work).immediate();
    } catch (error) {
      throw databaseProblem(error, this.path, LEDGER);
    }
  }

  /** Runs `work` on one consistent state. */
  read<T>(work: () => T): T {
    try {
      return this.database.transaction(work).deferred();
    } catch (error) {
      throw databaseProblem(error, this.path, LEDGER);
    }
  }

  close(): void {
    this.database.close();
  }
}
