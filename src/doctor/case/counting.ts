import { isHostReport } from "../case/client.ts";
import type { HostBlock, ProductReport } from "../evidence/model.ts";
import type { Fact, Place } from "../evidence/place.ts";
import { officeHostOf } from "../products.ts";
import type { Asker } from "./askers.ts";
import type { Case } from "./case.ts";
import { type Client, timeOf } from "./client.ts";
import { cloudHostOf } from "./cloud-hosts.ts";
import type { Answer } from "./exchange.ts";
import type { Host } from "./host.ts";
import { COUNT_INSUFFICIENT, WINDOW } from "./population.ts";

/** A machine that a host told of too small a count, and that was neither activated nor renewed since. */
export interface Short {
  readonly client: Client;
  /** What is counted together: `Windows`, `Office 2016`. */
  readonly pool: string;
  readonly required: number;
  /** The count that it was told; undefined when only the refusal is known. */
  readonly count: number | undefined;
  readonly at: Place;
}

/** What one host counts of one pool. */
export interface Tally {
  readonly host: Host;
  /** The newest figure that it states itself, in `/dlv` or to a client. */
  readonly told: Fact<number> | undefined;
  /** Distinct CMIDs and bare names of the 30 days before the newest log in evidence ends. */
  readonly cmids: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  readonly hasLog: boolean;
  /** What it counts, as well as evidence tells. */
  readonly count: number;
}

