import type { Database } from "bun:sqlite";
import { type AskerRow, MACHINE_COLUMNS, type MachineRow } from "./rows.ts";

/** A row of the table `application`. */
export interface ApplicationRow {
  readonly number: number;
  readonly id: string;
  readonly largest_required: number;
}

type PutIdentity = [
  application: number,
  cmid: string,
  name: string,
  fingerprint: string,
  virtual: number,
  address: string,
];

type PutMachine = [
  application: number,
  cmid: string,
  identity: number,
  product: string,
  status: number,
  firstSeen: number,
  lastSeen: number,
  leaseExpires: number,
  ticket: number,
  previousTicket: number,
  requests: number,
  code: string,
];

type Renew = [
  product: string,
  status: number,
  lastSeen: number,
  leaseExpires: number,
  ticket: number,
  previousTicket: number,
  requests: number,
  code: string,
  application: number,
  cmid: string,
];

/** How many events are written by one statement where there are so many: it costs a third of as many statements. */
export const EVENT_BLOCK = 16;

/** Every statement of the store, prepared once. */
export function prepare(database: Database) {
  const addEvents = (rows: number) =>
    database.query<null, (number | string | null)[]>(
      `INSERT INTO event (time, id, cmid, machine, info) VALUES ${Array(rows).fill("(?, ?, ?, ?, ?)").join(", ")}`,
    );
  return {
    addApplication: database.query<null, [string]>(
      "INSERT INTO application (id, largest_required) VALUES (?, 0) ON CONFLICT (id) DO NOTHING",
    ),
    application: database.query<ApplicationRow, [string]>(
      "SELECT number, id, largest_required FROM application WHERE id = ?",
    ),
    setLargestRequired: database.query<null, [number, number]>(
      "UPDATE application SET largest_required = ? WHERE number = ?",
    ),
    asker: database.query<AskerRow, [number, string]>(
      `SELECT identity, product, status, first_seen, last_seen, lease_expires, ticket, previous_ticket, requests, code
       FROM machine WHERE application = ? AND cmid = ?`,
    ),
    machine: database.query<MachineRow, [number, string]>(
      `SELECT ${MACHINE_COLUMNS} FROM known_machine WHERE application = ? AND cmid = ?`,
    ),
    machines: database.query<MachineRow & { application_id: string }, [number]>(
      `SELECT application.id AS application_id, ${MACHINE_COLUMNS} FROM known_machine
       JOIN application ON application.number = application ORDER BY last_seen DESC LIMIT ?`,
    ),
    putIdentity: database.query<null, PutIdentity>(
      "INSERT OR REPLACE INTO identity (application, cmid, name, fingerprint, virtual, address) VALUES (?, ?, ?, ?, ?, ?)",
    ),
    putMachine: database.query<null, PutMachine>(
      `INSERT OR REPLACE INTO machine (application, cmid, identity, product, status, first_seen, last_seen, lease_expires,
         ticket, previous_ticket, requests, code) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    renew: database.query<null, Renew>(
      `UPDATE machine SET product = ?, status = ?, last_seen = ?, lease_expires = ?, ticket = ?, previous_ticket = ?, requests = ?, code = ?
       WHERE application = ? AND cmid = ?`,
    ),
    seenByMinute: database.query<{ minute: number; machines: number }, [number]>(
      "SELECT last_seen / 60000 AS minute, count(*) AS machines FROM machine WHERE application = ? GROUP BY 1",
    ),
    leasesByMinute: database.query<{ minute: number; machines: number }, []>(
      "SELECT lease_expires / 60000 AS minute, count(*) AS machines FROM machine WHERE lease_expires > 0 GROUP BY 1",
    ),
    addReceived: database.query<null, [number, number, number, number]>(
      `INSERT INTO received (application, status, total, failed) VALUES (?, ?, ?, ?)
       ON CONFLICT (application, status) DO UPDATE SET total = total + excluded.total, failed = failed + excluded.failed`,
    ),
    received: database.query<{ status: number; total: number; failed: number }, [number]>(
      "SELECT status, total, failed FROM received WHERE application = ?",
    ),
    addEvent: addEvents(1),
    addEventBlock: addEvents(EVENT_BLOCK),
    setting: database.query<{ value: string }, [string]>("SELECT value FROM setting WHERE name = ?"),
    putSetting: database.query<null, [string, string]>(
      "INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)",
    ),
    keepSetting: database.query<null, [string, string]>(
      "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
    ),
    putWritten: database.query<null, [number]>("INSERT OR REPLACE INTO written (number, time) VALUES (1, ?)"),
    dropSetting: database.query<null, [string]>("DELETE FROM setting WHERE name = ?"),
  };
}
