import type { ServedDomain } from "../../doctor/collect/commands.ts";
import { eventFields } from "../../protocol/events.ts";
import { lastRun, runningHost } from "../describe.ts";
import { parseServerAddress } from "../dns/server-address.ts";
import type { Store } from "../store.ts";

/** Domains in which records of hosts are looked up. */
export interface LookupDomains {
  /** Whoever the machine asks is asked for these. */
  readonly suffixes: readonly string[];
  /** These are asked for at the servers that the host updates. */
  readonly served: readonly ServedDomain[];
}

/** A host publishes itself in each of its domains once a day, so that all of them are told of within one. */
const ROUND = 25 * 60 * 60_000;
const MOST = 20;

/**
 * The domains in which a host publishes itself, or tries to: those of its newest events 12293 and 12294. None when it was
 * told which server to update and runs no more: nobody else has to know of that server's zones.
 */
export async function publishedDomains(folder: string, store: Store): Promise<LookupDomains> {
  const told = lastRun(folder)?.dnsServer;
  if (told === undefined) return { suffixes: await domainsOf(store), served: [] };
  if (runningHost(folder) === undefined) return { suffixes: [], served: [] };
  const server = parseServerAddress(told);
  return { suffixes: [], served: (await domainsOf(store)).map((domain) => ({ domain, server })) };
}

async function domainsOf(store: Store): Promise<string[]> {
  const events = await store.events({ id: [12293, 12294], limit: 200 });
  const newest = Math.max(...events.map(({ time }) => time));
  const domains = events
    .filter(({ time }) => time > newest - ROUND)
    .map(
      ({ id, info }) =>
        eventFields(id as 12293 | 12294, info)
          .domain?.trim()
          .toLowerCase() ?? "",
    );
  return [...new Set(domains)].filter((domain) => domain !== "").slice(0, MOST);
}
