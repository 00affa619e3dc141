import { randomBytes } from "node:crypto";
import type { LoggedEvent } from "../../protocol/events.ts";
import type { LicenseStatus } from "../../protocol/license-state.ts";
import { DAY, MINUTE } from "../../protocol/time.ts";
import type { CountedApplication } from "../counts.ts";
import type { Arrival, Decision, EventDraft, Known } from "../decide.ts";
import { currentCount, type Machine } from "../machine.ts";
import type { ListedMachine, MachinePage, MachineQuery } from "../machine-list.ts";
import type {
  ApplicationFigures,
  EventFilter,
  EventLogFigures,
  MachineKey,
  SettingName,
  Store,
} from "../store.ts";
import type { Usage } from "../usage.ts";
import { type DecidedBatch, decideBatch, readAskers, writeBatch } from "./batch.ts";
import { PostgresDatabase, type Statement, type Transaction } from "./database.ts";
import { EventLog, readEvents, writeEvents } from "./events.ts";
import { CountJournal } from "./journal.ts";
import { readLocation } from "./location.ts";
import { listMachines } from "./machine-list.ts";
import {
  forget,
  forgetUnseen,
  listedMachine,
  type MachineParts,
  orderRearm,
  putNote,
  readMachine,
} from "./machines.ts";
import { MACHINE_COLUMNS, type MachineRow, toMachine } from "./rows.ts";

/** What a PostgreSQL store is opened with. */
export interface PostgresOptions {
  /** `postgres://user@server:5432/database`; it may hold a password, which nothing repeats. */
  readonly url: string;
  /** The host's machine name, written into events. */
  readonly machine: string;
}

const TICKET_SECRET = "ticket-secret";
const TABLES = [
  "state",
  "application",
  "machine",
  "identity",
  "count_change",
  "received",
  "event",
  "setting",
  "note",
  "rearm_order",
  "usage_day",
];

/**
 * The store of several hosts: one PostgreSQL database, in which they share one count, one ticket history, one event list
 * and one set of settings. All that write take turns (docs/adr/0013). Throws BAD_INPUT for an address that is none or a
 * database that cannot be used, ACCESS_DENIED, STORE_NEWER, STORE_UNAVAILABLE.
 */
export async function openPostgresStore({ url, machine }: PostgresOptions): Promise<Store> {
  const database = new PostgresDatabase(readLocation(url).href);
  try {
    await database.open();
    const eventLog = new EventLog(database, machine);
    await eventLog.open();
    return new PostgresStore({ database, journal: new CountJournal(database), host: machine }, eventLog);
  } catch (error) {
    await database.close();
    throw error;
  }
}

class PostgresStore implements Store {
  private readonly parts: MachineParts;
  private readonly database: PostgresDatabase;
  private readonly journal: CountJournal;
  private readonly host: string;
  private readonly eventLog: EventLog;
  private noted = { day: -1, leased: -1 };

  constructor(parts: MachineParts, eventLog: EventLog) {
    this.parts = parts;
    this.database = parts.database;
    this.journal = parts.journal;
    this.host = parts.host;
    this.eventLog = eventLog;
  }

  async register(application: CountedApplication): Promise<void> {
    await this.journal.register(application);
  }

  async commit(
    batch: readonly Arrival[],
    decide: (arrival: Arrival, known: Known) => Decision,
    now: number,
  ): Promise<Decision[]> {
    const reads: Statement[] = [...this.journal.reads(), readAskers(batch, this.journal)];
    let keep = () => {};
    const { decisions, tallies, leased } = await this.database.write(
      reads,
      async (transaction, [applications = [], changes = [], askers = []]) => {
        let decided: DecidedBatch | undefined;
        await this.journal.catchUp(transaction, [applications, changes], () => {
          decided = decideBatch(batch, askers as MachineRow[], decide, this.journal, now);
          writeBatch(batch, decided, this.journal, transaction);
        });
        if (decided === undefined) throw new Error("catchUp() decides, or throws");
        const events = decided.decisions.flatMap((decision) => decision.events);
        writeEvents(transaction, events, this.host, now);
        this.writeUsage(transaction, decided.leased, now);
        keep = this.journal.write(transaction, decided.settled);
        return decided;
      },
    );
    keep();
    this.journal.keepLargest(tallies);
    this.keepUsage(leased, now);
    return [...decisions];
  }

  async record(events: readonly EventDraft[], now: number): Promise<void> {
    await this.database.write([], (transaction) => writeEvents(transaction, events, this.host, now));
  }

  async figures(application: string, now: number): Promise<ApplicationFigures> {
    await this.journal.follow();
    const tally = this.journal.counts.tally(application, now);
    const byStatus: Record<LicenseStatus, number> = { 0: 0, 1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0 };
    let total = 0;
    let failed = 0;
    const received = await this.database.read<{ status: number; total: number; failed: number }>(
      "SELECT status, total::float8 AS total, failed::float8 AS failed FROM received WHERE application = $1",
      [this.journal.numberOf(application) ?? 0],
    );
    for (const row of received) {
      byStatus[row.status as LicenseStatus] = row.total;
      total += row.total;
      failed += row.failed;
    }
    return { application, ...tally, current: currentCount(tally), requests: { total, failed, byStatus } };
  }

  async leased(now: number): Promise<number> {
    await this.journal.follow();
    return this.journal.counts.leased(now);
  }

  async noteUsage(now: number): Promise<void> {
    const leased = await this.leased(now);
    await this.database.write([], (transaction) => this.writeUsage(transaction, leased, now));
    this.keepUsage(leased, now);
  }

