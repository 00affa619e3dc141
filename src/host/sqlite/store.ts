import { type Database, SQLiteError } from "bun:sqlite";
import { randomBytes } from "node:crypto";
import type { LoggedEvent } from "../../protocol/events.ts";
import type { LicenseStatus } from "../../protocol/license-state.ts";
import { problem } from "../../protocol/problems.ts";
import { databaseProblem } from "../../vendor/database-problem.ts";
import { BatchCounts, type CountedApplication, Counts } from "../counts.ts";
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
import { annotationOf, putNote, putRearmOrder, readRearmOrders } from "./annotations.ts";
import { addReceived, findMachine, settle } from "./batch.ts";
import { EventLog, readEvents } from "./event-log.ts";
import { forgetMachine, isUnseen, unseenMachines } from "./forget.ts";
import { listMachines } from "./machine-list.ts";
import { countRenewals } from "./renewals.ts";
import { toMachine } from "./rows.ts";
import { HOST_STORE } from "./schema.ts";
import { readSettingHistory, writeSettingChange } from "./setting-history.ts";
import { readHosts, writeHost } from "./sharing-hosts.ts";
import { EVENT_BLOCK, prepare } from "./statements.ts";
import { diskBytes, openStoreFile } from "./store-file.ts";
import { noteDay, readActivity, readUsage } from "./usage-log.ts";

/** What a SQLite store is opened with. */
export interface SqliteOptions {
  /** The file; it is made when it is not there. */
  readonly path: string;
  /** The host's machine name, written into events. */
  readonly machine: string;
  /** The largest the file may grow, in pages (1 KiB in a new file); unlimited when left out. */
  readonly maximumPages?: number | undefined;
  /** False does not wait for the disk, for simulations: a power cut may cost such a store its last batches. */
  readonly durable?: boolean | undefined;
}

const TICKET_SECRET = "ticket-secret";

/**
 * The store of a single host: one SQLite file in WAL mode, flushed to disk at each commit (`synchronous=FULL`).
 * Counts are kept in memory and changed only after the commit they belong to. Throws BAD_INPUT when the file is
 * damaged or no store, STORE_NEWER when a later Muster wrote it; neither is changed.
 */
export function openSqliteStore({ path, machine, maximumPages, durable }: SqliteOptions): Store {
  const database = openStoreFile(path);
  if (durable === false) database.run("PRAGMA synchronous = OFF");
  if (maximumPages !== undefined) database.run(`PRAGMA max_page_count = ${maximumPages}`);
  try {
    return new SqliteStore(database, machine);
  } catch (error) {
    database.close();
    throw databaseProblem(error, path, HOST_STORE);
  }
}

class SqliteStore implements Store {
  private readonly counts = new Counts();
  readonly numbers = new Map<string, number>();
  private readonly database: Database;
  private readonly host: string;
  readonly sql: ReturnType<typeof prepare>;
  private readonly eventLog: EventLog;
  /** Made once: making one costs as much as several statements. */
  private readonly transaction: (work: () => unknown) => unknown;

  constructor(database: Database, host: string) {
    this.database = database;
    this.host = host;
    this.sql = prepare(database);
    this.eventLog = new EventLog(database);
    this.transaction = database.transaction((work: () => unknown) => work()).immediate;
    for (const { minute, machines } of this.sql.leasesByMinute.all()) this.counts.addLeases(minute, machines);
  }

  async register(application: CountedApplication): Promise<void> {
    this.read(() => this.addApplication(application));
  }

  private addApplication(application: CountedApplication): void {
    this.write(() => this.sql.addApplication.run(application.id));
    const row = this.sql.application.get(application.id);
    if (!row) throw problem("DEFECT", "An application that was stored is not in the store.");
    const isKnown = this.numbers.has(application.id);
    this.numbers.set(application.id, row.number);
    this.counts.register(application, row.largest_required);
    if (isKnown) return;
    for (const { minute, machines } of this.sql.seenByMinute.all(row.number)) {
      this.counts.addSeen(application.id, minute, machines);
    }
  }

  async commit(
    batch: readonly Arrival[],
    decide: (arrival: Arrival, known: Known) => Decision,
    now: number,
  ): Promise<Decision[]> {
    const counts = new BatchCounts(this.counts, now);
    const decisions = this.write(() => {
      const settled = batch.map((arrival) => settle(this, arrival, decide, counts));
      this.addEvents(
        settled.flatMap(({ events }) => events),
        now,
      );
      addReceived(this, batch, settled);
      const failed = settled.reduce((sum, { kind }) => sum + Number(kind === "refusal"), 0);
      noteDay(this.database, counts.leased, now, { received: batch.length, failed });
      return settled;
    });
    counts.keep();
    return decisions;
  }

  async record(events: readonly EventDraft[], now: number): Promise<void> {
    this.write(() => this.addEvents(events, now));
  }

  async figures(application: string, now: number): Promise<ApplicationFigures> {
    const tally = this.counts.tally(application, now);
    const byStatus: Record<LicenseStatus, number> = { 0: 0, 1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0 };
    let total = 0;
    let failed = 0;
    for (const row of this.read(() => this.sql.received.all(this.numbers.get(application) ?? 0))) {
      byStatus[row.status as LicenseStatus] = row.total;
      total += row.total;
      failed += row.failed;
    }
    const current = currentCount(tally);
    return { application, ...tally, current, requests: { total, failed, byStatus } };
  }

  async leased(now: number): Promise<number> {
    return this.counts.leased(now);
  }

