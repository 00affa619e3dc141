import { Database, SQLiteError } from "bun:sqlite";
import { closeSync, openSync } from "node:fs";
import { open } from "node:fs/promises";
import { problem } from "../../protocol/problems.ts";
import { checkDatabaseFile } from "../../vendor/database-file.ts";
import { pause } from "../pause.ts";
import { HOST_STORE } from "./schema.ts";

/** How many rows are copied between two pauses; so many take 2 ms. */
const SLICE = 500;

type Row = Record<string, string | number | null>;

interface Table {
  readonly type: "table" | "view";
  readonly name: string;
  readonly sql: string;
}

/**
 * Copies a store as it is at one moment to a new file of mode 0600, while a host goes on writing to it: a read
 * transaction keeps that moment, and the copying pauses every few milliseconds (VACUUM INTO would hold up the
 * requests of a host in the same process for as long as it takes). Gives the number of rows of each table. Throws
 * BAD_INPUT when the store is not there, cannot be read or the copy cannot be written, STORE_NEWER when a later Muster
 * wrote it.
 */
export async function copyStore(from: string, to: string): Promise<Record<string, number>> {
  // SQLite would wait for whoever writes to a pipe.
  if (!checkDatabaseFile(from, HOST_STORE)) {
    throw problem(
      "BAD_INPUT",
      `There is no store ${from}: the host has not run yet; back it up once it has (muster host run).`,
    );
  }
  try {
    closeSync(openSync(to, "wx", 0o600));
    using source = new Database(from, { readonly: true, strict: true });
    using copy = new Database(to, { strict: true });
    source.run("PRAGMA busy_timeout = 5000");
    source.run("BEGIN");
    const tables = source
      .query<Table, []>(
        "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY type",
      )
      .all();
    // Nothing is lost with a half-written copy, so it is flushed once, when it is whole.
    copy.run("PRAGMA journal_mode = OFF");
    copy.run("PRAGMA synchronous = OFF");
    copyPragma(source, copy, "page_size");
    const rows: Record<string, number> = {};
    for (const { type, name, sql } of tables) {
      copy.run(sql);
      if (type === "table") rows[name] = await copyRows(source, copy, name);
    }
    copyNumbering(source, copy);
    for (const pragma of ["user_version", "application_id"]) copyPragma(source, copy, pragma);
    await flush(to);
    return rows;
  } catch (error) {
    if (!(error instanceof SQLiteError)) throw error;
    throw problem(
      "BAD_INPUT",
      `The store ${from} cannot be copied (${error.message})${isOfDisk(error) ? "; make room on the disk" : ""}.`,
      { cause: error },
    );
  }
}

function isOfDisk({ code = "" }: SQLiteError): boolean {
  return /^SQLITE_(FULL|IOERR)/.test(code);
}

async function copyRows(source: Database, copy: Database, table: string): Promise<number> {
  const select = source.query<Row, []>(`SELECT * FROM "${table}"`);
  const places = select.columnNames.map(() => "?").join(", ");
  const insert = copy.query<null, (string | number | null)[]>(`INSERT INTO "${table}" VALUES (${places})`);
  const rows: Iterator<Row> = select.iterate();
  let copied = 0;
  let isDone = false;
  while (!isDone) {
    copy.run("BEGIN");
    for (let slice = 0; slice < SLICE && !isDone; slice++) {
      const next = rows.next();
      isDone = next.done === true;
      if (next.done) break;
      insert.run(...Object.values(next.value));
      copied++;
    }
    copy.run("COMMIT");
    await pause();
  }
  return copied;
}

function copyPragma(source: Database, copy: Database, pragma: string): void {
  const [value] = Object.values(source.query(`PRAGMA ${pragma}`).get() ?? {});
  copy.run(`PRAGMA ${pragma} = ${Number(value)}`);
}

/** Where the numbers of events go on, even when all events are gone: a follower must not see a number twice. */
function copyNumbering(source: Database, copy: Database): void {
  const rows = source.query<{ name: string; seq: number }, []>("SELECT name, seq FROM sqlite_sequence").all();
  for (const { name, seq } of rows) {
    copy.run("DELETE FROM sqlite_sequence WHERE name = ?", [name]);
    copy.run("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [name, seq]);
  }
}

async function flush(path: string): Promise<void> {
  await using file = await open(path, "r+");
  await file.sync();
}