/** One pool over all hosts that hand out activations. */
export interface Pooled {
  readonly pool: string;
  readonly tallies: readonly Tally[];
  /** Over all hosts, each once. */
  readonly cmids: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const RENEWAL = 7 * DAY;

/** What is counted together with this client. */
export function poolOf({ info }: Pick<Client, "info">): string {
  return info?.pool ?? "Windows";
}

/** A pool as people call it: Muster's applications have their own names, so that it is `""` there. */
export function poolNamed({ system }: Case, pool: string): string {
  return system === "muster" ? "" : pool;
}

/** Everyone who is not activated, or not renewed, for want of a count. */
export function shortIn(the: Case): readonly Short[] {
  const known = SHORT.get(the) ?? findShort(the);
  SHORT.set(the, known);
  return known;
}

/** Several causes ask for them, and a log may hold a hundred thousand machines. */
const SHORT = new WeakMap<Case, readonly Short[]>();

function findShort(the: Case): Short[] {
  const tallies = new Map<string, Tally>();
  const tallyFor = (host: Host, pool: string) => {
    const key = `${host.label} ${pool}`;
    const tally = tallies.get(key) ?? tallyOf(the, host, pool);
    tallies.set(key, tally);
    return tally;
  };
  return the.clients.flatMap((client) => {
    const { failure, state, required, askers, lastCount } = client;
    const pool = poolOf(client);
    // A cloud's own host counts for itself: whatever it answers, its clients cannot raise it.
    if (cloudHostOf(client.failing.at(-1)?.host ?? "") !== undefined) return [];
    if (failure?.code === COUNT_INSUFFICIENT) {
      const told = client.failing.at(-1)?.answer;
      return { client, pool, required, count: told?.count ?? lastCount?.value, at: told?.at ?? failure.at };
    }
    // A host of KMS logs 0x0 all the same: it is its asking again, unlicensed, that tells.
    const [asker] = askers.toSorted((one, two) => two.last - one.last);
    if (failure !== undefined || asker === undefined) return [];
    if (asker.code !== 0 || asker.cmids.size > 1) return [];
    const host = the.hostNamed(asker.host);
    const tally = host && tallyFor(host, pool);
    if (state !== "notActivated" && !isRefused(client, asker, host, pool)) return [];
    // A log of a few days holds only some of those who are counted.
    if (host === undefined || tally === undefined || (tally.told === undefined && spanOf(host) < RENEWAL))
      return [];
    const { count } = tally;
    if (count >= required) return [];
    return { client, pool, required, count, at: the.evidence.handled.place(asker.newest) };
  });
}

/**
 * Whether a client that is licensed, or of which nothing else is known, was surely refused when it last asked: the host
 * stated its count on about that day, so that a count below the need was below it then; or it has asked again and again
 * and its minutes show that nothing came of it. Whether the count is too small is not looked at.
 */
function isRefused({ lastSuccess }: Client, asker: Asker, host: Host | undefined, pool: string): boolean {
  if (lastSuccess !== undefined && lastSuccess.time > asker.last - 5 * MINUTE) return false;
  const figures = host && figuresOf(host, pool)?.trustedTime?.value.readings;
  return asker.unrenewed > 1 || (figures ?? []).some((time) => Math.abs(time - asker.last) <= DAY);
}

/** How far a host's log of 12290 reaches, in milliseconds; 0 when there is none. */
export function spanOf({ log }: Host): number {
  return log === undefined || Number.isNaN(log.last - log.first) ? 0 : log.last - log.first;
}

/** One pool over all hosts in evidence that count it. */
export function pooled(the: Case, pool: string): Pooled {
  const all = the.hosts
    .map((host) => tallyOf(the, host, pool))
    .filter(({ told, hasLog }) => told !== undefined || hasLog);
  const tallies = withoutTwins(all, pool);
  return {
    pool,
    tallies,
    cmids: new Set(tallies.flatMap(({ cmids }) => [...cmids])),
    names: new Set(tallies.flatMap(({ names }) => [...names])),
  };
}

/** A `/dlv` that does not say of which host it is, beside hosts whose `/dlv` is lacking: it is of one of those. */
function withoutTwins(tallies: readonly Tally[], pool: string): Tally[] {
  const nameless = tallies.filter(
    ({ host }) => (host.machine?.names.length ?? 0) === 0 && host.log === undefined,
  );
  const unread = tallies.filter(
    (each) => !nameless.includes(each) && figuresOf(each.host, pool) === undefined,
  );
  return nameless.length <= unread.length ? tallies.filter((each) => !nameless.includes(each)) : [...tallies];
}

/** What one host counts of one pool. */
export function tallyOf(the: Case, host: Host, pool: string): Tally {
  const { cmids, names } = membersOf(the, host, pool);
  const told = toldBy(the, host, pool);
  return {
    host,
    told,
    cmids,
    names,
    hasLog: host.population !== undefined,
    count: told?.value ?? cmids.size,
  };
}

function membersOf(the: Case, { population }: Host, pool: string) {
  const newest = Math.max(
    ...the.hosts.flatMap(({ population: each }) =>
      each === undefined || Number.isNaN(each.until) ? [] : each.until,
    ),
  );
  const cmids = new Set<string>();
  const names = new Set<string>();
  for (const each of population?.pools ?? []) {
    if (each.name !== pool) continue;
    for (const [cmid, { users }] of each.cmids) {
      for (const [name, { last }] of users) {
        if (last < newest - WINDOW) continue;
        cmids.add(cmid);
        names.add(name);
      }
    }
  }
  return { cmids, names };
}

/** The host's report of this pool that has figures, the newest where there are several. */
export function figuresOf(
  { reports }: Host,
  pool: string,
): (ProductReport & { host: HostBlock }) | undefined {
  return reports
    .filter((report): report is ProductReport & { host: HostBlock } => report.host !== undefined)
    .filter((report) => isHostReport(report) && poolOfHost(report) === pool)
    .toSorted((one, two) => timeOf(one.trustedTime?.value) - timeOf(two.trustedTime?.value))
    .at(-1);
}

/** The pool that a host's report counts. */
function poolOfHost({ product, application }: ProductReport): string {
  const office = officeHostOf(product?.value ?? "");
  if (office !== undefined) return office;
  return /^(0ff1ce15|59a52881)-/.test(application?.value ?? "") ? "Office" : "Windows";
}

/** 0xFFFFFFFF stands for -1, of a host that is not activated. */
const NONE = 0xffffffff;

function toldBy(the: Case, host: Host, pool: string): Fact<number> | undefined {
  const figures = figuresOf(host, pool);
  const count = figures?.host.count;
  const stated = count === undefined || count.value === NONE ? undefined : count;
  const answer = answerOf(the, host, pool, (one, other) => one.time >= other.time);
  const isNewer = answer !== undefined && answer.time > timeOf(figures?.trustedTime?.value);
  if (answer !== undefined && (stated === undefined || isNewer))
    return { value: answer.count, at: answer.at };
  return stated;
}

/** What clients of one pool were answered by this host: the one answer that is better than all others. */
export function answerOf(
  the: Case,
  host: Host,
  pool: string,
  isBetter: (one: Told, other: Told) => boolean,
): (Told & { readonly at: Place }) | undefined {
  let best: (Told & { readonly answer: Answer }) | undefined;
  for (const client of the.clients) {
    if (poolOf(client) !== pool) continue;
    for (const exchange of client.exchanges) {
      const { answer } = exchange;
      if (answer === undefined || answer.code !== 0 || !the.names.same(exchange.host, host.names)) continue;
      const told = { time: exchange.time, count: answer.count, answer };
      if (best === undefined || isBetter(told, best)) best = told;
    }
  }
  return best && { time: best.time, count: best.count, at: best.answer.at };
}

/** A count as a host told it. */
interface Told {
  readonly time: number;
  readonly count: number;
}

/** Hosts that clients may be sent to besides those whose figures or log are there, and that may well be alive. */
export function unreadHosts(the: Case): Host[] {
  return the.hosts.filter(
    ({ label, population, reports, targets, probes, tries }) =>
      cloudHostOf(label) === undefined &&
      population === undefined &&
      reports.length === 0 &&
      (targets.length > 0 || tries.answered > 0) &&
      (tries.answered > 0 || (tries.failed === 0 && probes.every(({ result }) => result === "open"))),
  );
}
