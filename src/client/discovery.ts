import type { ClientState } from "./state.ts";
import { isHostName, isPort, isSameTarget, type Target } from "./target.ts";

/** An SRV record of a host (RFC 2782). */
export interface SrvRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** How a client asks DNS. Both throw a Problem that names what went wrong. */
export interface Dns {
  /** The SRV records of `_muster._tcp.DOMAIN`; at least one. */
  srv(domain: string): Promise<SrvRecord[]>;
  /** The addresses of a host; at least one. */
  addresses(host: string): Promise<string[]>;
}

/** One place to look for a host. */
export type Step =
  | { readonly kind: "registered" | "cached"; readonly target: Target }
  | { readonly kind: "lookup"; readonly domain: string };

/**
 * Where to look for a host, in order. A registered name turns discovery off; otherwise the cached host comes first,
 * then the registered lookup domain, then the machine's DNS suffixes.
 */
export function planDiscovery(
  { settings, cachedHost }: Pick<ClientState, "settings" | "cachedHost">,
  suffixes: readonly string[],
): Step[] {
  const { registeredHost, lookupDomain, hostCaching } = settings;
  if (registeredHost !== undefined) return [{ kind: "registered", target: registeredHost }];
  const domains = [...(lookupDomain === undefined ? [] : [lookupDomain]), ...suffixes];
  const lookups = [...new Set(domains.map((domain) => domain.toLowerCase()))];
  return [
    ...(hostCaching && cachedHost !== undefined ? [{ kind: "cached", target: cachedHost } as const] : []),
    ...lookups.map((domain) => ({ kind: "lookup", domain }) as const),
  ];
}

/**
 * The targets of SRV records in the order to try them (RFC 2782): lower priorities first; within one, a record's
 * chance to come next is its weight, and those of weight 0 have a very small one. `random` gives [0, 1).
 */
export function orderTargets(records: readonly SrvRecord[], random: () => number): Target[] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((one, other) => one - other);
  const ordered = priorities.flatMap((priority) =>
    drawByWeight(
      records.filter((record) => record.priority === priority),
      random,
    ),
  );
  return ordered
    .map(({ name, port }) => ({ host: name.replace(/\.$/, ""), port, secure: false }))
    .filter(
      (target, at, all) =>
        isHostName(target.host) &&
        isPort(target.port) &&
        all.findIndex((other) => isSameTarget(target, other)) === at,
    );
}

function drawByWeight(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  // The RFC fixes no order among records of weight 0; shuffled, they share the load too.
  const left = shuffle(records, random).sort((one, other) => Math.sign(one.weight) - Math.sign(other.weight));
  const drawn: SrvRecord[] = [];
  while (left.length > 0) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0);
    const point = Math.floor(random() * (total + 1));
    let sum = 0;
    const at = left.findIndex(({ weight }) => {
      sum += weight;
      return sum >= point;
    });
    drawn.push(...left.splice(Math.max(0, at), 1));
  }
  return drawn;
}

function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const shuffled = [...items];
  for (let at = shuffled.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    const [one, two] = [shuffled[at], shuffled[other]];
    if (one !== undefined && two !== undefined) [shuffled[at], shuffled[other]] = [two, one];
  }
  return shuffled;
}
