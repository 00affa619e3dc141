import type { Verdict } from "../cause.ts";
import type { Origin, Probe } from "../evidence/model.ts";
import type { Place } from "../evidence/place.ts";
import type { Case } from "./case.ts";
import type { Client } from "./client.ts";
import { cloudHostOf } from "./cloud-hosts.ts";
import { isHurt, mayAsk, pinOf } from "./discovery.ts";
import type { Exchange } from "./exchange.ts";
import type { Host } from "./host.ts";
import { once } from "./once.ts";

/**
 * Codes of a request to which no host answered: RPC server unavailable (also as an NT status), call failed, group not in
 * the correct state, timeouts, refused, forbidden, unreachable, reset, name without an address.
 */
export const NO_CONTACT: ReadonlySet<number> = new Set([
  0x800706ba, 0xc0020017, 0x800706be, 0x800706bf, 0x8007139f, 0x80071397, 0x800705b4, 0x8007274c, 0x8007274d,
  0x80072751, 0x80072746, 0x80072af9, 0x80072afc, 0x8007271d, 0xc004f039,
]);

/** How the tries ended: `refused` at once, `timeout`, no way there, no address for the name; `unknown` when nothing tells. */
export type Manner = "refused" | "timeout" | "unreachable" | "unresolved" | "unknown";

/** A host that was tried, by a client or by a test of its port, and did not answer. */
export interface Unreached {
  readonly host: Host;
  /** Clients whose newest tries at it were in vain. */
  readonly clients: readonly Client[];
  /** Of these, and of those that DNS leaves no other host and that say no more than 0xC004F074, who is not activated. */
  readonly hurt: readonly Client[];
  /** The newest of them, one for each client, newest first. */
  readonly tries: readonly Exchange[];
  /** Since when tries are in vain, milliseconds since the epoch; NaN when only port tests say so. */
  readonly since: number;
  /** Failed tests of its port. */
  readonly probes: readonly Probe[];
  readonly manner: Manner;
  /** It served somebody meanwhile: another client's answer, a request in its log, a port that is open from elsewhere. */
  readonly serves: Place | undefined;
  /** It logged a request that the client takes for unanswered: the answer was lost on its way back. */
  readonly heard: Place | undefined;
  /** The machine is there, whatever its service does: it answers a ping, refuses, or gave its own evidence. */
  readonly isUp: Place | undefined;
  /** On the host itself the service is seen to listen: by a test made there, or by netstat. */
  readonly listens: Place | undefined;
  /** The machine is not there: no way to it, no answer to a ping, no address for its name. */
  readonly isGone: Place | undefined;
  /** DNS names it for clients; undefined when no SRV answer is in evidence. */
  readonly isInSrv: boolean | undefined;
  /** Clients that were given it by name. */
  readonly pinned: readonly Client[];
  /** Clients that asked another host afterwards, or found it in DNS before, though DNS does not name it. */
  readonly cached: readonly Client[];
  /** Hosts that answer in its stead. */
  readonly substitutes: readonly Host[];
  /** More than a restart, or a laptop out of reach: a port test failed too, tries failed for long, or somebody is not activated. */
  readonly isLasting: boolean;
  /** A cloud's or provider's own host, which is in no zone of the customer's and behind no firewall of theirs. */
  readonly isProviders: boolean;
}

/** Whether a name or address is that of a cloud's own KMS host. */
export function isProvidersHost(name: string): boolean {
  return cloudHostOf(name) !== undefined;
}

/** Every host that somebody tried in vain. */
export const unreachedIn: (the: Case) => readonly Unreached[] = once((the) =>
  the.hosts.flatMap((host) => unreachedFrom(the, host) ?? []),
);

/**
 * Which of three causes a silent host fits: a stale SRV record (D02), a closed firewall (N01), a stopped service (N05).
 * `likely` for each that is left when nothing tells them apart; none when it serves others, when the answer was lost, or
 * when it is a provider's. A host that is in no SRV record is no D02. What may have been a restart is none of them.
 */
export function suspects(unreached: Unreached): Partial<Record<"D02" | "N01" | "N05", Verdict>> {
  return unreached.isLasting ? suspectsOf(unreached) : {};
}

function suspectsOf(unreached: Unreached): Partial<Record<"D02" | "N01" | "N05", Verdict>> {
  const { serves, heard, isProviders, isUp, isGone, isInSrv, manner, substitutes } = unreached;
  if (serves !== undefined || heard !== undefined || isProviders || manner === "unresolved") return {};
  // Whoever was given the host by name was not led there by a record.
  const areNamed = unreached.clients.length > 0 && unreached.pinned.length >= unreached.clients.length;
  const mayBeStale = isInSrv ?? !areNamed;
  if (unreached.listens !== undefined) return { N01: "likely" };
  const isKnownHost = unreached.host.reports.length > 0 || unreached.host.log !== undefined;
  if (isUp !== undefined) {
    if (manner === "refused") {
      return mayBeStale && !isKnownHost ? { D02: "likely", N05: "likely" } : { N05: "likely" };
    }
    return manner === "timeout" ? { N01: "likely" } : { N01: "likely", N05: "likely" };
  }
  const hasOthers = substitutes.length > 0;
  if (mayBeStale && isGone !== undefined && (hasOthers || manner === "unreachable")) {
    return { D02: hasOthers && isInSrv ? "confirmed" : "likely", N01: "possible", N05: "possible" };
  }
  const rest: Verdict = mayBeStale && hasOthers ? "possible" : "likely";
  return {
    ...(mayBeStale ? { D02: "likely" as const } : {}),
    ...(manner === "refused" ? {} : { N01: rest }),
    ...(manner === "timeout" || manner === "unreachable" ? {} : { N05: rest }),
  };
}

