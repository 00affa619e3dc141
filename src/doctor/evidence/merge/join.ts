import type { Collector } from "../collector.ts";
import { joinNameless } from "./nameless.ts";
import { type Names, plainName } from "./names.ts";
import { Party, type Stretch } from "./party.ts";
import type { Span, Traces } from "./traces.ts";

/** What the rules go by. */
export interface Known {
  readonly anonymous: readonly Stretch[];
  readonly stretches: readonly Stretch[];
  readonly byKey: ReadonlyMap<string, Party>;
  /** The machine of a key, made when it is new. */
  named(key: string): Party;
  readonly names: Names;
  readonly traces: Traces;
  readonly collector: Collector;
}

/** Keys of the machines that files, and folders with all below them, are known to be of. */
interface Places {
  readonly files: ReadonlyMap<string, ReadonlySet<string>>;
  readonly folders: ReadonlyMap<string, ReadonlySet<string>>;
  /** The folder that all files lie in. */
  readonly top: string;
  /** Names of machines by the folders that `muster collect` filled on them. */
  readonly collected: ReadonlyMap<string, string>;
}

/** What is known when a round of questions begins. */
interface Round extends Known {
  readonly places: Places;
  /** All parties with what a host prints of itself. */
  readonly hosts: readonly Party[];
  /** Keys of the hosts that clients name beside an extended PID. */
  readonly hostsByPid: ReadonlyMap<string, ReadonlySet<string>>;
  /** Machines that logged events of an activation id, and when. */
  readonly bySku: ReadonlyMap<string, readonly { key: string; span: Span }[]>;
}

/** Gives the key of the only machine that a party can be; undefined when there is none or more than one. */
type Rule = (party: Party, round: Round) => string | undefined;

/** In this order: what proves goes before what only fits. */
const RULES: readonly Rule[] = [
  byFile,
  byCmid,
  byHostPid,
  byOnlyHost,
  byProductAndTime,
  byCollection,
  byFolder,
];

/**
 * Joins stretches that name no machine to those that have a name, and gives the machines that stay without one. The first
 * rule that says anything is followed, then all are asked again; all stretches are asked before any is joined, so that
 * the order of the files does not matter.
 */
export function joinByRules(known: Known): Party[] {
  const waiting = new Set(partiesByFile(known.anonymous));
  const top = topFolder(known.stretches);
  const collected = collectedFolders(known);
  const lasting = { ...known, hostsByPid: hostsByPid(known), bySku: bySku(known) };
  for (let isNew = true; isNew; ) {
    isNew = false;
    const hosts = [...waiting, ...known.byKey.values()].filter(isHostBlock);
    const round = { ...lasting, hosts, places: { ...placesOf(known), top, collected } };
    for (const rule of RULES) {
      const claims = new Map<string, Party[]>();
      for (const party of waiting) {
        const key = rule(party, round);
        if (key === undefined) continue;
        const others = claims.get(key);
        if (others === undefined) claims.set(key, [party]);
        else others.push(party);
      }
      for (const [key, claimants] of claims) {
        const winners =
          undisputed(claimants) ?? undisputed(claimants.filter((one) => hasStateOf(one, key, known)));
        if (winners === undefined) continue;
        for (const party of winners) {
          known.named(key).addAll(party);
          waiting.delete(party);
        }
        isNew = true;
      }
      if (isNew) break;
    }
  }
  const hosts = [...waiting, ...known.byKey.values()].filter(isHostBlock);
  const writers = [...known.traces.machines.values()].some(({ isHost }) => isHost);
  const parties = joinNameless(waiting, writers ? [] : hosts, (sku) => lasting.bySku.has(sku));
  return parties.filter(({ stretches }) => stretches.some(({ isOfMachine }) => isOfMachine));
}

/** Of so many transcripts no two are compared: they are not of one machine. */
const MANY = 1000;

/** Those that claim to be one machine, if they can be; undefined for none. */
function undisputed(claimants: readonly Party[]): readonly Party[] | undefined {
  const identified = claimants.filter((one) => one.isIdentified);
  const isDisputed =
    identified.length > MANY || identified.some((one) => identified.some((two) => one.contradicts(two)));
  return isDisputed || claimants.length === 0 ? undefined : claimants;
}

/** Whether a party is licensed where the machine's own events say that it is, and not where they say that it is not. */
function hasStateOf(party: Party, key: string, { traces }: Known): boolean {
  const states = traces.machines.get(key)?.licensed;
  return party.stretches.every(({ products }) =>
    products.every(({ product, status }) => {
      const state = states?.get(product?.value ?? "");
      return state === undefined || status === undefined || state.is === (status.value === 1);
    }),
  );
}

/** Within a file: what states the same product with the same extended PID is one machine, and so is what does not contradict. */
function partiesByFile(anonymous: readonly Stretch[]): Party[] {
  return [...Map.groupBy(anonymous, ({ origin }) => origin.file).values()].flatMap(partiesOf);
}

