import { MINUTE } from "../../protocol/time.ts";
import type { Evidence } from "../evidence/model.ts";
import type { Product } from "../products.ts";
import { isFailure } from "./columns.ts";
import { byNumber, largest, smallest } from "./extremes.ts";
import { identify } from "./identity.ts";
import type { ClientMachine, ClientsReport, CountWindow, SummaryOptions } from "./report.ts";
import { compare } from "./sharing.ts";
import { patience } from "./standing.ts";
import { summarise } from "./summarise.ts";

/**
 * Where a machine stands between two hosts; those that keep the old one in use come first. `old`: its last request went
 * to the old host. `failing`: it asks the new one, which refuses it. `gone`: neither has seen it for more than two
 * renewal intervals. `moved`: its last request went to the new host. `only-new`: the old log does not know it.
 */
export const MOVES = ["old", "failing", "gone", "moved", "only-new"] as const;
export type Move = (typeof MOVES)[number];

/** What the logs of an old and a new host tell together. All times are milliseconds since the epoch. */
export interface Comparison {
  readonly old: ComparedLog;
  readonly new: ComparedLog;
  /** Minutes. */
  readonly renewalInterval: number;
  readonly machines: readonly ComparedMachine[];
  readonly products: readonly ComparedProduct[];
  /** The counts of the new host. */
  readonly windows: readonly CountWindow[];
  readonly switchOff: SwitchOff;
}

/** One side of a comparison. */
export interface ComparedLog {
  readonly hosts: readonly string[];
  readonly first: number;
  readonly last: number;
  readonly requests: number;
  readonly utc: boolean;
}

export interface ComparedMachine {
  readonly label: string;
  readonly names: readonly string[];
  readonly move: Move;
  readonly products: readonly ComparedMachineProduct[];
  readonly oldFirst?: number;
  readonly oldLast?: number;
  readonly newFirst?: number;
  readonly newLast?: number;
  /** When it was first seen at the new host and no more at the old one. */
  readonly movedAt?: number;
  /** HRESULT of its last request to the host that it asked last. */
  readonly code: number;
  readonly expires?: number;
  readonly next?: number;
}

interface ComparedMachineProduct {
  readonly id: string;
  readonly product?: Product;
}

/** How many machines with one product stand where. */
export interface ComparedProduct extends ComparedMachineProduct {
  readonly machines: number;
  readonly moves: Readonly<Record<Move, number>>;
}

/** Whether the old host can be switched off. */
export interface SwitchOff {
  readonly verdict: "now" | "not-yet" | "unknown";
  readonly reasons: readonly SwitchOffReason[];
  /** When everything that still asks the old host should have asked the new one, were the old one not published any more. */
  readonly lookAgain?: number;
  /** When the first activation that the old host gave ends. */
  readonly firstExpiry?: number;
}

/** `count`: machines, CMIDs, or days. */
export type SwitchOffReason =
  | { readonly what: "old" | "failing" | "gone"; readonly count: number }
  | {
      readonly what: "count-too-low";
      readonly pool: string;
      readonly count: number;
      readonly required: number;
    }
  | { readonly what: "same-host"; readonly host: string }
  | { readonly what: "old-log-ends-early" | "new-log-ends-early"; readonly count: number };

/** Compares the logs of an old and a new host. Throws nothing; empty logs give a verdict of `unknown`. */
export function compareHosts(old: Evidence, next: Evidence, options: SummaryOptions = {}): Comparison {
  const one = summarise(old, options);
  const other = summarise(next, { renewalInterval: one.renewalInterval });
  const ends = { old: logOf(one), new: logOf(other) };
  const machines = joinMachines(one.machines, other.machines).map((sides) =>
    compareMachine(sides, ends, one.renewalInterval),
  );
  machines.sort((a, b) => MOVES.indexOf(a.move) - MOVES.indexOf(b.move) || compare(a.label, b.label));
  return {
    ...ends,
    renewalInterval: one.renewalInterval,
    machines,
    products: productsOf(machines),
    windows: other.windows,
    switchOff: switchOff(machines, ends, one, other),
  };
}

function logOf({ hosts }: ClientsReport): ComparedLog {
  return {
    hosts: hosts.map((host) => host.host),
    first: smallest(hosts.map((host) => host.first)),
    last: largest(hosts.map((host) => host.last)),
    requests: hosts.reduce((total, host) => total + host.requests, 0),
    utc: hosts.every((host) => host.utc),
  };
}

/** One machine as both logs know it. */
interface Sides {
  readonly label: string;
  readonly olds: ClientMachine[];
  readonly news: ClientMachine[];
}

/** Pairs the machines of both logs: by their names, and for those that have none by what they are called. */
function joinMachines(old: readonly ClientMachine[], next: readonly ClientMachine[]): Sides[] {
  const all = [...old, ...next];
  const cmids = new Map<string, Set<string>>();
  for (const machine of all) {
    for (const name of machine.names) {
      const known = cmids.get(name) ?? new Set();
      for (const cmid of machine.cmids) known.add(cmid);
      cmids.set(name, known);
    }
  }
  const names = [...cmids.keys()];
  const { machines, machineOf } = identify(names, () => cmids);
  const labels = new Map(names.map((name, at) => [name, machines[machineOf[at] ?? -1]?.label]));
  const joined = new Map<string, Sides>();
  const sidesOf = ({ names: [name = ""], label: own }: ClientMachine) => {
    const label = labels.get(name) ?? own;
    const sides = joined.get(label) ?? { label, olds: [], news: [] };
    joined.set(label, sides);
    return sides;
  };
  for (const machine of old) sidesOf(machine).olds.push(machine);
  for (const machine of next) sidesOf(machine).news.push(machine);
  return [...joined.values()];
}

