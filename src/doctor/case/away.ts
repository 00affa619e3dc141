import type { Place } from "../evidence/place.ts";
import type { Case } from "./case.ts";
import type { Client } from "./client.ts";
import { networkOf, zoneOf } from "./discovery.ts";

/** Whether a client's network, as its `ipconfig /all` shows it, is the organisation's; undefined when nothing tells. */
export interface Whereabouts {
  readonly isAway: boolean;
  /** What tells it: the suffix that the network gave, or its DNS server. */
  readonly sign: string;
  readonly at: Place;
}

/**
 * A network at home gives a suffix of its own, and its router as the only DNS server. Any suffix of the organisation's
 * domains, as on a VPN, speaks against it.
 */
export function whereaboutsOf(the: Case, client: Client): Whereabouts | undefined {
  const network = networkOf(the, client);
  if (network === undefined) return undefined;
  const domains = domainsOf(the, client);
  const given = network.connectionSuffixes.filter(({ value }) => value !== "");
  const own = given.find(({ value }) => domains.some((domain) => isUnder(value.toLowerCase(), domain)));
  if (own !== undefined) return { isAway: false, sign: own.value, at: own.at };
  const [foreign] = domains.length === 0 ? [] : given;
  if (foreign !== undefined) return { isAway: true, sign: foreign.value, at: foreign.at };
  const gateways = new Set(network.gateways.map(({ value }) => value));
  const [server] = network.dnsServers;
  const isRouter = server !== undefined && network.dnsServers.every(({ value }) => gateways.has(value));
  return isRouter ? { isAway: true, sign: server.value, at: server.at } : undefined;
}

/** Domains of the organisation: of the hosts, of the SRV record, of the client's own full name. */
function domainsOf({ hosts, srv, targets }: Case, client: Client): string[] {
  const full = [
    ...hosts.flatMap(({ machine, label }) => machine?.names ?? [label]),
    ...targets.map(({ host }) => host),
    ...(client.machine?.names ?? []),
  ].filter((name) => /^[^.]+\.[a-z][^.]*(\.|$)/.test(name));
  const zones = srv.filter(({ result }) => result === "found").map(zoneOf);
  return [...new Set([...full.map((name) => name.slice(name.indexOf(".") + 1)), ...zones])].filter(
    (domain) => domain !== "",
  );
}

function isUnder(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`) || domain.endsWith(`.${name}`);
}
