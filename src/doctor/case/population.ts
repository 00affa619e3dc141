import type { Evidence } from "../evidence/model.ts";
import { productOf } from "../products.ts";

const DAY = 24 * 60 * 60 * 1000;
/** A CMID counts for so long after it was last seen. */
export const WINDOW = 30 * DAY;

/** Who asked one host in the last 30 days of its log and is counted together: all of Windows, each Office by itself. */
export interface Pool {
  /** `Windows`, `Office 2016`. Products that the table does not know count as Windows. */
  readonly name: string;
  /** Machines by CMID. */
  readonly cmids: ReadonlyMap<string, Identity>;
  /** Distinct machine names, bare names. */
  readonly names: ReadonlySet<string>;
  /** Largest count that one of them needs. */
  readonly required: number;
  /** Machines that need each count: 25 → 12, 5 → 3. */
  readonly needing: ReadonlyMap<number, number>;
}

/** One CMID and those who showed it. */
export interface Identity {
  readonly cmid: string;
  /** By bare name. */
  readonly users: ReadonlyMap<
    string,
    { readonly first: number; readonly last: number; readonly requests: number; readonly row: number }
  >;
}

/** KMS logs 0x0 for a count that is too small, Muster this code. */
export const COUNT_INSUFFICIENT = 0xc004f038;

/** Whether a request that a host answered with this code was counted: all but the refused ones, by their errors. */
export function isCounted(code: number): boolean {
  return code < 0x80000000 || code === COUNT_INSUFFICIENT;
}

export interface Population {
  /** Milliseconds since the epoch: the end of the log and 30 days before. */
  readonly from: number;
  readonly until: number;
  readonly pools: readonly Pool[];
}

interface GrowingPool {
  readonly name: string;
  readonly cmids: Map<
    string,
    { cmid: string; users: Map<string, { first: number; last: number; requests: number; row: number }> }
  >;
  readonly names: Set<string>;
  readonly asking: Map<string, number>;
}

/** The last 30 days of the log that this computer wrote. */
export function populationOf(evidence: Evidence, computer: string): Population {
  const { table } = evidence.handled;
  const id = table.values("computer").indexOf(computer);
  const [computers, times] = [table.column("computer"), table.column("time")];
  const [names, cmids, products] = [table.column("name"), table.column("cmid"), table.column("product")];
  const [required, codes] = [table.column("required"), table.column("code")];
  const bare = table.values("name").map((name) => name.toLowerCase().split(".")[0] ?? "");
  const poolNames = table.values("product").map((product) => productOf(product)?.pool ?? "Windows");
  let until = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < evidence.handled.length; row++) {
    if (computers[row] === id) until = Math.max(until, times[row] ?? until);
  }
  const from = until - WINDOW;
  const pools = new Map<string, GrowingPool>();
  for (let row = 0; row < evidence.handled.length; row++) {
    const time = times[row] ?? 0;
    if (computers[row] !== id || time < from || !isCounted(codes[row] ?? 0)) continue;
    const poolName = poolNames[products[row] ?? 0] ?? "";
    let pool = pools.get(poolName);
    if (pool === undefined) {
      pool = { name: poolName, cmids: new Map(), names: new Set(), asking: new Map() };
      pools.set(poolName, pool);
    }
    const name = bare[names[row] ?? 0] ?? "";
    const cmid = table.values("cmid")[cmids[row] ?? 0] ?? "";
    pool.names.add(name);
    pool.asking.set(name, Math.max(pool.asking.get(name) ?? 0, required[row] ?? 0));
    let identity = pool.cmids.get(cmid);
    if (identity === undefined) {
      identity = { cmid, users: new Map() };
      pool.cmids.set(cmid, identity);
    }
    const user = identity.users.get(name);
    if (user === undefined) identity.users.set(name, { first: time, last: time, requests: 1, row });
    else {
      user.first = Math.min(user.first, time);
      user.last = Math.max(user.last, time);
      user.requests += 1;
    }
  }
  return { from, until, pools: [...pools.values()].map(poolFrom) };
}

function poolFrom({ name, cmids, names, asking }: GrowingPool): Pool {
  const needing = new Map<number, number>();
  for (const required of asking.values()) needing.set(required, (needing.get(required) ?? 0) + 1);
  return { name, cmids, names, required: Math.max(0, ...needing.keys()), needing };
}
