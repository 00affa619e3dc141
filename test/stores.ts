import { Database } from "bun:sqlite";
import { join } from "node:path";
import { SQL } from "bun";
import type { Machine } from "../src/host/machine.ts";
import { openPostgresStore } from "../src/host/postgres/store.ts";
import { openSqliteStore } from "../src/host/sqlite/store.ts";
import type { Store } from "../src/host/store.ts";
import { makeFolder } from "./folders.ts";
import { insertMachines } from "./machines.ts";
import { makeDatabase } from "./postgres.ts";

/** A place where a store is: it can be opened again, and by several at once. */
export interface StorePlace {
  open(machine?: string): Promise<Store>;
  /** Writes machines past the store; their applications must be registered, and no store must be open. */
  insert(machines: readonly Machine[]): Promise<void>;
  /** Counts and measures past the store what is in its event log. */
  measureEvents(): Promise<EventMeasure>;
}

type EventMeasure = { events: number; bytes: number };

const MEASURE = (perRow: string) =>
  `SELECT count(*) AS events, coalesce(sum(octet_length(info) + octet_length(machine) + ${perRow}), 0) AS bytes FROM event`;

/** Every kind of store, for tests that hold for all of them. */
export const STORES: readonly (readonly [kind: string, makePlace: () => Promise<StorePlace>])[] = [
  ["SQLite", sqlitePlace],
  ["PostgreSQL", postgresPlace],
];

async function sqlitePlace(): Promise<StorePlace> {
  const path = join(makeFolder(), "host.sqlite");
  return {
    open: async (machine = "kms01") => openSqliteStore({ path, machine }),
    insert: async (machines) => insertMachines(path, machines),
    async measureEvents() {
      using database = new Database(path, { readonly: true });
      return database.query<EventMeasure, []>(MEASURE("32")).get() as EventMeasure;
    },
  };
}

async function postgresPlace(): Promise<StorePlace> {
  const url = await makeDatabase();
  return {
    open: (machine = "kms01") => openPostgresStore({ url, machine }),
    insert: (machines) => insertRows(url, machines),
    async measureEvents() {
      await using sql = new SQL(url, { max: 1 });
      const rows = await sql.unsafe<EventMeasure[]>(MEASURE("coalesce(octet_length(cmid), 0) + 72"));
      const [{ events, bytes } = { events: 0, bytes: 0 }] = rows;
      return { events: Number(events), bytes: Number(bytes) };
    },
  };
}

async function insertRows(url: string, machines: readonly Machine[]): Promise<void> {
  await using sql = new SQL(url, { max: 1 });
  const rows = JSON.stringify(machines);
  const from =
    "FROM json_populate_recordset(NULL::drafted, $1::text::json) AS d JOIN application a ON a.id = d.application";
  await sql.unsafe(
    `CREATE TEMPORARY TABLE drafted (application text, cmid text, product text, name text, fingerprint text, virtual boolean,
       address text, status integer, "firstSeen" bigint, "lastSeen" bigint, "leaseExpires" bigint, ticket bigint,
       "previousTicket" bigint, requests bigint, code text)`,
  );
  await sql.unsafe(
    `INSERT INTO machine SELECT a.number, cmid, product, status, "firstSeen", "lastSeen", "leaseExpires", ticket,
       "previousTicket", requests, code ${from}`,
    [rows],
  );
  await sql.unsafe(
    `INSERT INTO identity SELECT a.number, cmid, name, fingerprint, virtual, address ${from}`,
    [rows],
  );
}
