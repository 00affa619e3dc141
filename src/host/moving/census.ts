import { createHash, type Hash } from "node:crypto";
import { MINUTE } from "../../protocol/time.ts";
import type { CountedApplication } from "../counts.ts";
import { counts } from "../window.ts";
import { MACHINE, type Row, TABLE_NAMES, type Table } from "./tables.ts";

/** What a store holds, in figures that are the same wherever it is kept. */
export interface Census {
  /** The number of rows of each table, and the SHA-256 of their lines in order. */
  readonly tables: Readonly<Record<Table, { readonly rows: number; readonly sha256: string }>>;
  /** Distinct CMIDs inside the count window, by application, at the moment of the export. */
  readonly counts: Readonly<Record<string, number>>;
  /** Leases that had not ended at that moment. */
  readonly leased: number;
  /** The number of the last event that was ever written. */
  readonly lastEvent: number;
}

/** The moment that counts are taken at, and how long machines count for. */
export interface CountedAt {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly applications: readonly CountedApplication[];
}

/** Takes a census while rows go by, in order. */
export class CensusTaker {
  private readonly hashes = new Map<Table, { hash: Hash; rows: number }>();
  private readonly after: ReadonlyMap<string, number>;
  private readonly counts = new Map<string, number>();
  private readonly time: number;
  private leased = 0;

  constructor({ time, applications }: CountedAt) {
    this.time = time;
    this.after = new Map(applications.map(({ id, countWindow }) => [id, time - countWindow * MINUTE]));
    for (const { id } of applications) this.counts.set(id, 0);
  }

  /** Takes some rows of a table with the text of their lines. */
  add(table: Table, rows: readonly Row[], lines: string): void {
    const kept = this.hashes.get(table) ?? { hash: createHash("sha256"), rows: 0 };
    this.hashes.set(table, kept);
    kept.rows += rows.length;
    kept.hash.update(lines);
    if (table === "machine") for (const row of rows) this.count(row);
  }

  /** The census of all that went by. */
  end(lastEvent: number): Census {
    const figures = TABLE_NAMES.map((table) => {
      const { hash, rows } = this.hashes.get(table) ?? { hash: createHash("sha256"), rows: 0 };
      return [table, { rows, sha256: hash.digest("hex") }] as const;
    });
    return {
      tables: Object.fromEntries(figures) as Census["tables"],
      counts: Object.fromEntries(this.counts),
      leased: this.leased,
      lastEvent,
    };
  }

  private count(row: Row): void {
    const application = String(row[MACHINE.application]);
    const after = this.after.get(application);
    if (after !== undefined && counts(Number(row[MACHINE.lastSeen]), after)) {
      this.counts.set(application, (this.counts.get(application) ?? 0) + 1);
    }
    if (counts(Number(row[MACHINE.leaseExpires]), this.time)) this.leased++;
  }
}

/** The line of a row: the form that is written, and that checksums are taken of. */
export function lineOf(table: Table, row: Row): string {
  return `${JSON.stringify([table, ...row])}\n`;
}

/** What differs between two censuses, in words; empty when they are the same. */
export function differences(one: Census, other: Census): string[] {
  const found: string[] = [];
  for (const table of TABLE_NAMES) {
    const [left, right] = [one.tables[table], other.tables[table]];
    if (left.rows !== right.rows) found.push(`${table} has ${right.rows} rows, not ${left.rows}`);
    else if (left.sha256 !== right.sha256) found.push(`the rows of ${table} are others`);
  }
  for (const [application, count] of Object.entries(one.counts)) {
    const there = other.counts[application];
    if (there !== count) found.push(`the count of ${application} is ${there}, not ${count}`);
  }
  if (one.leased !== other.leased) found.push(`${other.leased} machines hold a lease, not ${one.leased}`);
  if (one.lastEvent !== other.lastEvent) found.push("events are numbered otherwise");
  return found;
}