  async usage(since: number, now: number): Promise<Usage> {
    const days = await this.database.read<{ day: number; leased: number }>(
      "SELECT day, leased FROM usage_day WHERE day >= $1 ORDER BY day",
      [Math.floor(since / DAY)],
    );
    const products = await this.database.read<{ product: string; machines: number; leased: number }>(
      `SELECT product, count(*) FILTER (WHERE last_seen >= $1)::integer AS machines,
         count(*) FILTER (WHERE lease_expires / ${MINUTE} >= $2)::integer AS leased
       FROM machine GROUP BY product ORDER BY product`,
      [since, Math.floor(now / MINUTE)],
    );
    // A machine has one CMID, however many applications it runs.
    const [distinct] = await this.database.read<{ machines: number }>(
      "SELECT count(DISTINCT cmid)::integer AS machines FROM machine WHERE last_seen >= $1",
      [since],
    );
    return {
      days: days.map(({ day, leased }) => ({ day: day * DAY, leased })),
      machines: distinct?.machines ?? 0,
      products: products.filter(({ machines, leased }) => machines + leased > 0),
    };
  }

  async machine(application: string, cmid: string): Promise<Machine | undefined> {
    const [row] = await this.database.read<MachineRow>(...readMachine({ application, cmid }));
    return row && toMachine(row);
  }

  async machines(limit: number): Promise<Machine[]> {
    const rows = await this.database.read<MachineRow>(
      `SELECT ${MACHINE_COLUMNS} FROM known_machine ORDER BY known_machine.last_seen DESC LIMIT $1`,
      [limit],
    );
    return rows.map(toMachine);
  }

  async events(filter: EventFilter): Promise<(LoggedEvent & { row: number })[]> {
    return readEvents(this.database, filter);
  }

  async listMachines(query: MachineQuery): Promise<MachinePage> {
    return listMachines(this.database, query);
  }

  async listedMachine(key: MachineKey): Promise<ListedMachine | undefined> {
    return listedMachine(this.database, key);
  }

  async noteMachine(key: MachineKey, note: string): Promise<boolean> {
    return putNote(this.database, key, note);
  }

  async orderRearm(
    key: MachineKey,
    isOrdered: boolean,
    tell: (machine: Machine) => readonly EventDraft[],
    now: number,
  ): Promise<boolean> {
    return orderRearm(this.parts, key, isOrdered, tell, now);
  }

  async rearmOrders(): Promise<readonly MachineKey[]> {
    return this.database.read<MachineKey>(
      "SELECT id AS application, cmid FROM rearm_order JOIN application ON number = application",
      [],
    );
  }

  async forget(
    key: MachineKey,
    tell: (machine: Machine) => readonly EventDraft[],
    now: number,
  ): Promise<Machine | undefined> {
    return forget(this.parts, key, tell, now);
  }

  async forgetUnseen(
    before: number,
    tell: (machines: number) => readonly EventDraft[],
    now: number,
  ): Promise<number> {
    return forgetUnseen(this.parts, before, tell, now);
  }

  async keepEventsWithin(bytes: number): Promise<EventLogFigures> {
    // Once a second, so that a host that nobody asks does not fall behind the others.
    await this.journal.follow();
    return this.eventLog.keepWithin(bytes);
  }

  async checkWritable(now: number): Promise<void> {
    await this.database.write([], ({ last }) => last("UPDATE state SET checked = $1", [now]));
  }

  async bytes(): Promise<number> {
    const sizes = TABLES.map((table) => `pg_total_relation_size('${table}')`).join(" + ");
    const [row] = await this.database.read<{ bytes: number }>(`SELECT (${sizes})::float8 AS bytes`, []);
    return row?.bytes ?? 0;
  }

  async setting(name: SettingName): Promise<string | undefined> {
    return this.readSetting(name);
  }

  async changeSetting(
    name: SettingName,
    value: string | undefined,
    tell: (before: string | undefined) => readonly EventDraft[],
    now: number,
  ): Promise<void> {
    const reads: Statement[] = [["SELECT value FROM setting WHERE name = $1", [name]]];
    await this.database.write(reads, (transaction, [rows = []]) => {
      const [before] = rows as { value: string }[];
      writeEvents(transaction, tell(before?.value), this.host, now);
      if (value === undefined) transaction.last("DELETE FROM setting WHERE name = $1", [name]);
      else {
        const put =
          "INSERT INTO setting VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        transaction.last(put, [name, value]);
      }
    });
  }

  async ticketSecret(): Promise<Uint8Array> {
    const secret = randomBytes(32).toString("base64url");
    await this.database.write([], ({ last }) =>
      last("INSERT INTO setting VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", [TICKET_SECRET, secret]),
    );
    return Buffer.from((await this.readSetting(TICKET_SECRET)) ?? "", "base64url");
  }

  async close(): Promise<void> {
    await this.database.close();
  }

  private async readSetting(name: string): Promise<string | undefined> {
    const [row] = await this.database.read<{ value: string }>("SELECT value FROM setting WHERE name = $1", [
      name,
    ]);
    return row?.value;
  }

  /** The most leases at once of each day; only what is more than this host knows of is written. */
  private writeUsage({ last }: Transaction, leased: number, now: number): void {
    const day = Math.floor(now / DAY);
    if (day === this.noted.day && leased <= this.noted.leased) return;
    last(
      `INSERT INTO usage_day VALUES ($1, $2)
       ON CONFLICT (day) DO UPDATE SET leased = greatest(usage_day.leased, excluded.leased)`,
      [day, leased],
    );
  }

  private keepUsage(leased: number, now: number): void {
    const day = Math.floor(now / DAY);
    if (day !== this.noted.day || leased > this.noted.leased) this.noted = { day, leased };
  }
}
