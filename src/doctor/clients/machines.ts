import { productOf } from "../products.ts";
import { type Columns, isLater } from "./columns.ts";
import { byNumber, largest, smallest } from "./extremes.ts";
import {
  type ClientMachine,
  type Cluster,
  CONDITIONS,
  type CodeCount,
  type Condition,
  type HostLog,
  type MachineProduct,
  type Standing,
} from "./report.ts";
import { compare, type UseNames } from "./sharing.ts";
import { type Reach, standingOf } from "./standing.ts";
import { type Gathered, type LoggedMachine, together, type Use, type UseFailure } from "./uses.ts";

/** What is known beside the uses themselves. */
interface Known {
  readonly hosts: readonly HostLog[];
  readonly clusters: readonly Cluster[];
  /** Minutes. */
  readonly renewalInterval: number;
}

/** Every machine with what it asked for; what needs attention first, first. */
export function describeMachines(
  columns: Columns,
  { machines, uses, failures }: Gathered,
  names: UseNames,
  known: Known,
): ClientMachine[] {
  const usesOf = Map.groupBy(uses, (use) => use.machine);
  const failuresOf = Map.groupBy(failures, (failure) => failure.machine);
  const renames = renamesOf(known.clusters);
  const hosts = new Map(known.hosts.map((host) => [host.host, host]));
  const described: ClientMachine[] = [];
  for (const [at, machine] of machines.entries()) {
    const own = usesOf.get(at);
    if (own === undefined) continue;
    usesOf.delete(at);
    const machineFailures = failuresOf.get(at) ?? [];
    described.push(
      describe(columns, names, known, { machine, own, hosts, renames, failures: machineFailures }),
    );
  }
  return described.sort(byAttention);
}

interface Described {
  readonly machine: LoggedMachine;
  readonly own: readonly Use[];
  readonly hosts: ReadonlyMap<string, HostLog>;
  readonly renames: Renames;
  readonly failures: readonly UseFailure[];
}

function describe(
  columns: Columns,
  names: UseNames,
  { renewalInterval }: Known,
  { machine, own, hosts, renames, failures }: Described,
): ClientMachine {
  const seen = together(own);
  const successor = renames.to.get(machine.label);
  const renamedTo = successor !== undefined && seen.last < successor.first ? successor.machine : undefined;
  const renamedFrom = renames.from.get(machine.label);
  const byProduct = own.length === 1 ? [own] : [...Map.groupBy(own, (use) => use.product).values()];
  const each = byProduct.map((uses) => {
    const latest = latestOf(columns, uses);
    const host = hosts.get(columns.computers[columns.computer[latest.latest] ?? 0] ?? "");
    const [began = Number.NaN, ends = Number.NaN] = [host?.first, host?.last];
    const reach: Reach = { began, ends, renewalInterval };
    return {
      pool: names.pool(latest),
      product: describeProduct(columns, names, uses, latest, reach),
    };
  });
  const products =
    renamedTo === undefined
      ? current(each)
      : each.map(({ product }): MachineProduct => settled(product, "renamed"));
  products.sort(byAttention);
  return {
    label: machine.label,
    names: machine.names,
    cmids: cmidsIn(names, own),
    hosts: [...machine.hosts].map((host) => columns.computers[host] ?? "").sort(compare),
    virtual: columns.virtual[latestOf(columns, own).latest] === 1,
    ...seen,
    ...worstOf(products),
    products,
    failures: codesOf(failures),
    ...(renamedTo === undefined ? {} : { renamedTo }),
    ...(renamedFrom === undefined ? {} : { renamedFrom }),
  };
}

/** The products of a machine, those settled that another of their pool has followed. */
function current(
  each: readonly { readonly pool: string; readonly product: MachineProduct }[],
): MachineProduct[] {
  const [only, other] = each;
  if (only !== undefined && other === undefined) return [only.product];
  const newest = new Map<string, number>();
  for (const { pool, product } of each)
    newest.set(pool, largest([newest.get(pool) ?? Number.NaN, product.first]));
  return each.map(({ product, pool }) => {
    const isFollowed = (newest.get(pool) ?? Number.NaN) > product.last;
    return isFollowed ? settled(product, "replaced") : product;
  });
}

