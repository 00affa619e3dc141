import { MINUTE } from "../protocol/time.ts";
import type { Machine, Tally } from "./machine.ts";
import { counts, MovingCount } from "./window.ts";

/** What is counted together, and for how many minutes a CMID counts. */
export interface CountedApplication {
  readonly id: string;
  readonly countWindow: number;
}

interface Pool {
  readonly countWindow: number;
  readonly seen: MovingCount;
  largestRequired: number;
}

const EMPTY: Tally = { unique: 0, largestRequired: 0, countedAfter: 0 };

/** The figures that every decision needs, kept in memory beside the table of machines they are made from. */
export class Counts {
  private readonly pools = new Map<string, Pool>();
  private readonly leases = new MovingCount();

  /** Starts an application, or gives the one there is its present window. */
  register({ id, countWindow }: CountedApplication, largestRequired: number): void {
    const seen = this.pools.get(id)?.seen ?? new MovingCount();
    this.pools.set(id, { countWindow, seen, largestRequired });
  }

  /** Fills in machines that were stored before: how many were last seen in a minute since the epoch. */
  addSeen(application: string, minute: number, machines: number): void {
    this.pools.get(application)?.seen.add(minute, machines);
  }

  /** Fills in leases that were stored before: how many end in a minute since the epoch. */
  addLeases(minute: number, machines: number): void {
    this.leases.add(minute, machines);
  }

  tally(application: string, now: number): Tally {
    const pool = this.pools.get(application);
    if (!pool) return EMPTY;
    const countedAfter = now - pool.countWindow * MINUTE;
    return { unique: pool.seen.after(countedAfter), largestRequired: pool.largestRequired, countedAfter };
  }

  leased(now: number): number {
    return this.leases.after(now);
  }

  /** Takes a machine out that is no longer stored. */
  forget({ application, lastSeen, leaseExpires }: Machine): void {
    this.pools.get(application)?.seen.move(lastSeen, undefined);
    this.leases.move(leaseExpires, undefined);
  }

  /** Takes over what a committed batch changed. */
  keep(changes: readonly Change[]): void {
    for (const { before, after, tally } of changes) {
      const pool = this.pools.get(after.application);
      if (!pool) continue;
      pool.seen.move(before?.lastSeen, after.lastSeen);
      pool.largestRequired = tally.largestRequired;
      this.leases.move(before?.leaseExpires, after.leaseExpires);
    }
  }
}

interface Change {
  readonly before: Machine | undefined;
  readonly after: Machine;
  readonly tally: Tally;
}

/** The counts as one batch sees them while it is decided; dropped with the batch when it cannot be committed. */
export class BatchCounts {
  private readonly tallies = new Map<string, Tally>();
  private readonly changes: Change[] = [];
  private leases: number;
  private readonly counts: Counts;
  private readonly now: number;

  constructor(counts: Counts, now: number) {
    this.counts = counts;
    this.now = now;
    this.leases = counts.leased(now);
  }

  get leased(): number {
    return this.leases;
  }

  tally(application: string): Tally {
    return this.tallies.get(application) ?? this.counts.tally(application, this.now);
  }

  admit(before: Machine | undefined, after: Machine, tally: Tally): void {
    this.tallies.set(after.application, tally);
    this.leases +=
      Number(counts(after.leaseExpires, this.now)) - Number(counts(before?.leaseExpires ?? 0, this.now));
    this.changes.push({ before, after, tally });
  }

  /** Makes the batch's changes those of the store; call it once the batch is on disk. */
  keep(): void {
    this.counts.keep(this.changes);
  }
}
