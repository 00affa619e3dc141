import { type Database, SQLiteError } from "bun:sqlite";
import { problem } from "../../protocol/problems.ts";
import { openDatabase } from "../../vendor/database.ts";
import { identityNumber } from "../sqlite/identity.ts";
import { HOST_STORE } from "../sqlite/schema.ts";
import { SLICE, type StoreTables } from "./store-tables.ts";
import { type Cell, columnsOf, type Row, STAYING_SETTINGS, type Table } from "./tables.ts";

type Value = string | number | null;

/** How each table is read, in order; `?` is the number of an application. */
const READ: Record<Table, string> = {
  application: "SELECT id, largest_required FROM application ORDER BY id",
  machine: `SELECT cmid, product, name, fingerprint, virtual, address, status, first_seen, last_seen, lease_expires,
    ticket, previous_ticket, requests, code FROM known_machine WHERE application = ? ORDER BY cmid`,
  note: "SELECT cmid, text FROM note WHERE application = ? ORDER BY cmid",
  rearm_order: "SELECT cmid FROM rearm_order WHERE application = ? ORDER BY cmid",
  received: "SELECT status, total, failed FROM received WHERE application = ? ORDER BY status",
  event: "SELECT row, time, id, cmid, machine, info FROM event ORDER BY row",
  setting: `SELECT name, value FROM setting WHERE ${isMoved("name")} ORDER BY name`,
  setting_change: `SELECT name, before, time, changed_by FROM setting_change WHERE ${isMoved("name")} ORDER BY name`,
  usage_day: "SELECT day, leased, received, failed FROM usage_day ORDER BY day",
};

const STORED = [
  "application",
  "machine",
  "identity",
  "note",
  "rearm_order",
  "received",
  "event",
  "setting",
  "setting_change",
  "usage_day",
];

/** A condition for settings that move with their store. */
export function isMoved(column: string): string {
  return `${column} NOT IN (${STAYING_SETTINGS.map((name) => `'${name}'`).join(", ")})`;
}

/**
 * Opens the tables of a SQLite store, for reading beside whoever writes to it, or as the only one that writes. Throws
 * BAD_INPUT, STORE_NEWER, IN_USE, ACCESS_DENIED, STORE_UNAVAILABLE.
 */
export function openSqliteTables(path: string, { write }: { readonly write: boolean }): StoreTables {
  const database = openDatabase(path, HOST_STORE, { create: write, patience: 5000 });
  try {
    database.run(write ? "BEGIN IMMEDIATE" : "BEGIN");
    return new SqliteTables(database);
  } catch (error) {
    database.close();
    throw storeProblem(error);
  }
}

class SqliteTables implements StoreTables {
  private readonly database: Database;
  private readonly numbers = new Map<string, number>();

  constructor(database: Database) {
    this.database = database;
    this.learn();
  }

  async size(table: Table): Promise<number> {
    const row = this.database.query<{ rows: number }, []>(`SELECT count(*) AS rows FROM ${table}`).get();
    return row?.rows ?? 0;
  }

  async *rows(table: Table): AsyncGenerator<Row[]> {
    const isOfApplication = columnsOf(table)[0]?.[0] === "application";
    const select = this.database.query<unknown, Value[]>(READ[table]);
    const virtual = columnsOf(table).findIndex(([, kind]) => kind === "boolean");
    const applications = isOfApplication ? [...this.numbers] : [undefined];
    for (const application of applications) {
      let slice: Row[] = [];
      for (const found of select.iterate(...(application ? [application[1]] : []))) {
        const row: Cell[] = application ? [application[0]] : [];
        for (const value of Object.values(found as Record<string, Value>)) row.push(value);
        if (virtual >= 0) row[virtual] = row[virtual] === 1;
        if (slice.push(row) < SLICE) continue;
        yield slice;
        slice = [];
      }
      if (slice.length > 0) yield slice;
    }
  }

  async lastEvent(): Promise<number> {
    const row = this.database
      .query<{ seq: number }, []>("SELECT seq FROM sqlite_sequence WHERE name = 'event'")
      .get();
    return row?.seq ?? 0;
  }

  async clear(): Promise<void> {
    this.change(() => {
      for (const table of STORED) this.database.run(`DELETE FROM ${table}`);
    });
    this.learn();
  }

  async insert(table: Table, rows: readonly Row[]): Promise<void> {
    this.change(() => {
      for (const row of rows) this.put(table, row);
    });
    if (table === "application") this.learn();
  }

  async number(lastEvent: number): Promise<void> {
    this.change(() => {
      this.database.run("DELETE FROM sqlite_sequence WHERE name = 'event'");
      this.database.run("INSERT INTO sqlite_sequence (name, seq) VALUES ('event', ?)", [lastEvent]);
    });
  }

  async commit(): Promise<void> {
    this.change(() => this.database.run("COMMIT"));
  }

  async close(): Promise<void> {
    this.database.close();
  }

  /** Numbers of applications, ordered by their ids as every store orders them. */
  private learn(): void {
    this.numbers.clear();
    const all = this.database
      .query<{ id: string; number: number }, []>("SELECT id, number FROM application ORDER BY id")
      .all();
    for (const { id, number } of all) this.numbers.set(id, number);
  }

  private put(table: Table, row: Row): void {
    const values = row.map((cell) => (typeof cell === "boolean" ? Number(cell) : cell));
    if (columnsOf(table)[0]?.[0] === "application") values[0] = this.numberOf(values[0]);
    if (table !== "machine") {
      const names = columnsOf(table).map(([name]) => (table === "event" && name === "number" ? "row" : name));
      this.run(table, names, values);
      return;
    }
    const [application, cmid, product, name, fingerprint, virtual, address, ...rest] = values;
    const who = { name: String(name), fingerprint: String(fingerprint), address: String(address) };
    const identity = identityNumber({ ...who, virtual: virtual === 1 });
    this.run("identity", IDENTITY, [application, cmid, name, fingerprint, virtual, address]);
    this.run("machine", KNOWN, [application, cmid, identity, product, ...rest]);
  }

  private run(table: string, names: readonly string[], values: readonly (Value | undefined)[]): void {
    const places = names.map(() => "?").join(", ");
    this.database
      .query<null, Value[]>(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${places})`)
      .run(...values.map((value) => value ?? null));
  }

  private numberOf(application: Value | undefined): number {
    const number = this.numbers.get(String(application));
    if (number === undefined) throw problem("BAD_INPUT", "a row in it is of an application that it lacks");
    return number;
  }

  private change(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw storeProblem(error);
    }
  }
}

const IDENTITY = ["application", "cmid", "name", "fingerprint", "virtual", "address"];
const KNOWN = [
  "application",
  "cmid",
  "identity",
  "product",
  ...["status", "first_seen", "last_seen", "lease_expires", "ticket", "previous_ticket", "requests", "code"],
];

function storeProblem(error: unknown): unknown {
  if (!(error instanceof SQLiteError)) return error;
  if (error.code?.startsWith("SQLITE_CONSTRAINT")) return problem("BAD_INPUT", "a row in it is there twice");
  return problem(
    "STORE_UNAVAILABLE",
    `The store cannot be written (${error.message}); make room on its disk, or stop what else uses it, and run it again.`,
    { cause: error },
  );
}
