import { type Columns, isFailure, isLater } from "./columns.ts";
import type { Identities } from "./identity.ts";

/** What one machine asked for with one CMID for one product; numbers are indexes of the columns' texts, -1 for none. */
export interface Use {
  readonly machine: number;
  readonly cmid: number;
  readonly product: number;
  first: number;
  last: number;
  requests: number;
  failed: number;
  lastSuccess: number;
  /** Rows of the last request and of the one before it. */
  latest: number;
  previous: number;
  /** By code; undefined as long as nothing failed. */
  failures: Map<number, UseFailure> | undefined;
}

/** The failures of one use with one code. */
export interface UseFailure {
  readonly machine: number;
  readonly product: number;
  readonly code: number;
  requests: number;
  first: number;
  last: number;
  latest: number;
}

/** A machine of the log as its rows refer to it: those without a name are told apart by their CMIDs. */
export interface LoggedMachine {
  readonly label: string;
  readonly names: readonly string[];
  /** Each once. */
  readonly hosts: number[];
}

/** All rows, gathered by machine, CMID and product. */
export interface Gathered {
  readonly machines: readonly LoggedMachine[];
  readonly uses: readonly Use[];
  readonly failures: readonly UseFailure[];
}

/** Goes over the rows once and gathers them. */
export function gatherUses(columns: Columns, { machines: identities, machineOf }: Identities): Gathered {
  const machines: LoggedMachine[] = identities.map((each) => ({
    label: each.label,
    names: each.names,
    hosts: [],
  }));
  const nameless = new Map<number, number>();
  const index = new UseIndex(columns.cmids.length);
  const { time, code, name, computer } = columns;
  for (let row = 0; row < columns.length; row++) {
    if (columns.repeated[row] === 1) continue;
    const cmid = columns.cmid[row] ?? 0;
    const product = columns.product[row] ?? 0;
    const named = machineOf[name[row] ?? 0] ?? -1;
    const machine = named >= 0 ? named : namelessMachine(cmid);
    const hosts = machines[machine]?.hosts;
    if (hosts?.includes(computer[row] ?? 0) === false) hosts.push(computer[row] ?? 0);
    const at = time[row] ?? Number.NaN;
    const use = index.find(machine, cmid, product, row);
    use.requests += 1;
    widen(use, at);
    follow(columns, use, row);
    if (isFailure(code[row] ?? 0)) {
      use.failed += 1;
      addFailure(columns, use, row, at);
    } else use.lastSuccess = later(use.lastSuccess, at);
  }
  const failures = index.uses.flatMap((use) => [...(use.failures?.values() ?? [])]);
  return { machines, uses: index.uses, failures };

  function namelessMachine(cmid: number): number {
    const known = nameless.get(cmid);
    if (known !== undefined) return known;
    const made = machines.push({ label: columns.cmids[cmid] ?? "", names: [], hosts: [] }) - 1;
    nameless.set(cmid, made);
    return made;
  }
}

function addFailure(columns: Columns, use: Use, row: number, at: number): void {
  const code = columns.code[row] ?? 0;
  use.failures ??= new Map();
  let failure = use.failures.get(code);
  if (failure === undefined) {
    const { machine, product } = use;
    failure = { machine, product, code, requests: 0, first: Number.NaN, last: Number.NaN, latest: row };
    use.failures.set(code, failure);
  }
  failure.requests += 1;
  widen(failure, at);
  if (isLater(columns, row, failure.latest)) failure.latest = row;
}

/** A CMID has a handful of uses; from here on a chain of them would be slow, and a map is used. */
const LONG_CHAIN = 16;

/** Finds uses by machine, CMID and product: a million times a log, hence chains by CMID instead of keys made of all three. */
class UseIndex {
  readonly uses: Use[] = [];
  private readonly chains: (Use[] | undefined)[];
  private readonly maps = new Map<number, Map<string, Use>>();

  constructor(cmids: number) {
    this.chains = new Array<Use[] | undefined>(cmids);
  }

  find(machine: number, cmid: number, product: number, row: number): Use {
    const chain = this.chains[cmid];
    if (chain === undefined) {
      const use = this.begin(machine, cmid, product, row);
      this.chains[cmid] = [use];
      return use;
    }
    if (chain.length > LONG_CHAIN) return this.findInMap(machine, cmid, product, row, chain);
    for (const use of chain) if (use.machine === machine && use.product === product) return use;
    const use = this.begin(machine, cmid, product, row);
    chain.push(use);
    return use;
  }

  private findInMap(machine: number, cmid: number, product: number, row: number, chain: readonly Use[]): Use {
    const map = this.maps.get(cmid) ?? new Map(chain.map((use) => [`${use.machine} ${use.product}`, use]));
    this.maps.set(cmid, map);
    const key = `${machine} ${product}`;
    const known = map.get(key);
    if (known !== undefined) return known;
    const use = this.begin(machine, cmid, product, row);
    map.set(key, use);
    return use;
  }

  private begin(machine: number, cmid: number, product: number, row: number): Use {
    const seen = { first: Number.NaN, last: Number.NaN, lastSuccess: Number.NaN };
    const rows = { latest: row, previous: -1, failures: undefined };
    const use: Use = { machine, cmid, product, ...seen, requests: 0, failed: 0, ...rows };
    this.uses.push(use);
    return use;
  }
}

/** Widens what was seen by a moment; a moment that is not known changes nothing. */
function widen(seen: { first: number; last: number }, at: number): void {
  seen.first = -later(-seen.first, -at);
  seen.last = later(seen.last, at);
}

/** The later of two moments; NaN only when both are. */
function later(one: number, other: number): number {
  return one >= other || Number.isNaN(other) ? one : other;
}

function follow(columns: Columns, use: Use, row: number): void {
  if (row === use.latest) return;
  if (isLater(columns, row, use.latest)) {
    use.previous = use.latest;
    use.latest = row;
  } else if (use.previous < 0 || isLater(columns, row, use.previous)) use.previous = row;
}

/** What was seen of several uses together. */
export function together(uses: readonly Pick<Use, "first" | "last" | "requests" | "failed">[]): {
  first: number;
  last: number;
  requests: number;
  failed: number;
} {
  const all = { first: Number.NaN, last: Number.NaN, requests: 0, failed: 0 };
  for (const use of uses) {
    widen(all, use.first);
    widen(all, use.last);
    all.requests += use.requests;
    all.failed += use.failed;
  }
  return all;
}
