import { Database, SQLiteError } from "bun:sqlite";
import { chmodSync, closeSync, linkSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Problem } from "../protocol/problems.ts";
import { checkDatabaseFile } from "./database-file.ts";
import { type DatabaseKind, damaged, databaseProblem } from "./database-problem.ts";
import { syncFolder } from "./files.ts";

/** How a database is opened. */
export interface OpenOptions {
  /** Whether it is made when it is not there. */
  readonly create: boolean;
  /** How long to wait for another process's transaction, in milliseconds. */
  readonly patience: number;
}

/**
 * Opens a database of Muster, of mode 0600, in WAL mode, flushed to disk at each commit (`synchronous=FULL`), at the
 * present schema. Throws BAD_INPUT when it is damaged or something else, STORE_NEWER, IN_USE, ACCESS_DENIED,
 * STORE_UNAVAILABLE; the file is left as it is then.
 */
export function openDatabase(path: string, kind: DatabaseKind, options: OpenOptions): Database {
  const started = performance.now();
  for (;;) {
    try {
      return openOnce(path, kind, options);
    } catch (error) {
      // SQLite waits for a transaction, but not for a process that is just removing its write-ahead log.
      const isBusy = error instanceof Problem && error.name === "IN_USE";
      if (!isBusy || performance.now() - started > options.patience) throw error;
      Bun.sleepSync(20);
    }
  }
}

function openOnce(path: string, kind: DatabaseKind, { create, patience }: OpenOptions): Database {
  let database: Database | undefined;
  try {
    if (!checkDatabaseFile(path, kind)) {
      if (!create) throw damaged(path, kind, "it is not there");
      createDatabase(path, kind);
    }
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
    // SQLite would open what it may not write for reading only, and say so at the first write.
    closeSync(openSync(path, "r+"));
    database = new Database(path, { readwrite: true, create: false, strict: true });
    database.run(`PRAGMA busy_timeout = ${patience}`);
    database.run("PRAGMA journal_mode = WAL");
    database.run("PRAGMA synchronous = FULL");
    migrate(database, kind);
    return database;
  } catch (error) {
    database?.close();
    const known = databaseProblem(error, path, kind);
    throw known instanceof SQLiteError ? damaged(path, kind, known.message, known) : known;
  }
}

/**
 * Brings a database to the present schema in one transaction, so that of two processes that start at once only one does
 * it. Its schema must be known (`checkDatabaseFile`).
 */
export function migrate(database: Database, { applicationId, migrations }: DatabaseKind): void {
  const number = (pragma: string) => Number(Object.values(database.query(`PRAGMA ${pragma}`).get() ?? {})[0]);
  const isDone = () =>
    number("user_version") === migrations.length && number("application_id") === applicationId;
  if (isDone()) return;
  database
    .transaction(() => {
      for (const migration of migrations.slice(number("user_version"))) database.run(migration);
      database.run(`PRAGMA user_version = ${migrations.length}`);
      database.run(`PRAGMA application_id = ${applicationId}`);
    })
    .immediate();
}

/** The file has its name once it is whole: an empty one is never the remains of a crash, but of something lost. */
function createDatabase(path: string, kind: DatabaseKind): void {
  const draft = `${path}.${process.pid}.new`;
  const remove = () => {
    for (const end of ["", "-journal"]) rmSync(draft + end, { force: true });
  };
  remove();
  try {
    // Made before SQLite opens it, so that it is never readable by others, not even for a moment.
    closeSync(openSync(draft, "wx", 0o600));
    using database = new Database(draft, { readwrite: true, create: false, strict: true });
    if (kind.pageSize !== undefined) database.run(`PRAGMA page_size = ${kind.pageSize}`);
    migrate(database, kind);
    database.close();
    takeName(draft, path);
    syncFolder(dirname(path));
  } finally {
    remove();
  }
}

/** Another process may have made the database in the meantime; then that one is the one. */
function takeName(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "EEXIST") return;
    renameSync(draft, path); // A file system without hard links.
  }
}
