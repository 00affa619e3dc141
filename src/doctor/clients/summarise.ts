import { freeMemory } from "../evidence/free-memory.ts";
import type { Evidence } from "../evidence/model.ts";
import { productOf } from "../products.ts";
import { type Columns, columnsOf, isFailure, isLater } from "./columns.ts";
import { largest, smallest } from "./extremes.ts";
import { hostLogs, renewalIntervalOf } from "./host-logs.ts";
import { identify } from "./identity.ts";
import { describeMachines } from "./machines.ts";
import type { ClientsReport, Failure, HostLog, ProductUse, SummaryOptions } from "./report.ts";
import { compare, findChanges, findClusters, type UseNames } from "./sharing.ts";
import { type Gathered, gatherUses, together } from "./uses.ts";
import { countOverTime, poolOf } from "./windows.ts";

/** Sums up the requests that hosts logged, by machine, product and time. The order of the rows does not matter. */
export function summarise(evidence: Evidence, options: SummaryOptions = {}): ClientsReport {
  const columns = columnsOf(evidence.handled);
  const { minutes, stated } = renewalIntervalOf(evidence, options.renewalInterval);
  const hosts = hostLogs(columns, evidence, minutes);
  const identities = identify(columns.names, (names) => cmidsOf(columns, names));
  freeMemory(evidence);
  const gathered = gatherUses(columns, identities);
  freeMemory(evidence);
  const names: UseNames = {
    machine: (use) => gathered.machines[use.machine]?.label ?? "",
    cmid: (use) => columns.cmids[use.cmid] ?? "",
    pool: (use) =>
      poolOf(columns.products[use.product] ?? "", columns.required[use.latest] ?? 0, evidence.system),
  };
  const whole = {
    began: smallest(hosts.map((host) => host.first)),
    ends: largest(hosts.map((host) => host.last)),
    renewalInterval: minutes,
  };
  const clusters = findClusters(gathered.uses, names, whole);
  const { days, hours, windows } = countOverTime(columns, evidence.system, isFailure);
  freeMemory(evidence);
  return {
    hosts,
    renewalInterval: minutes,
    renewalIntervalStated: stated,
    requests: sum(hosts, (host) => host.requests),
    failed: sum(hosts, (host) => host.failed),
    undated: count(columns, (row) => Number.isNaN(columns.time[row])),
    repeated: columns.repeated.reduce((total, each) => total + each, 0),
    machines: describeMachines(columns, gathered, names, {
      hosts,
      clusters,
      renewalInterval: minutes,
    }),
    products: productUses(columns, gathered),
    failures: failuresOf(evidence, columns, gathered),
    clusters,
    changes: findChanges(gathered.uses, names),
    windows,
    days,
    hours,
    requestsByStatus: byStatus(columns),
  };
}

function sum(hosts: readonly HostLog[], of: (host: HostLog) => number): number {
  return hosts.reduce((total, host) => total + of(host), 0);
}

function count(columns: Columns, holds: (row: number) => boolean): number {
  let found = 0;
  for (let row = 0; row < columns.length; row++) if (columns.repeated[row] !== 1 && holds(row)) found += 1;
  return found;
}

function byStatus(columns: Columns): number[] {
  const requests = new Array<number>(7).fill(0);
  for (let row = 0; row < columns.length; row++) {
    const status = columns.status[row] ?? 0;
    if (columns.repeated[row] !== 1 && status < requests.length)
      requests[status] = (requests[status] ?? 0) + 1;
  }
  return requests;
}

/** The CMIDs that each of these names used. */
function cmidsOf(columns: Columns, names: ReadonlySet<string>): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>([...names].map((name) => [name, new Set()]));
  if (names.size === 0) return found;
  const sets = columns.names.map((name) => found.get(name.trim().toLowerCase()));
  for (let row = 0; row < columns.length; row++) {
    sets[columns.name[row] ?? 0]?.add(columns.cmids[columns.cmid[row] ?? 0] ?? "");
  }
  return found;
}

function productUses(columns: Columns, { uses }: Gathered): ProductUse[] {
  const products = [...Map.groupBy(uses, (use) => use.product)].map(([index, ofProduct]): ProductUse => {
    const id = columns.products[index] ?? "";
    const product = productOf(id);
    return {
      id,
      ...(product === undefined ? {} : { product }),
      required: largest(ofProduct.map((use) => columns.required[use.latest] ?? 0)),
      machines: new Set(ofProduct.map((use) => use.machine)).size,
      ...together(ofProduct),
    };
  });
  return products.sort(
    (one, other) =>
      other.machines - one.machines || other.requests - one.requests || compare(one.id, other.id),
  );
}

function failuresOf(evidence: Evidence, columns: Columns, { failures, machines }: Gathered): Failure[] {
  const groups = Map.groupBy(failures, (failure) => `${failure.code} ${failure.product}`);
  const all = [...groups.values()].map((group): Failure => {
    const latest = group.reduce((one, other) => (isLater(columns, other.latest, one.latest) ? other : one));
    const id = columns.products[latest.product] ?? "";
    const product = productOf(id);
    const { first, last, requests } = together(group.map((each) => ({ ...each, failed: 0 })));
    return {
      code: latest.code,
      id,
      ...(product === undefined ? {} : { product }),
      requests,
      machines: [...new Set(group.map((each) => machines[each.machine]?.label ?? ""))].sort(compare),
      first,
      last,
      at: evidence.handled.place(latest.latest),
    };
  });
  return all.sort(
    (one, other) =>
      other.machines.length - one.machines.length ||
      other.requests - one.requests ||
      one.code - other.code ||
      compare(one.id, other.id),
  );
}
