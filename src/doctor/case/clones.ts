import type { Evidence } from "../evidence/model.ts";
import type { Place } from "../evidence/place.ts";
import type { Identity, Population } from "./population.ts";

/** One CMID that several machines use side by side. */
export interface Clones {
  readonly cmid: string;
  /** Bare names of those who use it at the same time, sorted. */
  readonly names: readonly string[];
  readonly requests: number;
  /** A request of each of the first two names. */
  readonly places: readonly Place[];
}

/**
 * CMIDs that stand for several machines at once, largest first. One CMID under several names one after the other is a
 * machine that was renamed or set up anew, and is no clone: the times of use have to overlap.
 */
export function clonesOf(evidence: Evidence, { pools }: Population): Clones[] {
  return pools
    .flatMap(({ cmids }) => [...cmids.values()])
    .flatMap((identity) => clonesIn(evidence, identity) ?? [])
    .toSorted((one, two) => two.names.length - one.names.length || one.cmid.localeCompare(two.cmid));
}

function clonesIn(evidence: Evidence, { cmid, users }: Identity): Clones | undefined {
  if (users.size < 2) return undefined;
  const uses = [...users].toSorted(([, one], [, two]) => one.first - two.first || one.last - two.last);
  const overlapping = uses.filter(([name, use]) =>
    uses.some(([other, its]) => other !== name && its.first <= use.last && use.first <= its.last),
  );
  // Machines that each asked once leave no span to overlap: many of them close together cannot be one that is renamed.
  const names = (overlapping.length >= 2 ? overlapping : uses.length > 3 ? uses : []).map(([name]) => name);
  if (names.length < 2) return undefined;
  return {
    cmid,
    names: names.toSorted(),
    requests: uses.reduce((sum, [, { requests }]) => sum + requests, 0),
    places: uses
      .filter(([name]) => names.includes(name))
      .slice(0, 2)
      .map(([, { row }]) => evidence.handled.place(row)),
  };
}
