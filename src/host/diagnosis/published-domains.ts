import { eventFields } from "../../protocol/events.ts";
import type { Store } from "../store.ts";

/** A host publishes itself in each of its domains once a day, so that all of them are told of within one. */
const ROUND = 25 * 60 * 60_000;
const MOST = 20;

/** The domains in which a host publishes itself, or tries to: those of its newest events 12293 and 12294. */
export async function publishedDomains(store: Store): Promise<string[]> {
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
