import type { Collector } from "./collector.ts";
import { filesOf } from "./merge/files.ts";
import { labelsOf } from "./merge/labels.ts";
import { joinMachines } from "./merge/machines.ts";
import { bareName, plainName } from "./merge/names.ts";
import type { Party } from "./merge/party.ts";
import { headerTables } from "./merge/tables.ts";
import type { Evidence, Machine, Origin, System } from "./model.ts";

/**
 * Makes one evidence of what the readers found: which machines there are, and which stretch of which file is of which.
 * Takes the collector over; its tables become those of the evidence. The order of the files makes no difference.
 */
export function merge(collector: Collector): Evidence {
  const { parties, partyOf, stretches } = joinMachines(collector);
  const paths = new Set(stretches.map(({ origin }) => origin.file));
  const labels = labelsOf(parties, [...paths]);
  const machines = new Map(parties.map((party) => [party, machine(party, labels.get(party) ?? "")]));
  // What the machines were found by is not kept: for a large log it is a good part of all.
  const byOrigin = new Map([...partyOf].map(([origin, party]) => [origin, machines.get(party)]));
  const machineOf = (origin: Origin) => byOrigin.get(origin);
  nameRows(collector, machineOf);
  const { readings: _, logs, events, ...items } = collector;
  return {
    system: systemOf(collector),
    files: filesOf(collector, stretches, machineOf),
    machines: [...machines.values()].sort((a, b) => (a.label < b.label ? -1 : 1)),
    machineOf,
    machineNamed: finder([...machines.values()]),
    ...listed(items),
    sent: collector.sent,
    answered: collector.answered,
    handled: collector.handled,
    events: sorted(events),
    logs: sorted(logs),
  };
}

type Lists = Pick<
  Evidence,
  | "products"
  | "attempts"
  | "expiries"
  | "dns"
  | "probes"
  | "connections"
  | "networks"
  | "routes"
  | "registry"
  | "clocks"
  | "sysprep"
  | "statements"
>;

function listed(lists: Lists): Lists {
  return {
    products: sorted(lists.products),
    attempts: sorted(lists.attempts),
    expiries: sorted(lists.expiries),
    dns: sorted(lists.dns),
    probes: sorted(lists.probes),
    connections: sorted(lists.connections),
    networks: sorted(lists.networks),
    routes: sorted(lists.routes),
    registry: sorted(lists.registry),
    clocks: sorted(lists.clocks),
    sysprep: sorted(lists.sysprep),
    statements: sorted(lists.statements),
  };
}

/** In the order of the files; what is in one file stays in its order. */
function sorted<Item extends { readonly origin: Origin }>(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) =>
    a.origin.file < b.origin.file ? -1 : a.origin.file > b.origin.file ? 1 : 0,
  );
}

function machine(party: Party, label: string): Machine {
  return {
    label,
    names: [...party.names].sort(),
    isHost: party.isHost,
    isClient: party.isClient,
    cmids: [...new Set([...party.cmids.values()].flatMap((cmids) => [...cmids]))].sort(),
  };
}

/** Finds machines by name: as it is, or by the bare name where only one machine can be meant. */
function finder(machines: readonly Machine[]): (name: string) => Machine | undefined {
  const byName = new Map<string, Machine>();
  const byBare = new Map<string, Set<Machine>>();
  for (const one of machines) {
    for (const name of one.names) {
      byName.set(name, one);
      const bare = bareName(name);
      const others = byBare.get(bare);
      if (others === undefined) byBare.set(bare, new Set([one]));
      else others.add(one);
    }
    if (one.names.length === 0) byName.set(one.label.toLowerCase(), one);
  }
  return (name) => {
    const plain = plainName(name) || name.toLowerCase();
    const exact = byName.get(plain);
    if (exact !== undefined) return exact;
    const bare = bareName(plain);
    const [only, other] = byBare.get(bare) ?? [];
    if (only === undefined || other !== undefined) return undefined;
    // Two full names that differ are two machines.
    const isOther = plain.includes(".") && only.names.some((one) => one.includes("."));
    return isOther ? undefined : only;
  };
}

/** Gives rows whose event does not say which computer logged it the machine of the only nameless log in their file. */
function nameRows(collector: Collector, machineOf: (origin: Origin) => Machine | undefined): void {
  const byFile = new Map<string, Set<string>>();
  for (const { origin } of collector.readings) {
    if (!origin.kind.startsWith("event-")) continue;
    const label = machineOf(origin)?.label.toLowerCase() ?? "";
    byFile.set(origin.file, (byFile.get(origin.file) ?? new Set()).add(label));
  }
  for (const table of headerTables(collector)) {
    if (!table.values("computer").includes("")) continue;
    for (let row = 0; row < table.length; row++) {
      if (table.get(row, "computer") !== "") continue;
      const [label, other] = byFile.get(table.get(row, "file")) ?? [];
      if (label !== undefined && other === undefined) table.set(row, "computer", label);
    }
  }
}

/** Whose evidence it is: Muster's when that is all there is. */
function systemOf({ readings }: Collector): System {
  const told = readings.filter(({ origin }) => /^(?:slmgr|ospp|cim|event|evtx)/.test(origin.kind));
  return told.length > 0 && told.every(({ origin }) => origin.system === "muster") ? "muster" : "kms";
}
