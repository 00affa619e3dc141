import type { Origin, Route } from "../evidence/model.ts";
import { isIpv4 } from "../evidence/network/address.ts";
import type { Place } from "../evidence/place.ts";
import type { WantedId } from "../wanted.ts";
import type { Case } from "./case.ts";
import type { Client } from "./client.ts";
import {
  type CloudHost,
  type CloudName,
  type CloudPart,
  cloudHostOf,
  cloudZoneOf,
  hostOfCloud,
} from "./cloud-hosts.ts";
import { isHurt, isOf, mayAsk, networkOf, pinOf } from "./discovery.ts";
import { once } from "./once.ts";
import { NO_CONTACT } from "./unreachable.ts";

/** Where a machine runs, and what shows it. */
export interface CloudPlace {
  readonly cloud: CloudName;
  readonly part: CloudPart;
  /** Whether the evidence tells which part of Azure it is. */
  readonly isPartKnown: boolean;
  readonly at: Place;
}

/** A client whose activation is a cloud's own business: it asks the cloud's host. */
export interface CloudAsker {
  readonly client: Client;
  readonly host: CloudHost;
  /** The name or address it asks, as the evidence has it. */
  readonly asked: string;
  /** What shows whom it asks. */
  readonly at: Place;
  /** Requests and port tests that got no answer, newest request first; empty when it was answered last. */
  readonly vain: readonly Place[];
  /** A port test or a connection that got through, though no answer came to a request. */
  readonly open: Place | undefined;
  /** A port test that did not get through. */
  readonly closed: Place | undefined;
  /** Not activated, or past its renewal: see `isHurt`. */
  readonly isHurt: boolean;
}

/** Azure's own DNS, DHCP and health service, which machines elsewhere have no route to. */
export const AZURE_PLATFORM = "168.63.129.16";
/** Where all of these clouds answer for a machine's metadata. */
export const METADATA = "169.254.169.254";

/** The cloud that a client's machine runs in, by what only that cloud gives its machines; undefined when nothing says. */
export function cloudOf(the: Case, client: Client): CloudPlace | undefined {
  return described(the, client) ?? addressed(the, client) ?? routed(the, client) ?? named(client);
}

/** As the cloud itself describes the machine. */
function described(the: Case, client: Client): CloudPlace | undefined {
  const own = the.evidence.statements.filter(({ origin }) => isOf(the, origin, client));
  const azure = own.filter(({ what }) => what === "azure-instance");
  const [first] = azure;
  if (first !== undefined) {
    const environment = azure.find(({ name }) => name === "azEnvironment");
    const location = azure.find(({ name }) => name === "location");
    const told = environment ?? location;
    const part = partOf(told?.value ?? "");
    return { cloud: "azure", part, isPartKnown: told !== undefined, at: (told ?? first).at };
  }
  const agent = own.find(
    ({ what }) => what === "aws-agent" || what === "gcp-agent" || what === "gcp-instance",
  );
  if (agent === undefined) return undefined;
  return { cloud: agent.what === "aws-agent" ? "aws" : "gcp", part: "", isPartKnown: true, at: agent.at };
}

/** `AzureUSGovernmentCloud`, `usgovvirginia`, `chinanorth3`, `germanynortheast` (closed; `germanywestcentral` is public). */
function partOf(said: string): CloudPart {
  const word = said.toLowerCase().replace(/[\s_-]/g, "");
  if (/usgov|usdod/.test(word)) return "usgov";
  if (/china/.test(word)) return "china";
  return /germancloud|germany(?:central|northeast)$/.test(word) ? "germany" : "";
}

/** By the suffix and the DNS server that DHCP gave it. */
function addressed(the: Case, client: Client): CloudPlace | undefined {
  const network = networkOf(the, client);
  if (network === undefined) return undefined;
  for (const { value, at } of [...network.connectionSuffixes, ...network.searchList]) {
    const zone = cloudZoneOf(value);
    if (zone !== undefined) return { ...zone, isPartKnown: true, at };
  }
  for (const { value, at } of network.dnsServers) {
    if (value === AZURE_PLATFORM) return { cloud: "azure", part: "", isPartKnown: false, at };
    if (value === "169.254.169.253") return { cloud: "aws", part: "", isPartKnown: true, at };
    if (value === METADATA) return { cloud: "gcp", part: "", isPartKnown: true, at };
  }
  return undefined;
}

/** By routes that only that cloud makes. */
function routed(the: Case, client: Client): CloudPlace | undefined {
  const own = routesOf(the, client);
  const platform = own.find(
    ({ source, prefix }) => source === "azure" || source === "next-hop" || prefix === `${AZURE_PLATFORM}/32`,
  );
  if (platform !== undefined) return { cloud: "azure", part: "", isPartKnown: false, at: platform.at };
  const aws = own.find(
    ({ source, prefix }) => source === "windows" && /^169\.254\.169\.25[01]\/32$/.test(prefix),
  );
  return aws && { cloud: "aws", part: "", isPartKnown: true, at: aws.at };
}