function unreachedFrom(the: Case, host: Host): Unreached | undefined {
  const names = host.names;
  const isIt = (name: string) => name !== "" && the.names.same(name, names);
  const tried = the.clients.map((client) => ({
    client,
    exchanges: client.exchanges.filter((each) => isIt(each.host)),
  }));
  const vain = tried.flatMap(({ client, exchanges }) => {
    const answered = exchanges.findLastIndex(({ answer, code }) => answer !== undefined || !isVain(code));
    const last = exchanges.slice(answered + 1);
    return last.length > 0 && (last.length > 1 || isFinal(last, client)) ? [{ client, last }] : [];
  });
  const isOwn = ({ origin }: { origin: Origin }) =>
    host.machine !== undefined && the.evidence.machineOf(origin) === host.machine;
  const ports = host.probes.filter((probe) => probe.protocol !== "icmp" && !isOwn(probe));
  const probes = ports.filter(({ result }) => result !== "open");
  if (vain.length === 0 && probes.length === 0) return undefined;
  const since = Math.min(...vain.flatMap(({ last }) => last[0]?.time ?? []));
  const from = Number.isFinite(since) ? since : the.now - 24 * 60 * 60_000;
  const newest = vain.flatMap(({ last }) => last.slice(-1)).toSorted((one, two) => two.time - one.time);
  const answeredLater = tried
    .flatMap(({ exchanges }) => exchanges)
    .find(({ time, answer }) => answer !== undefined && time > from);
  const heard = newest.find(({ handled }) => handled !== undefined)?.handled?.at;
  const manner = mannerOf(newest, probes, addressMissing(the, names) !== undefined);
  const ping = host.probes.find(({ protocol }) => protocol === "icmp");
  const logged = host.log !== undefined && host.log.last > from ? lastHandled(the, host, from) : undefined;
  const refused = probes.find(({ result }) => result === "refused");
  const port = newest[0]?.port || probes[0]?.port || 1688;
  const listens =
    host.probes.find((probe) => isOwn(probe) && probe.port === port && probe.result === "open")?.at ??
    the.evidence.connections.find(
      (each) => isOwn(each) && each.state === "LISTENING" && each.localPort === port,
    )?.at;
  const named = the.srv.some(({ result }) => result === "found") ? host.targets.length > 0 : undefined;
  const absent = the.srv.some(({ result }) => result === "nxdomain" || result === "nodata");
  return {
    host,
    clients: vain.map(({ client }) => client),
    hurt: the.clients.filter(
      (client) =>
        client.state === "notActivated" &&
        (vain.some((each) => each.client === client) || dependsOn(the, host, client)),
    ),
    tries: newest,
    since: Number.isFinite(since) ? since : Number.NaN,
    probes,
    manner,
    serves: answeredLater?.answer?.at ?? logged ?? ports.find(({ result }) => result === "open")?.at,
    heard,
    isUp:
      (ping?.result === "open" ? ping.at : undefined) ??
      refused?.at ??
      newest.find(({ code }) => code === 0x8007274d)?.at ??
      listens ??
      ownEvidence(the, host, from),
    listens,
    isGone:
      (ping !== undefined && ping.result !== "open" ? ping.at : undefined) ??
      probes.find(({ result }) => result === "unreachable")?.at ??
      newest.find(({ code }) => code === 0x80072751)?.at ??
      addressMissing(the, names),
    isInSrv: named ?? (absent ? false : undefined),
    pinned: the.clients.filter((client) => isIt(pinOf(the, client)?.host ?? "")),
    cached: vain.flatMap(({ client, last }) =>
      named === false && pinOf(the, client) === undefined && cameFromCache(client, last, isIt)
        ? [client]
        : [],
    ),
    substitutes: the.hosts.filter((other) => other !== host && answers(other)),
    isLasting: isLasting(host, vain, probes, ping),
    isProviders: names.some(isProvidersHost),
  };
}

/** A single try in vain is news when nothing better followed it at any host, or the client went elsewhere at once. */
function isFinal(last: readonly Exchange[], { exchanges, failing }: Client): boolean {
  const [only] = last;
  if (only === undefined) return false;
  const next = exchanges[exchanges.indexOf(only) + 1];
  return failing.includes(only) || (next !== undefined && next.host !== only.host);
}

