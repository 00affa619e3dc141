import { isUuid } from "../protocol/ids.ts";
import { problem } from "../protocol/problems.ts";
import type { Machine } from "./machine.ts";
import { nextRenewalSql, type RenewalIntervals, type RenewalState } from "./renewal-times.ts";

/** What machines can be sorted by. */
export const MACHINE_SORTS = [
  "name",
  "cmid",
  "product",
  "address",
  "status",
  "firstSeen",
  "lastSeen",
  "leaseExpires",
  "nextRenewal",
  "requests",
] as const;

export type MachineSort = (typeof MACHINE_SORTS)[number];

/** What a machine's lease is to its host: in force, ended, or never granted. */
export const MACHINE_STATES = ["licensed", "expired", "unlicensed"] as const;

export type MachineState = (typeof MACHINE_STATES)[number];

/** One page of which machines, in which order. */
export interface MachineQuery {
  /** Part of the name, the CMID, the address or the note; ASCII letters in either case. */
  readonly search?: string | undefined;
  readonly state?: MachineState | undefined;
  /** The intervals that the order by `nextRenewal` goes by; with a state, only machines in it. */
  readonly renewal?:
    | { readonly state?: RenewalState | undefined; readonly intervals: RenewalIntervals }
    | undefined;
  readonly application?: string | undefined;
  /** The product that the machine asked for last. */
  readonly product?: string | undefined;
  readonly sort: MachineSort;
  readonly order: "asc" | "desc";
  readonly limit: number;
  /** The page begins after this place. */
  readonly after?: Place | undefined;
  /** Milliseconds since the epoch, for what is licensed. */
  readonly now: number;
}

/** A place between two machines of a sorted list: it stays where it is when machines come and go around it. */
export interface Place {
  readonly value: string | number;
  readonly application: string;
  readonly cmid: string;
}

/** A machine with what administrators have said of it. */
export interface ListedMachine extends Machine {
  /** "" when there is none. */
  readonly note: string;
  /** Whether its next answer tells it to take a new CMID. */
  readonly rearm: boolean;
}

/** What a query finds. */
export interface MachinePage {
  readonly machines: readonly ListedMachine[];
  /** How many machines match in all; counted for the first page only. */
  readonly total: number | undefined;
  /** Where the next page begins; undefined when this is the last. */
  readonly next: Place | undefined;
}

/** The moment of the next renewal of each machine, in SQL that both stores take. Throws DEFECT without intervals. */
export function renewalOrderSql({ renewal, now }: Pick<MachineQuery, "renewal" | "now">): string {
  if (renewal === undefined) throw problem("DEFECT", "The order by next renewal needs the intervals.");
  return nextRenewalSql(renewal.intervals, now);
}

/** The state of a machine's lease at a moment. */
export function machineState({ leaseExpires }: Pick<Machine, "leaseExpires">, now: number): MachineState {
  if (leaseExpires === 0) return "unlicensed";
  return leaseExpires > now ? "licensed" : "expired";
}

/** The cursor that a listing gives to ask for its next page with. */
export function writeCursor({ sort, order }: Pick<MachineQuery, "sort" | "order">, place: Place): string {
  const { value, application, cmid } = place;
  return Buffer.from(JSON.stringify([sort, order, value, application, cmid])).toString("base64url");
}

/** Reads a cursor. Throws BAD_REQUEST for one of another order, or of somebody's invention. */
export function readCursor(text: string, { sort, order }: Pick<MachineQuery, "sort" | "order">): Place {
  const [itsSort, itsOrder, value, application, cmid] = readList(text);
  const isPlace =
    itsSort === sort &&
    itsOrder === order &&
    (typeof value === "string" || typeof value === "number") &&
    isUuid(application) &&
    isUuid(cmid);
  if (!isPlace) {
    throw problem(
      "BAD_REQUEST",
      "The cursor is not one of this listing; ask for the first page without a cursor.",
    );
  }
  return { value, application, cmid };
}

function readList(text: string): unknown[] {
  try {
    const list: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}
