import { Database, SQLiteError } from "bun:sqlite";
import { randomBytes } from "node:crypto";
import { chmodSync, closeSync, openSync } from "node:fs";
import type { LoggedEvent } from "../../protocol/events.ts";
import type { LicenseStatus } from "../../protocol/license-state.ts";
import { problem } from "../../protocol/problems.ts";
import { BatchCounts, type CountedApplication, Counts } from "../counts.ts";
import type { Arrival, Decision, EventDraft, Known } from "../decide.ts";
import { currentCount, type Machine } from "../machine.ts";
import type { ApplicationFigures, EventFilter, SettingName, Store } from "../store.ts";
import { toEvent, toMachine } from "./rows.ts";
import { migrate } from "./schema.ts";
import { prepare } from "./statements.ts";

/** What a SQLite store is opened with. */
export interface SqliteOptions {
  /** The file; it is made when it is not there. */
  readonly path: string;
  /** The host's machine name, written into events. */
  readonly machine: string;
  /** The largest the file may grow, in pages of 4 KiB; unlimited when left out. */
  readonly maximumPages?: number | undefined;
}

const TICKET_SECRET = "ticket-secret";
const MANY_EVENTS = 1_000_000_000;

/**
 * The store of a single host: one SQLite file in WAL mode, flushed to disk at each commit (`synchronous=FULL`).
 * Counts are kept in memory and changed only after the commit they belong to. Throws BAD_INPUT when the file is
 * damaged or no store, STORE_NEWER when a later Muster wrote it; neither is changed.
 */
export function openSqliteStore({ path, machine, maximumPages }: SqliteOptions): Store {
  const database = openDatabase(path);
  if (maximumPages !== undefined) database.run(`PRAGMA max_page_count = ${maximumPages}`);
  return new SqliteStore(database, machine);
}

class SqliteStore implements Store {
  private readonly counts = new Counts();
  private readonly numbers = new Map<string, number>();
  private readonly database: Database;
  private readonly host: string;
  private readonly sql: ReturnType<typeof prepare>;

  constructor(database: Database, host: string) {
    this.database = database;
    this.host = host;
    this.sql = prepare(database);
    for (const { minute, machines } of this.sql.leasesByMinute.all()) this.counts.addLeases(minute, machines);
  }

  register(application: CountedApplication): void {
    this.sql.addApplication.run(application.id);
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
      const settled = batch.map((arrival) => this.settle(arrival, decide, counts, now));
      this.addReceived(batch, settled);
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
    for (const row of this.sql.received.all(this.numbers.get(application) ?? 0)) {
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

  async machine(application: string, cmid: string): Promise<Machine | undefined> {
    return this.find(application, cmid);
  }

  async machines(limit: number): Promise<Machine[]> {
    return this.sql.machines.all(limit).map((row) => toMachine(row, row.application_id));
  }

  async events({
    id,
    cmid,
    since,
    afterRow,
    limit,
  }: EventFilter): Promise<(LoggedEvent & { row: number })[]> {
    const rows = this.sql.events.all(
      afterRow ?? 0,
      since ?? 0,
      id ?? null,
      cmid ?? null,
      limit ?? MANY_EVENTS,
    );
    return rows.flatMap(toEvent);
  }

  async setting(name: SettingName): Promise<string | undefined> {
    return this.sql.setting.get(name)?.value;
  }

  async changeSetting(
    name: SettingName,
    value: string | undefined,
    tell: (before: string | undefined) => readonly EventDraft[],
    now: number,
  ): Promise<void> {
    this.write(() => {
      const events = tell(this.sql.setting.get(name)?.value);
      if (value === undefined) this.sql.dropSetting.run(name);
      else this.sql.putSetting.run(name, value);
      this.addEvents(events, now);
    });
  }

  async ticketSecret(): Promise<Uint8Array> {
    this.write(() => this.sql.keepSetting.run(TICKET_SECRET, randomBytes(32).toString("base64url")));
    return Buffer.from(this.sql.setting.get(TICKET_SECRET)?.value ?? "", "base64url");
  }

  async close(): Promise<void> {
    this.database.close();
  }

  private settle(
    arrival: Arrival,
    decide: (arrival: Arrival, known: Known) => Decision,
    counts: BatchCounts,
    now: number,
  ): Decision {
    const { application, cmid } = arrival.request;
    const machine = this.find(application, cmid);
    const tally = counts.tally(application);
    const decision = decide(arrival, { machine, tally, leased: counts.leased });
    this.addEvents(decision.events, now);
    const number = this.numbers.get(application);
    if (number === undefined) return decision;
    if (decision.kind === "admission" && decision.machine) {
      this.put(number, decision.machine);
      if (decision.tally.largestRequired > tally.largestRequired) {
        this.sql.setLargestRequired.run(decision.tally.largestRequired, number);
      }
      counts.admit(machine, decision.machine, decision.tally);
    }
    return decision;
  }

  /** One write for each status of an application, however many requests of it the batch has. */
  private addReceived(batch: readonly Arrival[], decisions: readonly Decision[]): void {
    const sums = new Map<string, { number: number; status: number; total: number; failed: number }>();
    for (const [at, { request }] of batch.entries()) {
      const number = this.numbers.get(request.application);
      if (number === undefined) continue;
      const key = `${number} ${request.status}`;
      const sum = sums.get(key) ?? { number, status: request.status, total: 0, failed: 0 };
      sum.total++;
      if (decisions[at]?.kind === "refusal") sum.failed++;
      sums.set(key, sum);
    }
    for (const { number, status, total, failed } of sums.values()) {
      this.sql.addReceived.run(number, status, total, failed);
    }
  }

  private find(application: string, cmid: string): Machine | undefined {
    const number = this.numbers.get(application);
    const row = number === undefined ? null : this.sql.machine.get(number, cmid);
    return row ? toMachine(row, application) : undefined;
  }

  private put(application: number, machine: Machine): void {
    const { cmid, product, name, fingerprint, virtual, address, status } = machine;
    const { firstSeen, lastSeen, leaseExpires, ticket, previousTicket, requests, code } = machine;
    this.sql.putMachine.run(
      application,
      cmid,
      product,
      name,
      fingerprint,
      virtual ? 1 : 0,
      address,
      status,
      firstSeen,
      lastSeen,
      leaseExpires,
      ticket,
      previousTicket,
      requests,
      code,
    );
  }

  private addEvents(events: readonly EventDraft[], now: number): void {
    for (const { id, cmid, info } of events) this.sql.addEvent.run(now, id, cmid ?? null, this.host, info);
  }

  private write<T>(work: () => T): T {
    try {
      return this.database.transaction(work).immediate();
    } catch (error) {
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

function openDatabase(path: string): Database {
  try {
    // Made before SQLite opens it, so that it is never readable by others, not even for a moment.
    closeSync(openSync(path, "a", 0o600));
    const database = new Database(path, { create: true, strict: true });
    database.run("PRAGMA busy_timeout = 5000");
    database.run("PRAGMA journal_mode = WAL");
    database.run("PRAGMA synchronous = FULL");
    // 16 MB of log between checkpoints: pages that many batches write are copied to the file once, not each time.
    database.run("PRAGMA wal_autocheckpoint = 4000");
    migrate(database);
    chmodSync(path, 0o600);
    return database;
  } catch (error) {
    if (!(error instanceof SQLiteError)) throw error;
    throw problem(
      "BAD_INPUT",
      `The store ${path} cannot be opened (${error.message}); restore it from a backup.`,
      {
        cause: error,
      },
    );
  }
}
