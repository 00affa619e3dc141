import { type ReservedSQL, SQL } from "bun";
import { problem } from "../../protocol/problems.ts";
import { bigints, booleans, integers, texts } from "../postgres/arrays.ts";
import type { Value } from "../postgres/database.ts";
import { databaseProblem } from "../postgres/database-problem.ts";
import { readLocation } from "../postgres/location.ts";
import { connectToPrimary, type Primary, type SessionSettings } from "../postgres/primary.ts";
import { migrate } from "../postgres/schema.ts";
import { isMoved } from "./sqlite-tables.ts";
import { SLICE, type StoreTables } from "./store-tables.ts";
import { columnsOf, type Row, type Table } from "./tables.ts";

/** Reading and writing a million rows takes as long as it takes; a connection that is lost still ends it. */
const SETTINGS: SessionSettings = {
  application_name: "muster moving",
  idle_in_transaction_session_timeout: 600_000,
  tcp_user_timeout: 60_000,
  tcp_keepalives_idle: 30,
  tcp_keepalives_interval: 10,
  tcp_keepalives_count: 3,
  lock_timeout: 10_000,
  statement_timeout: 0,
  jit: "off",
};

/** How each table is read, in order. */
const READ: Record<Table, string> = {
  application: "SELECT id, largest_required FROM application ORDER BY id",
  machine: `SELECT application_id, cmid, product, name, fingerprint, virtual, address, status, first_seen::float8 AS first_seen,
    last_seen::float8 AS last_seen, lease_expires::float8 AS lease_expires, ticket::float8 AS ticket,
    previous_ticket::float8 AS previous_ticket, requests::float8 AS requests, code FROM known_machine
    WHERE application = $1 ORDER BY cmid`,
  note: "SELECT id, cmid, text FROM note JOIN application ON number = application ORDER BY id, cmid",
  rearm_order: "SELECT id, cmid FROM rearm_order JOIN application ON number = application ORDER BY id, cmid",
  received: `SELECT id, status, total::float8 AS total, failed::float8 AS failed
    FROM received JOIN application ON number = application ORDER BY id, status`,
  event:
    "SELECT number::float8 AS number, time::float8 AS time, id, cmid, machine, info FROM event ORDER BY event.number",
  setting: `SELECT name, value FROM setting WHERE ${isMoved("name")} ORDER BY name`,
  setting_change: `SELECT name, before, time::float8 AS time, changed_by FROM setting_change WHERE ${isMoved("name")} ORDER BY name`,
  usage_day: `SELECT day, leased, received::float8 AS received, failed::float8 AS failed FROM usage_day ORDER BY day`,
};

const STORED = [
  "application",
  "machine",
  "identity",
  "count_change",
  "note",
  "rearm_order",
  "received",
  "event",
  "setting",
  "setting_change",
  "usage_day",
];
/** As `events.ts` of the PostgreSQL store measures events. */
const EVENT_BYTES = 72;

/**
 * Opens the tables of a PostgreSQL store, for reading beside the hosts that write to it, or as the only one that writes.
 * Throws BAD_INPUT, STORE_NEWER, ACCESS_DENIED, STORE_UNAVAILABLE.
 */
