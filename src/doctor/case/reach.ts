import type { Severity } from "../cause.ts";
import type { Origin, Statement } from "../evidence/model.ts";
import type { Place } from "../evidence/place.ts";
import type { Asker } from "./askers.ts";
import type { Case } from "./case.ts";
import type { Client } from "./client.ts";
import type { Exchange } from "./exchange.ts";
import type { Host } from "./host.ts";
import { NO_CONTACT, type Unreached } from "./unreachable.ts";

/** How far the vain tries of one client at one host got, by what either side saw of them. */
export interface Reach {
  readonly client: Client;
  /** Its tries since the host last answered it, oldest first; at least one. */
  readonly tries: readonly Exchange[];
  /** A connection that stood, or a test of the port that opened, from this client. */
  readonly connected: Place | undefined;
  /** A test of the port that failed from this client. */
  readonly closed: Place | undefined;
  /** A test of the port that opened from a machine of the same subnet (/24). */
  readonly openBeside: Place | undefined;
  /** RPC, or Muster's own protocol, was tried on the open port and failed. */
  readonly rejected: Place | undefined;
  /** Whether the host's log has requests of it in the span of the tries; `unknown` when the log does not reach so far. */
  readonly inLog: "present" | "absent" | "unknown";
  /** Tries that lie in the span of the host's log. */
  readonly covered: number;
  /** When the host last logged it, milliseconds since the epoch; NaN when never. */
  readonly lastLogged: number;
  readonly neighbours: Neighbours;
}