/** By the name that an image of Amazon's gives a machine. */
function named({ machine, label, report, exchanges }: Client): CloudPlace | undefined {
  const at = exchanges.at(-1)?.at ?? report?.at;
  const isAmazons = [label, ...(machine?.names ?? [])].some((name) => /^ec2amaz-[0-9a-z]{7}\b/i.test(name));
  return isAmazons && at !== undefined ? { cloud: "aws", part: "", isPartKnown: true, at } : undefined;
}

/** Every client that asks a cloud's own host, as its newest request, its settings or its last answer say. */
export function cloudAskersOf(the: Case, cloud?: CloudName): readonly CloudAsker[] {
  const all = allAskersOf(the);
  return cloud === undefined ? all : all.filter(({ host }) => host.cloud === cloud);
}

const allAskersOf = once((the: Case): readonly CloudAsker[] =>
  the.clients.flatMap((client) => (mayAsk(client) ? (askerFrom(the, client) ?? []) : [])),
);

const ENVELOPE = 0xc004f074;

function askerFrom(the: Case, client: Client): CloudAsker | undefined {
  const whom = askedBy(the, client) ?? presumed(the, client);
  if (whom === undefined) return undefined;
  const { host, asked, at } = whom;
  const newest = client.exchanges.findLast((each) => each.host !== "");
  const failed = client.failing.filter((each) => NO_CONTACT.has(each.code)).map((each) => each.at);
  const isSilent =
    newest === undefined
      ? client.failure !== undefined &&
        (client.failure.code === ENVELOPE || NO_CONTACT.has(client.failure.code))
      : failed.length > 0 && newest.answer === undefined && NO_CONTACT.has(newest.code);
  const probes = the.evidence.probes.filter(
    ({ host: name, address, protocol, port }) =>
      protocol !== "icmp" && (port === 1688 || protocol !== "tcp") && isAt(host, name, address),
  );
  const connection = the.evidence.connections.find(
    ({ remote, remotePort, state }) =>
      remotePort === 1688 && cloudHostOf(remote) === host && /^ESTAB/i.test(state),
  );
  const closed = probes.filter(({ result }) => result !== "open");
  const own = newest === undefined && client.failure !== undefined ? [client.failure.at] : [];
  const isHurtNow = isHurt(client);
  return {
    client,
    host,
    asked,
    at,
    vain: isSilent
      ? [...failed.toReversed().slice(0, 3), ...own, ...closed.map((probe) => probe.at)]
      : isHurtNow || client.failure !== undefined
        ? []
        : closed.map((probe) => probe.at),
    open: probes.find(({ result }) => result === "open")?.at ?? connection?.at,
    closed: closed[0]?.at,
    isHurt: isHurtNow,
  };
}

function isAt(host: CloudHost, name: string, address: string | undefined): boolean {
  return cloudHostOf(name) === host || (address !== undefined && cloudHostOf(address) === host);
}

interface Asked {
  readonly host: CloudHost;
  readonly asked: string;
  readonly at: Place;
}

/** Whom a client asks: its newest request goes before what is set, and that before what answered once. */
function askedBy(the: Case, client: Client): Asked | undefined {
  const newest = client.exchanges.findLast(({ host }) => host !== "");
  if (newest !== undefined) return askedAt(newest.host, newest.at);
  const pin = pinOf(the, client);
  if (pin !== undefined) return askedAt(pin.host, pin.at);
  const found = client.report?.client?.discovered;
  return found && askedAt(found.value.name, found.at);
}

function askedAt(asked: string, at: Place): Asked | undefined {
  const host = cloudHostOf(asked);
  return host && { host, asked, at };
}

/** A cloud's machine that got no answer from a host it does not name, where somebody has tested or looked up the cloud's. */
function presumed(the: Case, client: Client): Asked | undefined {
  const { failure, exchanges, report } = client;
  const isSilent = failure !== undefined && (failure.code === ENVELOPE || NO_CONTACT.has(failure.code));
  const knows = exchanges.some(({ host }) => host !== "") || pinOf(the, client) !== undefined;
  if (!isSilent || knows || report?.client?.discovered !== undefined) return undefined;
  const place = cloudOf(the, client);
  const isOwn = (name: string) => cloudHostOf(name)?.cloud === place?.cloud;
  const tested = the.evidence.probes.find(({ host }) => isOwn(host));
  if (place === undefined || tested !== undefined) return place && tested && askedAt(tested.host, tested.at);
  const looked = the.evidence.dns.find(({ name }) => isOwn(name));
  return looked && askedAt(looked.name, looked.at);
}

/** Whether a client of a cloud is not told of the cloud's host, and stopped before it had one to ask. */
export function isUntold(the: Case, client: Client): boolean {
  const asked = client.exchanges.some(({ host }) => host !== "");
  return !asked && pinOf(the, client) === undefined && the.targets.length === 0;
}

