import type { LoggedEvent } from "../protocol/events.ts";
import type { LicenseStatus } from "../protocol/license-state.ts";
import type { CountedApplication } from "./counts.ts";
import type { Arrival, Decision, EventDraft, Known } from "./decide.ts";
import type { Machine } from "./machine.ts";

/** Requests received since the store was made, as `/dlv` prints them. */
export interface Cumulative {
  readonly total: number;
  readonly failed: number;
  readonly byStatus: Readonly<Record<LicenseStatus, number>>;
}

/** The figures of one application. */
export interface ApplicationFigures {
  readonly application: string;
  /** Distinct CMIDs inside the count window, not capped. */
  readonly unique: number;
  /** The same, capped at 2 × the largest required count seen. */
  readonly current: number;
  readonly largestRequired: number;
  readonly requests: Cumulative;
}

/** What a host's settings hold; each has its default in settings.ts. */
export type SettingName =
  | "activation-interval"
  | "renewal-interval"
  | "port"
  | "dns-publishing"
  | "priority"
  | "duplicates";

/** Narrows a listing of events. */
export interface EventFilter {
  readonly id?: number;
  readonly cmid?: string;
  /** Milliseconds since the epoch. */
  readonly since?: number;
  /** Only events after this row, for following. */
  readonly afterRow?: number;
  readonly limit?: number;
}

/**
 * Where a host remembers machines, events and settings. The promise that no acknowledged activation is lost is kept
 * here: when `commit` resolves, the batch is on disk, whole. It is not the place for keys and licences; those are
 * files of the host's folder.
 */
export interface Store {
  /** Makes an application known, or changes its window; requests for others are refused before they get here. */
  register(application: CountedApplication): void;
  /**
   * Decides a batch in one transaction: `decide` is called for each arrival in order, with what the store knows at
   * that moment, earlier arrivals of the batch included. Rejects with STORE_UNAVAILABLE when nothing was written.
   */
  commit(
    batch: readonly Arrival[],
    decide: (arrival: Arrival, known: Known) => Decision,
    now: number,
  ): Promise<Decision[]>;
  /** Writes events that belong to no request. */
  record(events: readonly EventDraft[], now: number): Promise<void>;
  figures(application: string, now: number): Promise<ApplicationFigures>;
  /** How many machines hold a lease that has not ended. */
  leased(now: number): Promise<number>;
  machine(application: string, cmid: string): Promise<Machine | undefined>;
  machines(limit: number): Promise<Machine[]>;
  events(filter: EventFilter): Promise<(LoggedEvent & { readonly row: number })[]>;
  setting(name: SettingName): Promise<string | undefined>;
  /**
   * Changes a setting (undefined is its default) and writes the events that `tell` makes of the value it had, in one
   * transaction; settings-change.ts is the way to call it.
   */
  changeSetting(
    name: SettingName,
    value: string | undefined,
    tell: (before: string | undefined) => readonly EventDraft[],
    now: number,
  ): Promise<void>;
  /** The 32 bytes that tickets are sealed with. */
  ticketSecret(): Promise<Uint8Array>;
  close(): Promise<void>;
}