function partiesOf(stretches: readonly Stretch[]): Party[] {
  const parties: Party[] = [];
  const unidentified: Stretch[] = [];
  const byIdentity = new Map<string, Party>();
  for (const stretch of stretches) {
    const party = new Party();
    party.add(stretch);
    if (party.pids.size + party.cmids.size === 0) unidentified.push(stretch);
    else {
      const identities = party.identities();
      const same = identities
        .map((identity) => byIdentity.get(identity))
        .find((other) => other?.contradicts(party) === false);
      if (same === undefined) parties.push(party);
      else same.addAll(party);
      for (const identity of identities) byIdentity.set(identity, same ?? party);
    }
  }
  const first = parties[0] ?? new Party();
  const isOne = parties.every((one) =>
    parties.every((two) => !one.contradicts(two) && !one.hasOtherRoleThan(two)),
  );
  if (isOne) {
    for (const party of parties.slice(1)) first.addAll(party);
    const skus = new Set(first.stretches.flatMap((stretch) => [...stretch.skus]));
    const others = new Party();
    // Somebody's attempt at another product, beside the state of a host, is not the host's.
    for (const stretch of unidentified) {
      const isOther = skus.size > 0 && stretch.skus.size > 0 && skus.isDisjointFrom(stretch.skus);
      (isOther ? others : first).add(stretch);
    }
    return [first, others].filter(({ stretches }) => stretches.length > 0);
  }
  for (const stretch of unidentified) nearest(stretch, parties).add(stretch);
  return parties;
}

/** The party of the same product that comes next, or else last, in the file; one of its own when there is none. */
function nearest(stretch: Stretch, parties: Party[]): Party {
  const same = parties
    .slice(0, MANY)
    .filter((party) => party.stretches.some(({ skus }) => !skus.isDisjointFrom(stretch.skus)));
  const next = same.find((party) => party.stretches.some(({ order }) => order > stretch.order));
  const found = next ?? same.at(-1);
  if (found !== undefined) return found;
  const own = new Party();
  parties.push(own);
  return own;
}

/** Whether a party may be this machine, for rules that do not prove it. */
function fits(party: Party, machine: Party | undefined): boolean {
  return machine !== undefined && !party.contradicts(machine) && !party.hasOtherRoleThan(machine);
}

/** Other stretches of the same file name one machine. */
function byFile(party: Party, round: Round): string | undefined {
  const keys = round.places.files.get(party.stretches[0]?.origin.file ?? "");
  return onlyFitting(keys ?? new Set(), party, round);
}

/** Its CMID is that of one machine, as its own events or those of its host say. */
function byCmid(party: Party, { traces, byKey }: Round): string | undefined {
  const keys = new Set<string>();
  for (const cmids of party.cmids.values()) {
    for (const cmid of cmids) for (const key of traces.askers.get(cmid) ?? []) keys.add(key);
  }
  return uncontradicted(only(keys), party, byKey);
}

/** Clients state its extended PID, and the name of the host that they have it from. */
function byHostPid(party: Party, { hostsByPid, byKey }: Round): string | undefined {
  if (!party.isHost) return undefined;
  const keys = new Set<string>();
  for (const pids of party.pids.values()) {
    for (const pid of pids) for (const key of hostsByPid.get(pid) ?? []) keys.add(key);
  }
  return uncontradicted(only(keys), party, byKey);
}

/**
 * It is the only host whose state was given, and one machine wrote events of a host, or answered as one. Of several that
 * wrote them, it is none whose log holds more requests than it received since it was set up.
 */
function byOnlyHost(party: Party, { hosts, traces, byKey }: Round): string | undefined {
  if (hosts.length !== 1 || hosts[0] !== party) return undefined;
  const all = [...traces.machines].filter(([, { isHost }]) => isHost);
  const total = receivedBy(party);
  const fitting = all.length < 2 ? all : all.filter(([, { handled }]) => handled <= total);
  const writers = fitting.map(([key]) => key);
  if (writers.length === 0 && all.length > 0) return undefined;
  return uncontradicted(only(new Set(writers.length > 0 ? writers : traces.answering)), party, byKey);
}

/** The largest total of requests that a host stated; infinite when it stated none. */
function receivedBy({ stretches }: Party): number {
  const totals = stretches.flatMap(({ products }) =>
    products.flatMap(({ host }) => (host?.total === undefined ? [] : [host.total.value])),
  );
  return totals.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...totals);
}

/** The key, unless what is known of its machine contradicts the party. */
function uncontradicted(
  key: string | undefined,
  party: Party,
  byKey: ReadonlyMap<string, Party>,
): string | undefined {
  const machine = key === undefined ? undefined : byKey.get(key);
  return machine?.contradicts(party) === true ? undefined : key;
}

