import type { LoggedEvent } from "../protocol/events.ts";
import type { LicenseStatus } from "../protocol/license-state.ts";
import type { CountedApplication } from "./counts.ts";
import type { Arrival, Decision, EventDraft, Known } from "./decide.ts";
import type { Machine } from "./machine.ts";
import type { ListedMachine, MachinePage, MachineQuery } from "./machine-list.ts";
import type { RenewalFigures, RenewalIntervals } from "./renewal-times.ts";
import type { HostNote } from "./sharing-hosts.ts";
import type { DayActivity, Usage } from "./usage.ts";

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
  | "duplicates"
  | "event-log-size"
  | "retention-days";

/** What a setting was before its last change, and who changed it. */
export interface SettingHistory {
  readonly name: SettingName;
  /** Undefined is the default. */
  readonly before: string | undefined;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly by: string;
}

/** Narrows a listing of events. */
export interface EventFilter {
  /** One id, or any of several. */
  readonly id?: number | readonly number[];
  readonly cmid?: string;
  /** Part of an event's fields or of the name of the machine that wrote it; ASCII letters in either case. */
  readonly search?: string;
  /** Milliseconds since the epoch. */
  readonly since?: number;
  /** Only events before this moment, milliseconds since the epoch. */
  readonly until?: number;
  /** Only events after this row, for following. */
  readonly afterRow?: number;
  /** Only events before this row, for leafing back. */
  readonly beforeRow?: number;
  readonly limit?: number;
  /** With a limit: the earliest that match, instead of the newest. */
  readonly earliest?: boolean;
}

/** How much is in the event log. */
export interface EventLogFigures {
  readonly bytes: number;
  readonly events: number;
  /** How many events of which id were written since the store was opened. */
  readonly written: ReadonlyMap<number, number>;
}

/** One CMID of one application. */
export interface MachineKey {
  readonly application: string;
  readonly cmid: string;
}

/**
 * Where a host remembers machines, events and settings. The promise that no acknowledged activation is lost is kept
 * here: when `commit` resolves, the batch is on disk, whole. It is not the place for keys and licences; those are
 * files of the host's folder.
 */
export interface Store {
  /** Makes an application known, or changes its window; requests for others are refused before they get here. */
  register(application: CountedApplication): Promise<void>;
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
  /** Notes how many leases there are today; each commit does so too. */
  noteUsage(now: number): Promise<void>;
  /** How the host was used since then. */
  usage(since: number, now: number): Promise<Usage>;
  /** What hosts of this store did since the day (UTC) of that moment, oldest day first; days without anything are left out. */
  activity(since: number): Promise<readonly DayActivity[]>;
  /** How many machines are to renew soon, should have, or fail; it looks at every machine. */
  renewals(intervals: RenewalIntervals, now: number): Promise<RenewalFigures>;
  /** Notes a host that uses this store, and drops those that were not seen for HOST_KEPT. */
  noteHost(host: HostNote): Promise<void>;
  /** The hosts that noted themselves, by name. */
  hosts(): Promise<readonly HostNote[]>;
  machine(application: string, cmid: string): Promise<Machine | undefined>;
  machines(limit: number): Promise<Machine[]>;
  events(filter: EventFilter): Promise<(LoggedEvent & { readonly row: number })[]>;
  setting(name: SettingName): Promise<string | undefined>;
  /**
   * Changes a setting (undefined is its default) and writes the events that `tell` makes of the value it had, in one
   * transaction; settings-change.ts is the way to call it. `by` is kept as who changed it.
   */
  changeSetting(
    name: SettingName,
    value: string | undefined,
    tell: (before: string | undefined) => readonly EventDraft[],
    now: number,
    by?: string,
  ): Promise<void>;
  /** The last change of each setting that was ever changed. */
  settingHistory(): Promise<readonly SettingHistory[]>;
  /** One page of a sorted and filtered list; requests are counted meanwhile. */
  listMachines(query: MachineQuery): Promise<MachinePage>;
  /** A machine with what administrators have said of it. */
  listedMachine(key: MachineKey): Promise<ListedMachine | undefined>;
  /**
   * Keeps a text with a machine, "" none, and writes what `tell` makes of the machine in the same transaction; the text
   * that it has already changes nothing and tells nothing. A renewal leaves it as it is. False when there is no such
   * machine.
   */
  noteMachine(
    key: MachineKey,
    note: string,
    tell: (machine: Machine) => readonly EventDraft[],
    now: number,
  ): Promise<boolean>;
  /**
   * Orders that a machine's next answer tells it to take a new CMID, or takes the order back, and writes what `tell`
   * makes of the machine in the same transaction; an order that stands already, or none that is taken back, changes
   * nothing and tells nothing. The order stands until it is taken back: whoever carries it out does that. False when
   * there is no such machine.
   */
  orderRearm(
    key: MachineKey,
    isOrdered: boolean,
    tell: (machine: Machine) => readonly EventDraft[],
    now: number,
  ): Promise<boolean>;
  /** The machines that such an order stands for. */
  rearmOrders(): Promise<readonly MachineKey[]>;
  /** Forgets a machine: its record, its seat, its place in the count. Gives what it was, undefined when not there. */
  forget(
    key: MachineKey,
    tell: (machine: Machine) => readonly EventDraft[],
    now: number,
  ): Promise<Machine | undefined>;
  /**
   * Forgets every machine that was last seen before a moment and holds no lease, in several transactions; `tell` makes
   * the events of each from the number of machines it forgot. Gives the number of all.
   */
  forgetUnseen(
    before: number,
    tell: (machines: number) => readonly EventDraft[],
    now: number,
  ): Promise<number>;
  /** Measures the event log, and drops the oldest events until the rest takes at most so many bytes. */
  keepEventsWithin(bytes: number): Promise<EventLogFigures>;
  /** Writes something small to disk. Throws STORE_UNAVAILABLE. */
  checkWritable(now: number): Promise<void>;
  /** What the store takes on disk. */
  bytes(): Promise<number>;
  /** The 32 bytes that tickets are sealed with. */
  ticketSecret(): Promise<Uint8Array>;
  close(): Promise<void>;
}