/** The way of packets to one address, by what the cloud or a trace shows. */
export interface Way {
  readonly address: string;
  /** `Internet`, `VirtualNetworkGateway`, `VirtualAppliance`, `None`, or the address of a gateway. */
  readonly hop: string;
  /** Address of the next hop, `""` when there is none. */
  readonly hopAddress: string;
  readonly at: Place;
  /** Where the cloud was asked for this very address, when the route says the same. */
  readonly asked: Place | undefined;
}

/** The way that Azure's effective routes or next hop give for one address; the narrowest active prefix decides. */
export function azureWay(the: Case, client: Client, address: string): Way | undefined {
  const own = routesOf(the, client);
  const told = own.find(({ source, destination }) => source === "next-hop" && destination === address);
  const effective = narrowest(
    own.filter(({ source, active }) => source === "azure" && active),
    address,
  );
  const route = effective ?? told;
  if (route === undefined) return undefined;
  const { nextHop, nextHopAddress = "", at } = route;
  const agrees = told !== undefined && told !== route && told.nextHop === nextHop;
  return { address, hop: nextHop, hopAddress: nextHopAddress, at, asked: agrees ? told.at : undefined };
}

/** The way that the machine's own table gives for one address. */
export function windowsWay(the: Case, client: Client, address: string): Route | undefined {
  return narrowest(
    routesOf(the, client).filter(({ source, active }) => source === "windows" && active),
    address,
  );
}

/** Routers of private addresses that a trace to one of these addresses ran through, nearest first. */
export function privateHops(the: Case, client: Client, addresses: readonly string[]): readonly Route[] {
  return routesOf(the, client).filter(
    ({ source, destination, nextHop }) =>
      source === "traceroute" && addresses.includes(destination ?? "") && isPrivate(nextHop),
  );
}

/** Routes of a client's machine; of a cloud's table that says no machine's name, of every client there. */
export function routesOf(the: Case, client: Client): readonly Route[] {
  return the.evidence.routes.filter(
    ({ origin, source }) => isOf(the, origin, client) || (isClouds(source) && isNobodys(the, origin)),
  );
}

function isClouds(source: Route["source"]): boolean {
  return source === "azure" || source === "next-hop";
}

function isNobodys({ evidence }: Case, origin: Origin): boolean {
  return (evidence.machineOf(origin)?.names.length ?? 0) === 0;
}

function narrowest(routes: readonly Route[], address: string): Route | undefined {
  return routes
    .filter(({ prefix }) => contains(prefix, address))
    .toSorted((one, two) => lengthOf(two.prefix) - lengthOf(one.prefix))[0];
}

function lengthOf(prefix: string): number {
  return Number(prefix.split("/")[1] ?? 32);
}

/** Whether an IPv4 address lies in a prefix such as `10.0.0.0/8`. */
export function contains(prefix: string, address: string): boolean {
  const [network = ""] = prefix.split("/");
  const length = lengthOf(prefix);
  if (!isIpv4(network) || !isIpv4(address) || !(length >= 0 && length <= 32)) return false;
  const size = 2 ** (32 - length);
  return Math.floor(numberOf(network) / size) === Math.floor(numberOf(address) / size);
}

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** Whether an address is of a network of somebody's own (RFC 1918, RFC 6598). */
export function isPrivate(address: string): boolean {
  return ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].some((prefix) =>
    contains(prefix, address),
  );
}

/** The host that machines of this place are given. */
export function ownHostOf({ cloud, part }: CloudPlace): CloudHost | undefined {
  return hostOfCloud(cloud, part);
}

/** What decides next for a client of a cloud, whose host nobody can look into. */
export function cloudLadderOf(the: Case): readonly WantedId[] | undefined {
  const doubtful = the.clients.filter(({ state, failure }) => state !== "activated" || failure !== undefined);
  const clouds = new Set(
    doubtful.map((client) => {
      const asker = cloudAskersOf(the).find((each) => each.client === client);
      const asksOthers = client.exchanges.some(({ host }) => host !== "") || pinOf(the, client) !== undefined;
      return (
        asker?.host.cloud ?? (asksOthers || the.targets.length > 0 ? undefined : cloudOf(the, client)?.cloud)
      );
    }),
  );
  const [cloud] = clouds;
  return clouds.size === 1 && cloud !== undefined ? LADDERS[cloud] : undefined;
}

const LADDERS: Readonly<Record<CloudName, readonly WantedId[]>> = {
  azure: ["client-dlv", "client-events", "port-test", "effective-routes"],
  aws: ["client-dlv", "client-events", "port-test", "routes"],
  gcp: ["client-dlv", "client-events", "port-test", "gcp-network"],
  provider: ["client-dlv", "client-events", "port-test", "clock"],
};