interface Ends {
  readonly old: ComparedLog;
  readonly new: ComparedLog;
}

function compareMachine({ label, olds, news }: Sides, ends: Ends, renewalInterval: number): ComparedMachine {
  const oldLast = largest(olds.map((machine) => machine.last));
  const newLast = largest(news.map((machine) => machine.last));
  const newFirst = smallest(news.map((machine) => machine.first));
  const usesNew = news.length > 0 && !(newLast <= oldLast);
  const used = usesNew ? news : olds;
  const [last] = [...used].sort((a, b) => byNumber(b.last, a.last));
  const end = usesNew ? ends.new.last : ends.old.last;
  const isSilent = (usesNew ? newLast : oldLast) + patience(renewalInterval) < end;
  const move = isSilent ? "gone" : moveOf(usesNew, olds.length > 0, isFailure(last?.code ?? 0));
  const products = new Map(
    [...news, ...olds].flatMap((machine) => machine.products).map(({ id, product }) => [id, product]),
  );
  return {
    label,
    names: [...new Set([...olds, ...news].flatMap((machine) => machine.names))].sort(compare),
    move,
    products: [...products].map(([id, product]) => (product === undefined ? { id } : { id, product })),
    ...known("oldFirst", smallest(olds.map((machine) => machine.first))),
    ...known("oldLast", oldLast),
    ...known("newFirst", newFirst),
    ...known("newLast", newLast),
    ...(move === "moved" || move === "failing" ? known("movedAt", largest([newFirst, oldLast])) : {}),
    code: last?.code ?? 0,
    ...known("expires", last?.expires ?? Number.NaN),
    ...known("next", last?.next ?? Number.NaN),
  };
}

function moveOf(usesNew: boolean, isKnownToOld: boolean, isRefused: boolean): Move {
  if (!usesNew) return "old";
  if (isRefused) return "failing";
  return isKnownToOld ? "moved" : "only-new";
}

function known<Name extends string>(name: Name, value: number): { [Key in Name]?: number } {
  return Number.isNaN(value) ? {} : ({ [name]: value } as { [Key in Name]?: number });
}

function productsOf(machines: readonly ComparedMachine[]): ComparedProduct[] {
  const found = new Map<string, { product?: Product; moves: Record<Move, number> }>();
  for (const { products, move } of machines) {
    for (const { id, product } of products) {
      const entry = found.get(id) ?? {
        ...(product === undefined ? {} : { product }),
        moves: { old: 0, failing: 0, gone: 0, moved: 0, "only-new": 0 },
      };
      entry.moves[move] += 1;
      found.set(id, entry);
    }
  }
  return [...found]
    .map(([id, { product, moves }]) => ({
      id,
      ...(product === undefined ? {} : { product }),
      machines: Object.values(moves).reduce((total, each) => total + each, 0),
      moves,
    }))
    .sort((one, other) => other.machines - one.machines || compare(one.id, other.id));
}

const DAY_MINUTES = 1440;

function switchOff(
  machines: readonly ComparedMachine[],
  ends: Ends,
  old: ClientsReport,
  next: ClientsReport,
): SwitchOff {
  const count = (move: Move) => machines.filter((machine) => machine.move === move).length;
  const counted = (["old", "failing", "gone"] as const)
    .map((what) => ({ what, count: count(what) }))
    .filter((reason) => reason.count > 0);
  const low = tooLow(old, next);
  const doubts = doubtsOf(ends, old.renewalInterval);
  const isBlocked = low.length > 0 || counted.some(({ what }) => what !== "gone");
  const staying = machines.filter((machine) => machine.move === "old" || machine.move === "failing");
  const isUnknown = doubts.length > 0 || old.requests === 0 || next.requests === 0;
  return {
    verdict: isBlocked ? "not-yet" : isUnknown ? "unknown" : "now",
    reasons: [...counted, ...low, ...doubts],
    ...known("lookAgain", largest(staying.map((machine) => machine.next ?? Number.NaN))),
    ...known("firstExpiry", smallest(staying.map((machine) => machine.expires ?? Number.NaN))),
  };
}

/** Pools that the old host serves and in which the new one has not counted enough machines yet. */
function tooLow(old: ClientsReport, next: ClientsReport): SwitchOffReason[] {
  return [...Map.groupBy(old.windows, (window) => window.pool)].flatMap(([pool, windows]) => {
    const required = largest(windows.flatMap((window) => window.required));
    const count = largest([
      0,
      ...next.windows.filter((each) => each.pool === pool).map((each) => each.current),
    ]);
    return count < required ? [{ what: "count-too-low" as const, pool, count, required }] : [];
  });
}

/** What makes the logs unfit to be compared. */
function doubtsOf(ends: Ends, renewalInterval: number): SwitchOffReason[] {
  const doubts: SwitchOffReason[] = [];
  const shared = ends.old.hosts.find((host) => host !== "" && ends.new.hosts.includes(host));
  if (shared !== undefined) doubts.push({ what: "same-host", host: shared });
  const days = (ends.new.last - ends.old.last) / (DAY_MINUTES * MINUTE);
  const most = renewalInterval / DAY_MINUTES;
  if (days > most) doubts.push({ what: "old-log-ends-early", count: Math.floor(days) });
  if (days < -most) doubts.push({ what: "new-log-ends-early", count: Math.floor(-days) });
  return doubts;
}