/** How a machine stands: as the product that needs attention most, and as what ends or comes first of all. */
function worstOf(products: readonly MachineProduct[]): Standing {
  const live = products.filter((product) => product.condition !== "replaced");
  const [worst = products[0]] = live;
  const expires = smallest(live.map((product) => product.expires ?? Number.NaN));
  const next = smallest(live.map((product) => product.next ?? Number.NaN));
  return {
    condition: worst?.condition ?? "ok",
    status: worst?.status ?? 0,
    minutesLeft: worst?.minutesLeft ?? 0,
    code: worst?.code ?? 0,
    ...(Number.isNaN(expires) ? {} : { expires }),
    ...(Number.isNaN(next) ? {} : { next }),
  };
}

function describeProduct(
  columns: Columns,
  names: UseNames,
  uses: readonly Use[],
  latest: Use,
  reach: Reach,
): MachineProduct {
  const id = columns.products[latest.product] ?? "";
  const product = productOf(id);
  const lastSuccess = largest(uses.map((use) => use.lastSuccess));
  const seen = together(uses);
  return {
    id,
    ...(product === undefined ? {} : { product }),
    cmids: cmidsIn(names, uses),
    ...seen,
    ...(Number.isNaN(lastSuccess) ? {} : { lastSuccess }),
    ...standingOf(columns, { ...latest, ...seen }, reach),
  };
}

/** What goes on elsewhere needs nobody, and nothing is expected of it any more. */
function settled(product: MachineProduct, condition: "renamed" | "replaced"): MachineProduct {
  const { next: _, expires: __, ...rest } = product;
  return { ...rest, condition };
}

function latestOf(columns: Columns, uses: readonly Use[]): Use {
  return uses.reduce((one, other) => (isLater(columns, other.latest, one.latest) ? other : one));
}

/** In the order in which they came. */
function cmidsIn(names: UseNames, uses: readonly Use[]): string[] {
  const [only, other] = uses;
  if (only !== undefined && other === undefined) return [names.cmid(only)];
  const seen = uses.map((use) => ({ first: use.first, cmid: names.cmid(use) }));
  seen.sort((one, other) => byNumber(one.first, other.first) || compare(one.cmid, other.cmid));
  return [...new Set(seen.map(({ cmid }) => cmid))];
}

function codesOf(failures: readonly UseFailure[]): CodeCount[] {
  if (failures.length === 0) return [];
  return [...Map.groupBy(failures, (failure) => failure.code)]
    .map(([code, all]) => ({ code, requests: all.reduce((total, each) => total + each.requests, 0) }))
    .sort((one, other) => other.requests - one.requests || one.code - other.code);
}

interface Renames {
  readonly to: ReadonlyMap<string, Cluster["members"][number]>;
  readonly from: ReadonlyMap<string, string>;
}

/** Which machine may have become which: the members of a CMID that was used by one after the other. */
function renamesOf(clusters: readonly Cluster[]): Renames {
  const to = new Map<string, Cluster["members"][number]>();
  const from = new Map<string, string>();
  for (const { members, verdict } of clusters) {
    if (verdict !== "sequential") continue;
    for (const [at, { machine }] of members.entries()) {
      const next = members[at + 1];
      if (next === undefined) continue;
      to.set(machine, next);
      from.set(next.machine, machine);
    }
  }
  return { to, from };
}

const RANK = new Map<Condition, number>(CONDITIONS.map((condition, rank) => [condition, rank]));

interface Ranked {
  readonly condition: Condition;
  readonly expires?: number;
  readonly last: number;
  readonly label?: string;
  readonly id?: string;
}

/** What needs attention first, first; then what ends first. */
function byAttention(one: Ranked, other: Ranked): number {
  return (
    (RANK.get(one.condition) ?? 0) - (RANK.get(other.condition) ?? 0) ||
    byNumber(one.expires ?? Number.NaN, other.expires ?? Number.NaN) ||
    compare(one.label ?? one.id ?? "", other.label ?? other.id ?? "")
  );
}
