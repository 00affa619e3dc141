import type { Place } from "../evidence/place.ts";
import type { Case } from "./case.ts";
import type { Pool } from "./population.ts";

/** One machine name that came with many CMIDs, one after the other. */
export interface Churner {
  readonly name: string;
  readonly cmids: number;
  readonly places: readonly Place[];
}

/** So many CMIDs in 30 days no repair and no rearm explains. */
const MANY = 3;

/** Names of a pool that changed their CMID again and again, most first. */
export function churnIn(the: Case, { cmids }: Pool): Churner[] {
  const byName = new Map<string, { first: number; row: number }[]>();
  for (const { users } of cmids.values()) {
    for (const [name, { first, row }] of users) {
      const known = byName.get(name);
      if (known === undefined) byName.set(name, [{ first, row }]);
      else known.push({ first, row });
    }
  }
  return [...byName]
    .filter(([, uses]) => uses.length >= MANY)
    .map(([name, uses]) => ({
      name,
      cmids: uses.length,
      places: uses
        .toSorted((one, two) => one.first - two.first)
        .slice(-2)
        .map(({ row }) => the.evidence.handled.place(row)),
    }))
    .toSorted((one, two) => two.cmids - one.cmids || one.name.localeCompare(two.name));
}