export async function openPostgresTables(
  url: string,
  { write }: { readonly write: boolean },
): Promise<StoreTables> {
  let primary: Primary | undefined;
  try {
    primary = await connectToPrimary(readLocation(url), SETTINGS, undefined);
    await migrate(primary.connection);
    // The lock that all hosts write under: from here on none of them does, until the end of this.
    await primary.connection.unsafe(write ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (write) await primary.connection.unsafe("SELECT 1 FROM state WHERE id = 1 FOR UPDATE");
    return new PostgresTables(primary);
  } catch (error) {
    if (primary) leave(primary);
    throw databaseProblem(error);
  }
}

class PostgresTables implements StoreTables {
  private readonly primary: Primary;
  private readonly connection: ReservedSQL;
  private cursors = 0;

  constructor(primary: Primary) {
    this.primary = primary;
    this.connection = primary.connection;
  }

  async size(table: Table): Promise<number> {
    const [row] = await this.run<{ rows: number }>(`SELECT count(*)::float8 AS rows FROM ${table}`);
    return row?.rows ?? 0;
  }

  async *rows(table: Table): AsyncGenerator<Row[]> {
    if (table !== "machine") {
      yield* this.read(READ[table]);
      return;
    }
    // One after the other, so that no database has to sort a million machines.
    const numbers = await this.run<{ number: number }>("SELECT number FROM application ORDER BY id");
    for (const { number } of numbers) yield* this.read(READ.machine.replace("$1", String(number)));
  }

  async lastEvent(): Promise<number> {
    const [row] = await this.run<{ last: number }>("SELECT last_event::float8 AS last FROM state");
    return row?.last ?? 0;
  }

  async clear(): Promise<void> {
    for (const table of STORED) await this.run(`DELETE FROM ${table}`);
  }

  async insert(table: Table, rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    const columns = columnsOf(table);
    const values = columns.map(([, kind], at) => {
      const cells = rows.map((row) => row[at] ?? null);
      if (kind === "boolean") return booleans(cells.map(Boolean));
      if (kind === "integer") return integers(cells.map(Number));
      if (kind === "long") return bigints(cells.map(Number));
      return texts(cells.map((cell) => (cell === null ? null : String(cell))));
    });
    const from = `FROM unnest(${columns.map(([, kind], at) => `$${at + 1}::${ARRAYS[kind]}[]`).join(", ")})
      AS d (${columns.map(([name]) => name).join(", ")})`;
    if (columns[0]?.[0] !== "application") {
      const names = columns.map(([name]) => name).join(", ");
      await this.run(`INSERT INTO ${table} (${names}) SELECT ${names} ${from}`, values);
      return;
    }
    const application = `${from} JOIN application ON application.id = d.application`;
    const put = async (into: string, names: readonly string[]) => {
      const own = names.map((name) => `d.${name}`).join(", ");
      await this.refuseLost(
        rows.length,
        `INSERT INTO ${into} (application, ${names.join(", ")}) SELECT number, ${own} ${application} RETURNING 1`,
        values,
      );
    };
    if (table !== "machine")
      return put(
        table,
        columns.slice(1).map(([name]) => name),
      );
    await put("machine", KNOWN);
    await put("identity", IDENTITY);
  }

  async number(lastEvent: number): Promise<void> {
    // A gap in the changes of counts has every host count the machines anew.
    await this.run(
      `UPDATE state SET last_change = last_change + 1, last_event = $1,
         first_event = coalesce((SELECT min(number) FROM event), $1 + 1),
         event_bytes = (SELECT coalesce(sum(octet_length(info) + octet_length(machine) + coalesce(octet_length(cmid), 0)
           + ${EVENT_BYTES}), 0) FROM event)`,
      [lastEvent],
    );
  }

  async commit(): Promise<void> {
    await this.run("SET LOCAL synchronous_commit = on");
    await this.run("COMMIT");
    // The statistics of an empty database would have the first statements read all of it.
    await this.run("ANALYZE").catch(() => {});
  }

  async close(): Promise<void> {
    await this.connection.unsafe("ROLLBACK").catch(() => {});
    leave(this.primary);
  }

  private async *read(query: string): AsyncGenerator<Row[]> {
    const cursor = `moving_${++this.cursors}`;
    await this.run(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${query}`);
    for (;;) {
      const rows = await this.run<Row>(`FETCH ${SLICE} FROM ${cursor}`, [], true);
      if (rows.length > 0) yield rows;
      if (rows.length < SLICE) break;
    }
    await this.run(`CLOSE ${cursor}`);
  }

  private async refuseLost(rows: number, ...[statement, values]: [string, Value[]]): Promise<void> {
    if ((await this.run(statement, values)).length === rows) return;
    throw problem("BAD_INPUT", "a row in it is of an application that it lacks");
  }

  private async run<R>(statement: string, values: readonly Value[] = [], asValues = false): Promise<R[]> {
    try {
      const query = this.connection.unsafe(statement, [...values]);
      return (await (asValues ? query.values() : query)) as R[];
    } catch (error) {
      throw tableProblem(error);
    }
  }
}

const ARRAYS = {
  text: "text",
  "text?": "text",
  integer: "integer",
  long: "bigint",
  boolean: "boolean",
} as const;
const IDENTITY = ["cmid", "name", "fingerprint", "virtual", "address"];
const KNOWN = [
  ...[
    "cmid",
    "product",
    "status",
    "first_seen",
    "last_seen",
    "lease_expires",
    "ticket",
    "previous_ticket",
    "requests",
  ],
  "code",
];

/** Without waiting for the server: what is not committed is rolled back there. */
function leave({ pool }: Primary): void {
  pool.close({ timeout: 0 }).catch(() => {});
}

/** Integrity constraints (class 23) and values out of range (class 22) are the fault of what is written. */
function tableProblem(error: unknown): unknown {
  if (error instanceof SQL.PostgresError && /^2[23]/.test(error.errno ?? "")) {
    const why = error.errno?.startsWith("23") ? "is there twice" : "holds what no store can";
    return problem("BAD_INPUT", `a row in it ${why}`, { cause: error });
  }
  return databaseProblem(error);
}