  async noteUsage(now: number): Promise<void> {
    this.write(() => noteDay(this.database, this.counts.leased(now), now));
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
    this.write(() => writeHost(this.database, host));
  }

  async hosts(): Promise<readonly HostNote[]> {
    return readHosts(this.database);
  }

  async machine(application: string, cmid: string): Promise<Machine | undefined> {
    return this.find({ application, cmid });
  }

  async machines(limit: number): Promise<Machine[]> {
    return this.sql.machines.all(limit).map((row) => toMachine(row, row.application_id));
  }

  async events(filter: EventFilter): Promise<(LoggedEvent & { row: number })[]> {
    return readEvents(this.database, filter);
  }

  async listMachines(query: MachineQuery): Promise<MachinePage> {
    return listMachines(this.database, query);
  }

  async listedMachine(key: MachineKey): Promise<ListedMachine | undefined> {
    const machine = this.find(key);
    return machine && { ...machine, ...annotationOf(this.database, key) };
  }

  async noteMachine(
    key: MachineKey,
    note: string,
    tell: (machine: Machine) => readonly EventDraft[],
    now: number,
  ): Promise<boolean> {
    return this.write(() => {
      const machine = this.find(key);
      if (machine && putNote(this.database, key, note)) this.addEvents(tell(machine), now);
      return machine !== undefined;
    });
  }

  async orderRearm(
    key: MachineKey,
    isOrdered: boolean,
    tell: (machine: Machine) => readonly EventDraft[],
    now: number,
  ): Promise<boolean> {
    return this.write(() => {
      const machine = this.find(key);
      if (putRearmOrder(this.database, key, isOrdered) && machine) this.addEvents(tell(machine), now);
      return machine !== undefined;
    });
  }

  async rearmOrders(): Promise<readonly MachineKey[]> {
    return readRearmOrders(this.database);
  }

  async forget(
    key: MachineKey,
    tell: (machine: Machine) => readonly EventDraft[],
    now: number,
  ): Promise<Machine | undefined> {
    const machine = this.write(() => {
      const forgotten = forgetMachine(this.database, key);
      if (forgotten) this.addEvents(tell(forgotten), now);
      return forgotten;
    });
    if (machine) this.counts.forget(machine);
    return machine;
  }

  async forgetUnseen(
    before: number,
    tell: (machines: number) => readonly EventDraft[],
    now: number,
  ): Promise<number> {
    let total = 0;
    for await (const keys of unseenMachines(this.database, before, now)) {
      const machines = this.write(() => {
        const unseen = keys.filter((key) => isUnseen(this.find(key), before, now));
        const forgotten = unseen.flatMap((key) => forgetMachine(this.database, key) ?? []);
        if (forgotten.length > 0) this.addEvents(tell(forgotten.length), now);
        return forgotten;
      });
      for (const machine of machines) this.counts.forget(machine);
      total += machines.length;
    }
    return total;
  }

  async keepEventsWithin(bytes: number): Promise<EventLogFigures> {
    return this.eventLog.keepWithin(bytes);
  }

  async checkWritable(now: number): Promise<void> {
    this.write(() => this.sql.putWritten.run(now));
  }

  async bytes(): Promise<number> {
    return diskBytes(this.database.filename);
  }

  async setting(name: SettingName): Promise<string | undefined> {
    return this.sql.setting.get(name)?.value;
  }

  async changeSetting(
    name: SettingName,
    value: string | undefined,
    tell: (before: string | undefined) => readonly EventDraft[],
    now: number,
    by = "",
  ): Promise<void> {
    this.write(() => {
      const before = this.sql.setting.get(name)?.value;
      const events = tell(before);
      if (before !== value) writeSettingChange(this.database, { name, before, time: now, by });
      if (value === undefined) this.sql.dropSetting.run(name);
      else this.sql.putSetting.run(name, value);
      this.addEvents(events, now);
    });
  }

  async settingHistory(): Promise<readonly SettingHistory[]> {
    return readSettingHistory(this.database);
  }

  async ticketSecret(): Promise<Uint8Array> {
    this.write(() => this.sql.keepSetting.run(TICKET_SECRET, randomBytes(32).toString("base64url")));
    return Buffer.from(this.sql.setting.get(TICKET_SECRET)?.value ?? "", "base64url");
  }

  async close(): Promise<void> {
    this.database.close();
  }

  private find({ application, cmid }: MachineKey): Machine | undefined {
    return findMachine(this, application, cmid);
  }

  private addEvents(events: readonly EventDraft[], now: number): void {
    for (let at = 0; at < events.length; ) {
      const isBlock = events.length - at >= EVENT_BLOCK;
      const some = events.slice(at, at + (isBlock ? EVENT_BLOCK : 1));
      const values = some.flatMap(({ id, cmid, info }) => [now, id, cmid ?? null, this.host, info]);
      const { lastInsertRowid } = (isBlock ? this.sql.addEventBlock : this.sql.addEvent).run(...values);
      this.eventLog.wrote(some, Number(lastInsertRowid), this.host);
      at += some.length;
    }
  }

  /** Says of a file that cannot be read what a person can do. */
  private read<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw databaseProblem(error, this.database.filename, HOST_STORE);
    }
  }

  private write<T>(work: () => T): T {
    try {
      const result = this.transaction(work) as T;
      this.eventLog.settle(true);
      return result;
    } catch (error) {
      this.eventLog.settle(false);
      if (!(error instanceof SQLiteError)) throw error;
      throw problem(
        "STORE_UNAVAILABLE",
        `The host cannot write to its store (${error.message}); ask again later.`,
        {
          retryAfter: 30,
          cause: error,
        },
      );
    }
  }
}