/** Machines of the same site, by the first part of their names, in the host's log. */
export interface Neighbours {
  /** Such as `br6`; `""` when names do not tell sites apart. */
  readonly site: string;
  /** Of them, who was served after the tries began to fail, and who has been quiet for more than a renewal. */
  readonly served: readonly Asker[];
  readonly quiet: readonly Asker[];
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const MORE_THAN_A_RENEWAL = 8 * DAY;

/** The clients of a host that did not answer them, each with how far it got. */
export function reachesOf(the: Case, each: Unreached): Reach[] {
  return each.clients.flatMap((client) => reachOf(the, each, client) ?? []);
}

function reachOf(the: Case, each: Unreached, client: Client): Reach | undefined {
  const { host } = each;
  const names = host.names;
  const isIt = (name: string) => name !== "" && the.names.same(name, names);
  const own = client.exchanges.filter((one) => isIt(one.host));
  const answered = own.findLastIndex(({ answer, code }) => answer !== undefined || !NO_CONTACT.has(code));
  const tries = own.slice(answered + 1);
  const [first] = tries;
  if (first === undefined) return undefined;
  const port = first.port || 1688;
  const from = (origin: Origin, source: string | undefined) => isFrom(the, each, client, origin, source);
  const tests = host.probes.filter((probe) => probe.protocol !== "icmp" && probe.port === port);
  const failed = tests.find((probe) => probe.result !== "open" && from(probe.origin, probe.source))?.source;
  // Of tests from two addresses, the one that fails is this client's.
  const probes = tests.filter(
    ({ origin, source }) => from(origin, source) && (failed === undefined || (source ?? failed) === failed),
  );
  const standing = the.evidence.connections.find(
    ({ remote, remotePort, state, origin, local }) =>
      isIt(remote) && remotePort === port && state === "ESTABLISHED" && from(origin, local),
  );
  const isTalk = ({ protocol }: { protocol: string }) => protocol === "rpc" || protocol === "muster";
  const { log } = host;
  const askers = client.askers.filter((asker) => isIt(asker.host));
  const lastLogged = Math.max(Number.NEGATIVE_INFINITY, ...askers.map(({ last }) => last));
  const covered =
    log === undefined || log.selected
      ? []
      : tries.filter(({ time }) => time >= log.first && time <= log.last);
  const isPresent = lastLogged >= first.time - 5 * MINUTE || tries.some(({ handled }) => handled);
  return {
    client,
    tries,
    connected: standing?.at ?? probes.find((probe) => probe.result === "open" && !isTalk(probe))?.at,
    closed: probes.find((probe) => probe.result !== "open" && !isTalk(probe))?.at,
    openBeside: tests.find(
      (probe) => probe.result === "open" && !probes.includes(probe) && isBeside(probe.source, failed),
    )?.at,
    rejected: probes.find((probe) => probe.result !== "open" && isTalk(probe))?.at,
    inLog: isPresent ? "present" : covered.length > 0 ? "absent" : "unknown",
    covered: covered.length,
    lastLogged: Number.isFinite(lastLogged) ? lastLogged : Number.NaN,
    neighbours: neighboursOf(the, host, client, first.time),
  };
}

/** Whether a stretch was made on this client: by its machine, by its address, or because there is no other. */
function isFrom(
  the: Case,
  { host, clients }: Unreached,
  client: Client,
  origin: Origin,
  source: string | undefined,
): boolean {
  const owner = the.evidence.machineOf(origin);
  if (owner !== undefined && owner.names.length > 0) {
    return owner.label === (client.machine?.label ?? client.label);
  }
  const own = the.names.addresses(client.machine?.names ?? [client.label]);
  if (source !== undefined && own.length > 0) return own.includes(source);
  if (source !== undefined && host.addresses.includes(source)) return false;
  return new Set(clients.map(({ label }) => label)).size === 1;
}

function isBeside(one: string | undefined, two: string | undefined): boolean {
  const subnet = (address: string | undefined) =>
    /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(address ?? "")?.[1];
  return subnet(one) !== undefined && subnet(one) === subnet(two);
}

function neighboursOf(the: Case, host: Host, client: Client, since: number): Neighbours {
  const site = siteOf(client.label);
  const own = client.machine?.label ?? client.label;
  const all = the.clients
    .flatMap(({ askers }) => askers)
    .filter((asker) => the.names.same(asker.host, host.names))
    .filter(({ label }) => label !== own);
  const near = all.filter(({ name }) => siteOf(name) === site);
  // Where most machines are called alike, the name does not tell where one stands.
  if (site === "" || near.length === 0 || near.length * 2 > all.length) {
    return { site: "", served: [], quiet: [] };
  }
  const { log } = host;
  return {
    site,
    served: near.filter(({ last }) => last > since),
    quiet:
      log === undefined || log.selected
        ? []
        : near.filter(({ last }) => log.last - last > MORE_THAN_A_RENEWAL && last <= since),
  };
}

/** `br6` of `br6-app01.corp.example`. */
function siteOf(name: string): string {
  return /^([a-z][a-z0-9]+)-/.exec(name)?.[1] ?? "";
}

/** The host and port that were tried, as people write them. */
export function triedAt({ host, tries, probes }: Unreached): string {
  const port = tries[0]?.port || probes[0]?.port || 1688;
  return `${tries[0]?.host || host.targets[0]?.host || host.label}:${port}`;
}

/** By whom a silent host hurts: everybody, when there is no other; some; or nobody yet. */
export function severityOf(the: Case, { hurt, substitutes }: Unreached): Severity {
  if (hurt.length === 0) return "warning";
  const isForAll = substitutes.length === 0 && the.clients.every(({ state }) => state !== "activated");
  return isForAll ? "critical" : "error";
}

/** The port on which the host says that it listens, when clients tried another: then no silence needs explaining. */
export function otherPort({ host, tries, probes }: Unreached): number | undefined {
  const listening = host.report?.host?.port?.value;
  const tried = [...tries, ...probes].flatMap(({ port }) => (port > 0 ? [port] : []));
  return listening !== undefined && tried.length > 0 && !tried.includes(listening) ? listening : undefined;
}

/** Whether the host says itself that no request ever reached it. */
export function neverServed({ host, isUp }: Unreached): boolean {
  return isUp !== undefined && host.log === undefined && host.report?.host?.total?.value === 0;
}

/** Whether the host is known to have served before it fell silent. */
export function hasServed({ host, tries }: Unreached): boolean {
  const total = host.report?.host?.total?.value ?? 0;
  return tries.length > 0 && (host.tries.answered > 0 || host.log !== undefined || total > 0);
}

/** Tries, tests and records of a silent host, the strongest first. */
export function placesOf({ tries, probes, hurt, host }: Unreached): Place[] {
  return [
    ...tries.map(({ at }) => at),
    ...probes.map(({ at }) => at),
    ...hurt.flatMap(({ exchanges, failure }) => (exchanges.length === 0 && failure ? [failure.at] : [])),
    ...host.targets.map(({ at }) => at),
  ];
}

/** A rule of Windows' firewall. */
export interface FirewallRule {
  readonly isEnabled: boolean;
  readonly isOutbound: boolean;
  readonly isBlock: boolean;
  readonly name: string;
  readonly at: Place;
}

const BLOCK = /block|ブロック|bloqu|blokk|阻止|封鎖/;
const OWN_RULE = /sppsvc|key management|slsvc|kms|キー管理|キー マネージメント|muster/i;

/**
 * Rules that are of the licensing service or of this port, as far as they are of this machine. `takesNameless`: also those
 * that do not say of which machine they are.
 */
export function firewallRules(
  the: Case,
  machine: Client | Host,
  port: number,
  takesNameless: boolean,
): FirewallRule[] {
  return statementsOf(the, machine, "firewall-rule", takesNameless).flatMap(({ name, value, at }) => {
    const ports = /(?:^|\s)(\d{1,5}(?:[-,]\d{1,5})*)$/.exec(value)?.[1];
    const covers = ports === undefined ? undefined : coversPort(ports, port);
    if (covers === false || (covers === undefined && !OWN_RULE.test(name))) return [];
    return [
      {
        isEnabled: value.startsWith("enabled"),
        isOutbound: /\bout\b/.test(value),
        isBlock: BLOCK.test(value),
        name,
        at,
      },
    ];
  });
}

function coversPort(ports: string, port: number): boolean {
  return ports.split(",").some((part) => {
    const [from = 0, to = from] = part.split("-").map(Number);
    return from <= port && port <= to;
  });
}

/** The state of the licensing service on a machine, where that is told: `running`, `stopped`, `disabled`, … */
export function serviceOn(the: Case, machine: Client | Host): { state: string; at: Place } | undefined {
  const names = new Set(["sppsvc", "slsvc", "muster", "muster-host"]);
  const of = (what: string) =>
    statementsOf(the, machine, what, false).findLast(({ name }) => names.has(name));
  const start = of("service-start");
  if (start?.value === "disabled") return { state: "disabled", at: start.at };
  const state = of("service-state");
  return state && { state: state.value, at: state.at };
}

/** Statements of one machine. What names no machine is of the one whose own evidence stands beside it in the file. */
function statementsOf(
  the: Case,
  { machine, label }: Client | Host,
  what: string,
  takesNameless: boolean,
): Statement[] {
  const { statements, files } = the.evidence;
  return statements.filter((each) => {
    if (each.what !== what) return false;
    const owner = the.evidence.machineOf(each.origin);
    if (owner !== undefined && owner.names.length > 0) return owner.label === (machine?.label ?? label);
    const beside = files.filter((one) => one.file === each.origin.file && one.machine !== "");
    return beside.length === 0 ? takesNameless : beside.some((one) => one.machine === label);
  });
}
