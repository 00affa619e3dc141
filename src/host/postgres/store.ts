import { randomBytes } from "node:crypto";
import type { LoggedEvent } from "../../protocol/events.ts";
import type { LicenseStatus } from "../../protocol/license-state.ts";
import type { CountedApplication } from "../counts.ts";
import type { Arrival, Decision, EventDraft, Known } from "../decide.ts";
import { currentCount, type Machine } from "../machine.ts";
import type { ListedMachine, MachinePage, MachineQuery } from "../machine-list.ts";
import type { RenewalFigures, RenewalIntervals } from "../renewal-times.ts";
import type { HostNote } from "../sharing-hosts.ts";
import type {
  ApplicationFigures,
  EventFilter,
  EventLogFigures,
  MachineKey,
  SettingHistory,
  SettingName,
  Store,
} from "../store.ts";
import type { DayActivity, Usage } from "../usage.ts";
import { type DecidedBatch, decideBatch, readAskers, writeBatch } from "./batch.ts";
import { PostgresDatabase, type Statement } from "./database.ts";
import { EventLog, readEvents, writeEvents } from "./events.ts";
import { CountJournal } from "./journal.ts";
import { checkFiles, readLocation } from "./location.ts";
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
import { countRenewals } from "./renewals.ts";
import { MACHINE_COLUMNS, type MachineRow, toMachine } from "./rows.ts";
import { readSettingHistory, writeSettingChange } from "./setting-history.ts";
import { readHosts, writeHost } from "./sharing-hosts.ts";
import { noteDay, readActivity, readUsage } from "./usage-log.ts";

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
  "host",
  "setting_change",
  "writer",
];

/**
 * The store of several hosts: one PostgreSQL database, in which they share one count, one ticket history, one event list
 * and one set of settings. All that write take turns (docs/adr/0013). Throws BAD_INPUT for an address that is none or a
 * database that cannot be used, ACCESS_DENIED, STORE_NEWER, STORE_UNAVAILABLE.
 */
export async function openPostgresStore({ url, machine }: PostgresOptions): Promise<Store> {
  const addresses = readLocation(url);
  checkFiles(addresses);
  const database = new PostgresDatabase(addresses);
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
    const { decisions, tallies } = await this.database.write(
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
        noteDay(transaction, decided.leased, now, decided.decisions);
        keep = this.journal.write(transaction, decided.settled);
        return decided;
      },
    );
    keep();
    this.journal.keepLargest(tallies);
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
    await this.database.write([], (transaction) => noteDay(transaction, leased, now, []));
  }

  async usage(since: number, now: number): Promise<Usage> {
    return readUsage(this.database, since, now);
  }

  async activity(since: number): Promise<readonly DayActivity[]> {
    return readActivity(this.database, since);
  }

  async renewals(intervals: RenewalIntervals, now: number): Promise<RenewalFigures> {
    return countRenewals(this.database, intervals, now);
  }

  async noteHost(host: HostNote): Promise<void> {
    await this.database.write([], (transaction) => writeHost(transaction, host));
  }

  async hosts(): Promise<readonly HostNote[]> {
    return readHosts(this.database);
  }

  async machine(application: string, cmid: string): Promise<Machine | undefined> {
    const [row] = await this.database.read<MachineRow>(...readMachine({ application, cmid }));
    return row && toMachine(row);
  }

  async machines(limit: number): Promise<Machine[]> {
    // Their keys first: to join all machines before most of them are dropped costs more than all else.
    const rows = await this.database.read<MachineRow>(
      `SELECT ${MACHINE_COLUMNS} FROM known_machine WHERE (application, cmid) IN
         (SELECT application, cmid FROM machine ORDER BY last_seen DESC LIMIT $1)
       ORDER BY known_machine.last_seen DESC`,
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

  async noteMachine(
    key: MachineKey,
    note: string,
    tell: (machine: Machine) => readonly EventDraft[],
    now: number,
  ): Promise<boolean> {
    return putNote(this.parts, key, note, tell, now);
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
    by = "",
  ): Promise<void> {
    const reads: Statement[] = [["SELECT value FROM setting WHERE name = $1", [name]]];
    await this.database.write(reads, (transaction, [rows = []]) => {
      const [before] = rows as { value: string }[];
      writeEvents(transaction, tell(before?.value), this.host, now);
      if (before?.value !== value)
        writeSettingChange(transaction, { name, before: before?.value, time: now, by });
      if (value === undefined) transaction.last("DELETE FROM setting WHERE name = $1", [name]);
      else {
        const put =
          "INSERT INTO setting VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        transaction.last(put, [name, value]);
      }
    });
  }

  async settingHistory(): Promise<readonly SettingHistory[]> {
    return readSettingHistory(this.database);
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
}
