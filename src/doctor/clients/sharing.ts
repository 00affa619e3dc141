import { byNumber } from "./extremes.ts";
import type { Cluster, CmidChange, Seen } from "./report.ts";
import { patience, type Reach } from "./standing.ts";
import { together, type Use } from "./uses.ts";

/** What a use is of, in words. */
export interface UseNames {
  readonly machine: (use: Use) => string;
  readonly cmid: (use: Use) => string;
  readonly pool: (use: Use) => string;
}

/**
 * CMIDs that several machines used. Only what overlaps accuses an image: a machine that is renamed, or imaged again
 * without a rearm, keeps its CMID too, but its old name falls silent when the new one appears.
 */
export function findClusters(uses: readonly Use[], names: UseNames, reach: Reach): Cluster[] {
  const clusters: Cluster[] = [];
  for (const [cmid, ofCmid] of Map.groupBy(uses, names.cmid)) {
    // Most CMIDs are of one machine, and have one use.
    if (ofCmid.length < 2 || new Set(ofCmid.map((use) => use.machine)).size < 2 || isNoCmid(cmid)) continue;
    const members = [...Map.groupBy(ofCmid, names.machine)]
      .map(([machine, all]) => ({ machine, ...together(all) }))
      .sort(inTime((member) => member.machine));
    clusters.push({
      cmid,
      verdict: verdictOf(members, reach),
      members,
      prefix: commonPrefix(members.map((member) => member.machine)),
    });
  }
  const rank = { overlapping: 0, open: 1, sequential: 2 };
  return clusters.sort(
    (one, other) =>
      rank[one.verdict] - rank[other.verdict] ||
      other.members.length - one.members.length ||
      compare(one.cmid, other.cmid),
  );
}

function verdictOf(members: readonly Seen[], reach: Reach): Cluster["verdict"] {
  if (overlap(members)) return "overlapping";
  const earlier = members.slice(0, -1);
  const missed = earlier.every((member) => member.last + patience(reach.renewalInterval) < reach.ends);
  return missed ? "sequential" : "open";
}

/** Machines that used several CMIDs for what is counted together; Office may well have another one than Windows. */
export function findChanges(uses: readonly Use[], names: UseNames): CmidChange[] {
  const changes: CmidChange[] = [];
  for (const [machine, ofMachine] of Map.groupBy(uses, names.machine)) {
    if (ofMachine.length < 2) continue;
    for (const [pool, ofPool] of Map.groupBy(ofMachine, names.pool)) {
      const byCmid = Map.groupBy(ofPool, names.cmid);
      if (byCmid.size < 2) continue;
      const cmids = [...byCmid]
        .map(([cmid, all]) => ({ cmid, ...together(all) }))
        .sort(inTime((each) => each.cmid));
      changes.push({ machine, pool, verdict: overlap(cmids) ? "alternating" : "sequential", cmids });
    }
  }
  return changes.sort(
    (one, other) =>
      compare(one.verdict, other.verdict) ||
      other.cmids.length - one.cmids.length ||
      compare(one.machine, other.machine) ||
      compare(one.pool, other.pool),
  );
}

/** Whether any two of these, sorted by their beginning, were in use at the same time. */
function overlap(seen: readonly Seen[]): boolean {
  let until = Number.NEGATIVE_INFINITY;
  for (const { first, last } of seen) {
    if (first <= until) return true;
    until = Math.max(until, last);
  }
  return false;
}

function inTime<Item extends Seen>(nameOf: (item: Item) => string): (one: Item, other: Item) => number {
  return (one, other) => byNumber(one.first, other.first) || compare(nameOf(one), nameOf(other));
}

function isNoCmid(cmid: string): boolean {
  return !/[1-9a-f]/.test(cmid);
}

function commonPrefix(names: readonly string[]): string {
  const [first = "", ...rest] = names;
  let length = first.length;
  for (const name of rest) while (!name.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

/** Orders texts by their code units: the same everywhere. */
export function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
