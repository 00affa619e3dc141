import type { Place } from "../evidence/place.ts";
import type { Product } from "../products.ts";

/** What a host's log of 12290 tells of the machines that use it. All times are milliseconds since the epoch. */
export interface ClientsReport {
  /** The logs it was made from, one a host, by name. Their spans say what "not seen" is worth. */
  readonly hosts: readonly HostLog[];
  /** How often a licensed client renews, in minutes, and whether the evidence states it or it is Microsoft's default. */
  readonly renewalInterval: number;
  readonly renewalIntervalStated: boolean;
  readonly requests: number;
  readonly failed: number;
  /** Requests without any time: counted, but in no plot. */
  readonly undated: number;
  /** Requests that stood in several files and were counted once. */
  readonly repeated: number;
  /** What needs attention first, first. */
  readonly machines: readonly ClientMachine[];
  readonly products: readonly ProductUse[];
  readonly failures: readonly Failure[];
  readonly clusters: readonly Cluster[];
  readonly changes: readonly CmidChange[];
  readonly windows: readonly CountWindow[];
  readonly days: readonly Day[];
  /** Requests by hour of the day, 24 of them. */
  readonly hours: readonly number[];
  /** Requests by the license status of those who asked, 0 to 6. */
  readonly requestsByStatus: readonly number[];
}

/** One host's log. */
export interface HostLog {
  /** Lower case; `""` when the events do not say whose they are. */
  readonly host: string;
  readonly files: readonly string[];
  readonly first: number;
  readonly last: number;
  readonly requests: number;
  readonly failed: number;
  /** Shorter than the renewal interval: that a machine was not seen proves nothing. */
  readonly short: boolean;
  /** The file holds a selection of events, so that gaps in it prove nothing either. */
  readonly selected: boolean;
  /** Whether its times are known to be UTC; they may otherwise be those of the machine that wrote them. */
  readonly utc: boolean;
}

/**
 * How a machine, or one of its products, stands; the first of these needs attention first.
 * `failing`: the host refused its last request. `not-activated`: it was answered and asked again without having become
 * licensed. `overdue`: not seen for more than two renewal intervals though the log goes on; `expired`: the same, and
 * its activation has ended meanwhile. `new`: first seen within 30 days and not in the two intervals before.
 * `renamed`, `replaced`: it goes on under another name, or with another edition.
 */
export const CONDITIONS = [
  "failing",
  "not-activated",
  "expired",
  "overdue",
  "new",
  "ok",
  "replaced",
  "renamed",
] as const;
export type Condition = (typeof CONDITIONS)[number];

/** The conditions that somebody has to look into. */
export const NEEDS_ATTENTION: readonly Condition[] = ["failing", "not-activated", "expired", "overdue"];

/** What was seen of something, be it a machine, a product on it or a CMID. */
export interface Seen {
  /** NaN when no request had a time. */
  readonly first: number;
  readonly last: number;
  readonly requests: number;
  readonly failed: number;
}

/** One machine, under whatever spellings of its name. */
export interface ClientMachine extends Seen, Standing {
  /** The name to call it by: bare when that is clear, otherwise with its domain; its CMID when it has no name. */
  readonly label: string;
  /** Every name it used, lower case. */
  readonly names: readonly string[];
  readonly cmids: readonly string[];
  /** The hosts that served it. */
  readonly hosts: readonly string[];
  /** As its last request says; Microsoft's documents call the field unused, so it is a hint. */
  readonly virtual: boolean;
  /** What it asked for; what needs attention first, first. */
  readonly products: readonly MachineProduct[];
  /** Failed requests by code. */
  readonly failures: readonly CodeCount[];
  /** Label of the machine it became, or was before, by its CMID. */
  readonly renamedTo?: string;
  readonly renamedFrom?: string;
}

/** What follows from the last request. */
export interface Standing {
  readonly condition: Condition;
  /** License status and minutes left as the last request states them: those before the answer. */
  readonly status: number;
  readonly minutesLeft: number;
  /** HRESULT of the last request, unsigned. */
  readonly code: number;
  /** When its activation ends if it never renews again; undefined when it has none, or that is not known. */
  readonly expires?: number;
  /** When it should be seen again; undefined when it is not to be expected. */
  readonly next?: number;
}

/** One product on one machine. */
export interface MachineProduct extends Seen, Standing {
  /** Activation id. */
  readonly id: string;
  /** Undefined when the table of products does not know the id. */
  readonly product?: Product;
  readonly cmids: readonly string[];
  /** The last request that the host answered. */
  readonly lastSuccess?: number;
}

export interface CodeCount {
  readonly code: number;
  readonly requests: number;
}

/** One product over all machines. */
export interface ProductUse extends Seen {
  readonly id: string;
  readonly product?: Product;
  /** The required count as its requests state it; the larger when they differ. */
  readonly required: number;
  readonly machines: number;
}

/** All failures with one code for one product. */
export interface Failure {
  readonly code: number;
  readonly id: string;
  readonly product?: Product;
  readonly requests: number;
  readonly machines: readonly string[];
  readonly first: number;
  readonly last: number;
  /** The last of them. */
  readonly at: Place;
}

/**
 * One CMID under several names. `overlapping`: they used it in turns, so they are clones. `sequential`: one after the
 * other, so one machine was renamed or imaged again. `open`: the log ends before it could tell.
 */
export interface Cluster {
  readonly cmid: string;
  readonly verdict: "overlapping" | "open" | "sequential";
  /** In the order in which they came. */
  readonly members: readonly (Seen & { readonly machine: string })[];
  /** How the names begin, all of them; a hint at the image or naming scheme. */
  readonly prefix: string;
}

/** One machine under several CMIDs for the same kind of product: `sequential` is benign, `alternating` is not. */
export interface CmidChange {
  readonly machine: string;
  readonly pool: string;
  readonly verdict: "alternating" | "sequential";
  readonly cmids: readonly (Seen & { readonly cmid: string })[];
}

/** The distinct CMIDs of the last 30 days on one host for what is counted together, at the end of each day. */
export interface CountWindow {
  readonly host: string;
  /** As `Product.pool`; `""` for products that the table does not know. */
  readonly pool: string;
  /** Required counts that were asked for, ascending. */
  readonly required: readonly number[];
  /** Where the host stops counting: twice the largest of them. */
  readonly cap: number;
  /** Start of the first day. */
  readonly from: number;
  readonly distinct: readonly number[];
  readonly current: number;
  readonly highest: number;
}

/** One day in UTC. */
export interface Day {
  readonly start: number;
  readonly requests: number;
  readonly failed: number;
}

/** What to take into account when a log is summarised. */
export interface SummaryOptions {
  /** Minutes; otherwise what the evidence states, otherwise 10,080. */
  readonly renewalInterval?: number | undefined;
}