function isHostBlock({ stretches }: Party): boolean {
  return stretches.some(({ products }) => products.some(({ host }) => host !== undefined));
}

function hostsByPid({ collector, names }: Known): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { origin, client } of collector.products) {
    const pid = client?.hostExtendedPid?.value;
    const host = plainName((client?.registered ?? client?.discovered)?.value.name ?? "");
    if (pid !== undefined && host !== "") put(found, pid, names.keyOf(host, origin.file));
  }
  return found;
}

function bySku({ traces }: Known): Map<string, { key: string; span: Span }[]> {
  const found = new Map<string, { key: string; span: Span }[]>();
  for (const [key, { products }] of traces.machines) {
    for (const [sku, span] of products) {
      const others = found.get(sku);
      if (others === undefined) found.set(sku, [{ key, span }]);
      else others.push({ key, span });
    }
  }
  return found;
}

function put(map: Map<string, Set<string>>, place: string, key: string): void {
  const keys = map.get(place);
  if (keys === undefined) map.set(place, new Set([key]));
  else keys.add(key);
}

/** Where so many machines logged a product, that of a transcript is not found by it. */
const CANDIDATES = 500;
const DAY = 86_400_000;
/** A transcript is taken about when its log ends, give or take the zone that its time is in. */
const BEFORE = 2 * DAY;
const AFTER = 14 * DAY;

/** One machine logged events of its product at about its time. */
function byProductAndTime(party: Party, known: Round): string | undefined {
  if (party.isHost) return undefined;
  const skus = new Set(party.stretches.flatMap((stretch) => [...stretch.skus]));
  const times = party.stretches.flatMap(({ products }) =>
    products.flatMap(({ trustedTime }) => trustedTime?.value.readings ?? []),
  );
  const isNear = ({ first, last }: Span) =>
    times.length === 0 || times.some((time) => time > first - BEFORE && time < last + AFTER);
  const keys = new Set<string>();
  for (const sku of skus) {
    const logged = known.bySku.get(sku) ?? [];
    if (logged.length > CANDIDATES) return undefined;
    for (const { key, span } of logged) if (isNear(span)) keys.add(key);
  }
  return onlyFitting(keys, party, known);
}

/** The nearest folder around it in which `muster collect` put what it took of one machine, which it names. */
function byCollection(party: Party, { places, byKey }: Round): string | undefined {
  for (let folder = folderOf(party.stretches[0]?.origin.file ?? ""); ; folder = folderOf(folder)) {
    const key = places.collected.get(folder);
    if (key !== undefined) return fits(party, byKey.get(key)) ? key : undefined;
    if (folder === "") return undefined;
  }
}

function collectedFolders({ stretches, names }: Known): Map<string, string> {
  return new Map(
    stretches.flatMap(({ origin, names: [name] }) =>
      origin.kind === "muster" && name !== undefined
        ? [[folderOf(origin.file), names.keyOf(name, origin.file)]]
        : [],
    ),
  );
}

/** The folder that it lies in, but not the topmost of all, holds what is of one machine. */
function byFolder(party: Party, { places, byKey }: Round): string | undefined {
  const file = party.stretches[0]?.origin.file ?? "";
  for (let folder = folderOf(file); folder.length > places.top.length; folder = folderOf(folder)) {
    const keys = places.folders.get(folder);
    if (keys === undefined) continue;
    const key = only(keys);
    return key !== undefined && fits(party, byKey.get(key)) ? key : undefined;
  }
  return undefined;
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** The folder that all files lie in. */
function topFolder(stretches: readonly Stretch[]): string {
  const folders = stretches
    .filter(({ origin }) => origin.kind !== "zip")
    .map(({ origin }) => folderOf(origin.file));
  const [first = "", ...others] = new Set(folders);
  return others.reduce((top, folder) => {
    let shared = top;
    while (shared !== "" && shared !== folder && !folder.startsWith(`${shared}/`)) shared = folderOf(shared);
    return shared;
  }, first);
}

function placesOf({ byKey }: Known): Pick<Places, "files" | "folders"> {
  const files = new Map<string, Set<string>>();
  const folders = new Map<string, Set<string>>();
  for (const [key, { stretches }] of byKey) {
    for (const { origin } of stretches) {
      put(files, origin.file, key);
      for (let folder = folderOf(origin.file); folder !== ""; folder = folderOf(folder))
        put(folders, folder, key);
    }
  }
  return { files, folders };
}

/** The only one of some machines that a party may be. */
function onlyFitting(keys: ReadonlySet<string>, party: Party, { byKey }: Known): string | undefined {
  return only(new Set([...keys].filter((key) => fits(party, byKey.get(key)))));
}

function only(keys: ReadonlySet<string>): string | undefined {
  const [key, other] = keys;
  return other === undefined ? key : undefined;
}
