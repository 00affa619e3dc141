import type { Fact } from "../evidence/place.ts";
import type { Case } from "./case.ts";
import { type Client, timeOf } from "./client.ts";
import { figuresOf, poolOf } from "./counting.ts";
import type { Host } from "./host.ts";
import { COUNT_INSUFFICIENT } from "./population.ts";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
/** No product of Microsoft needs more, so that it is enough for those, too, who are not known. */
const ENOUGH_FOR_ANY = 25;
/** An unactivated client asks again after so long, in minutes, unless a host said otherwise. */
const INTERVAL = 120;
/** What clients spread their tries by, and what a slow start costs. */
const LATE = 1.25;

/** The count that an activated host states, where that is enough for everyone who asked it; else undefined. */
export function enoughAt(host: Host): Fact<number> | undefined {
  const pools = (host.population?.pools ?? []).flatMap((pool) => {
    const count = countOf(host, pool.name);
    return count === undefined ? [] : [{ count, required: pool.required }];
  });
  const [first] = pools;
  if (first === undefined) {
    const count = host.report?.host?.count;
    return count !== undefined && count.value >= ENOUGH_FOR_ANY ? count : undefined;
  }
  return pools.every(({ count, required }) => count.value >= required) ? first.count : undefined;
}

/** What a host states to count of one pool, unless it did so before its log ends. */
function countOf(host: Host, pool: string): Fact<number> | undefined {
  const figures = figuresOf(host, pool);
  const isOld = timeOf(figures?.trustedTime?.value) < (host.log?.last ?? Number.NaN) - DAY;
  return isOld ? undefined : figures?.host.count;
}

/**
 * Whether a client that was told of too small a count gets activated when it asks next: the count is there by now, and
 * the pause until its next try is not over yet.
 */
export function isDue(the: Case, client: Client): boolean {
  const { failure, failing, askers, required } = client;
  if (failure?.code !== COUNT_INSUFFICIENT) return false;
  const newest = failing.at(-1);
  const [asker] = askers.toSorted((one, two) => two.last - one.last);
  const host = the.hostNamed(newest?.host || asker?.host || "");
  const count = host && countOf(host, poolOf(client));
  if (!host?.isActivated || count === undefined || required === 0 || count.value < required) return false;
  const pause = (newest?.answer?.activationInterval || INTERVAL) * 60_000 * LATE;
  const until = host.log?.last ?? the.now;
  // `/dlv` prints the time of its zone, so that only a day of it is sure.
  const told = figuresOf(host, poolOf(client))?.trustedTime?.value.readings ?? [until];
  return until - failure.time <= pause && told.some((time) => time - until <= DAY);
}

/** A host of Muster that is activated and that nobody has asked since it was made, where nobody in evidence has tried. */
export function unaskedIn(the: Case): { host: Host; total: Fact<number> } | undefined {
  const [host, other] = the.hosts;
  if (the.system !== "muster" || the.clients.length > 0 || host === undefined || other !== undefined)
    return undefined;
  const total = host.report?.host?.total;
  const isUnasked = host.isActivated && host.population === undefined && total?.value === 0;
  return isUnasked && !isDeaf(the, host) ? { host, total } : undefined;
}

/** Whether the sockets of its machine are in evidence, and none of them listens on its port. */
function isDeaf({ evidence }: Case, { report, machine }: Host): boolean {
  const port = report?.host?.port?.value;
  const listening = evidence.connections.filter(({ remotePort, origin }) => {
    const owner = evidence.machineOf(origin);
    // Without a name it is of the only machine that there is.
    return remotePort === 0 && (owner === machine || (owner?.names.length ?? 0) === 0);
  });
  return listening.length > 0 && listening.every(({ localPort }) => localPort !== port);
}
