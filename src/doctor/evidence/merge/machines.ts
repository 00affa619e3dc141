import type { Collector } from "../collector.ts";
import { freeMemory } from "../free-memory.ts";
import type { Origin } from "../model.ts";
import { joinByRules } from "./join.ts";
import { Names, plainName } from "./names.ts";
import { Party, type Stretch } from "./party.ts";
import { stretchesOf } from "./stretches.ts";
import { headerTables, pairOf } from "./tables.ts";
import { readTraces, type Traces, withoutPort } from "./traces.ts";

/** Whose every stretch is. */
export interface Joined {
  readonly parties: readonly Party[];
  readonly partyOf: ReadonlyMap<Origin, Party>;
  readonly stretches: readonly Stretch[];
  readonly names: Names;
  readonly traces: Traces;
  /** Machines with a name, by the key of their names. */
  readonly byKey: ReadonlyMap<string, Party>;
}

/** Kinds that tell of no machine. */
const NOBODYS: ReadonlySet<string> = new Set(["zip", "unknown"]);

/** Finds out which machines there are, and which stretch is of which. */
export function joinMachines(collector: Collector): Joined {
  const stretches = stretchesOf(collector);
  const names = readNames(collector, stretches);
  const cmids = [
    ...collector.products.flatMap(({ client }) => client?.cmid?.value ?? []),
    ...stretches.flatMap((stretch) => stretch.cmids.map(({ cmid }) => cmid)),
  ];
  const traces = readTraces(collector, names, new Set(cmids));
  freeMemory(collector);
  const byKey = new Map<string, Party>();
  const named = (key: string) => {
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const party = new Party();
    party.names.add(key);
    byKey.set(key, party);
    return party;
  };
  for (const [key, trace] of traces.machines) {
    const party = named(key);
    party.isHost ||= trace.isHost;
    party.isClient ||= trace.isClient;
    for (const { product, cmid } of trace.cmids.values()) party.addCmid(product, cmid);
  }
  const anonymous: Stretch[] = [];
  for (const stretch of stretches) {
    const [name] = stretch.names;
    if (name === undefined) {
      if (!NOBODYS.has(stretch.origin.kind)) anonymous.push(stretch);
    } else {
      const party = named(names.keyOf(name, stretch.origin.file));
      party.add(stretch);
      for (const other of stretch.names) party.names.add(other);
    }
  }
  const nameless = joinByRules({ anonymous, stretches, byKey, named, names, traces, collector });
  for (const name of namesSeen(collector)) {
    const party = byKey.get(names.keyOf(name.name, name.file));
    party?.names.add(name.name);
  }
  const parties = [...new Set([...byKey.values(), ...nameless])];
  const partyOf = new Map(parties.flatMap((party) => party.stretches.map(({ origin }) => [origin, party])));
  return { parties, partyOf, stretches, names, traces, byKey };
}

function readNames(collector: Collector, stretches: readonly Stretch[]): Names {
  const names = new Names();
  for (const { origin, names: own } of stretches) for (const name of own) names.state(name, origin.file);
  for (const { name, file } of namesSeen(collector)) names.state(name, file);
  for (const name of collector.handled.table.values("name")) mention(names, name);
  for (const name of collector.sent.table.values("host")) mention(names, withoutPort(name));
  for (const { client } of collector.products) {
    for (const host of [client?.registered, client?.discovered]) if (host) mention(names, host.value.name);
  }
  for (const { targets } of collector.dns) for (const { host } of targets) mention(names, host);
  for (const { origin, names: own } of stretches) {
    for (const name of own) names.unite(own[0] ?? name, name, origin.file);
  }
  return names;
}

function mention(names: Names, text: string): void {
  const name = plainName(text);
  if (name !== "") names.mention(name);
}

/** The computers that events name as their own, each once a file. */
function namesSeen(collector: Collector): { name: string; file: string }[] {
  const found = new Map<string, { name: string; file: string }>();
  const see = (computer: string, file: string) => {
    const name = plainName(computer);
    if (name !== "") found.set(`${file}\n${name}`, { name, file });
  };
  for (const { computer, origin } of collector.logs) see(computer, origin.file);
  for (const { computer, origin } of collector.events) see(computer, origin.file);
  for (const table of headerTables(collector)) {
    const seen = new Set<number>();
    const [files, computers] = [table.column("file"), table.column("computer")];
    for (let row = 0; row < table.length; row++) {
      const pair = pairOf(files[row], computers[row]);
      if (seen.has(pair)) continue;
      seen.add(pair);
      see(table.get(row, "computer"), table.get(row, "file"));
    }
  }
  return [...found.values()].sort((a, b) => (`${a.file}\n${a.name}` < `${b.file}\n${b.name}` ? -1 : 1));
}