const NO_HOST_CONTACTED = 0xc004f074;

/** It kept no event of whom it asked, and DNS names this host alone. */
function dependsOn(the: Case, host: Host, client: Client): boolean {
  const code = client.failure?.code ?? 0;
  const isEnvelope = code === NO_HOST_CONTACTED || NO_CONTACT.has(code);
  return (
    isEnvelope &&
    mayAsk(client) &&
    client.exchanges.length === 0 &&
    pinOf(the, client) === undefined &&
    host.targets.length > 0 &&
    host.targets.length === the.targets.length
  );
}

/** slmgr writes times without fractions. */
const SECOND = 1000;
const LASTING = 2 * 60 * 60_000;

function isLasting(
  { tries }: Host,
  vain: readonly { readonly client: Client; readonly last: readonly Exchange[] }[],
  probes: readonly Probe[],
  ping: Probe | undefined,
): boolean {
  if (probes.length > 0 || (ping !== undefined && ping.result !== "open")) return true;
  if (vain.some(({ client }) => client.state === "notActivated")) return true;
  // One licensed machine that is late by hours is a laptop on its way; refused, it did reach the host.
  const isOne = new Set(vain.map(({ client }) => client.label)).size === 1;
  const isRefused = vain.some(({ last }) => last.at(-1)?.code === 0x8007274d);
  if (isOne && !isRefused && !vain.some(({ client }) => isHurt(client))) return false;
  // A host that has answered before may miss a try of this and that client, who then stay with another.
  const areSingle = vain.every(({ last }) => last.length === 1);
  if (areSingle && tries.answered > 0 && vain.length < 3) return false;
  const times = vain.flatMap(({ last }) => last.map(({ time }) => time));
  return Math.max(...times) - Math.min(...times) >= LASTING;
}

function isVain(code: number): boolean {
  return NO_CONTACT.has(code);
}

function mannerOf(tries: readonly Exchange[], probes: readonly Probe[], hasNoAddress: boolean): Manner {
  const codes = new Set(tries.map(({ code }) => code));
  const results = new Set(probes.map(({ result }) => result));
  if (hasNoAddress || codes.has(0x80072af9) || codes.has(0x80072afc)) return "unresolved";
  if (results.has("refused") || codes.has(0x8007274d)) return "refused";
  if (results.has("unreachable") || codes.has(0x80072751)) return "unreachable";
  if (results.has("timeout") || codes.has(0x800705b4) || codes.has(0x8007274c)) return "timeout";
  return "unknown";
}

/** DNS answers that the name has no address, and nothing gives it one. */
function addressMissing({ evidence, names }: Case, own: readonly string[]): Place | undefined {
  const asked = evidence.dns.filter(
    ({ name, type }) => (type === "A" || type === "AAAA") && names.same(name, own),
  );
  if (asked.some(({ result, addresses }) => result === "found" && addresses.length > 0)) return undefined;
  return asked.find(({ result }) => result === "nxdomain" || result === "nodata")?.at;
}

function lastHandled({ evidence }: Case, host: Host, from: number): Place | undefined {
  const { table } = evidence.handled;
  const [times, computers] = [table.column("time"), table.values("computer")];
  const id = computers.indexOf(host.log?.computer ?? "");
  const column = table.column("computer");
  let best: number | undefined;
  for (let row = 0; row < evidence.handled.length; row++) {
    if (column[row] !== id || !((times[row] ?? 0) > from)) continue;
    if (best === undefined || (times[row] ?? 0) > (times[best] ?? 0)) best = row;
  }
  return best === undefined ? undefined : evidence.handled.place(best);
}

/** A report or a log that the machine itself gave after the tries began to fail. */
function ownEvidence({ evidence }: Case, { machine, reports }: Host, from: number): Place | undefined {
  const report = reports.find(
    ({ trustedTime }) =>
      trustedTime === undefined || trustedTime.value.readings.some((time) => time + SECOND > from),
  );
  if (report !== undefined) return report.host?.count?.at ?? report.at;
  if (machine === undefined) return undefined;
  const event = evidence.events.findLast(
    ({ computer, time }) => time > from && machine.names.includes(computer),
  );
  return event?.at ?? evidence.statements.find(({ origin }) => evidence.machineOf(origin) === machine)?.at;
}

/** It went to another host as soon as this one failed, or DNS had once named it: who is pinned does neither. */
function cameFromCache(
  { exchanges, report }: Client,
  vain: readonly Exchange[],
  isIt: (name: string) => boolean,
): boolean {
  if (isIt(report?.client?.discovered?.value.name ?? "")) return true;
  const first = vain[0];
  const after = first === undefined ? [] : exchanges.slice(exchanges.indexOf(first) + 1);
  return after.some(({ host, time }) => host !== "" && !isIt(host) && time - (first?.time ?? 0) < 5 * 60_000);
}

function answers({ tries, probes, log }: Host): boolean {
  return (
    tries.answered > 0 ||
    probes.some(({ protocol, result }) => protocol !== "icmp" && result === "open") ||
    log !== undefined
  );
}
