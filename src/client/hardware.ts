/** How the hardware of a lease compares with that of now, by kinds: `mac`, `board_serial`. */
export interface HardwareComparison {
  readonly changed: readonly string[];
  readonly same: readonly string[];
}

/** Replacing one thing, such as the network card, is never too much. */
const FEWEST_CHANGED = 2;

/**
 * Compares facts of the form `kind hash`. A kind that there are several of, such as network cards, is the same while
 * one of them is still there. A kind that is known on one side only says nothing: what an account may read differs.
 */
export function compareHardware(before: readonly string[], now: readonly string[]): HardwareComparison {
  const known = byKind(now);
  const changed: string[] = [];
  const same: string[] = [];
  for (const [kind, facts] of byKind(before)) {
    const present = known.get(kind);
    if (present === undefined) continue;
    (facts.some((fact) => present.includes(fact)) ? same : changed).push(kind);
  }
  return { changed, same };
}

/** True when it is no longer the machine of the lease: at least two kinds changed, and no fewer than stayed the same. */
export function isOtherHardware({ changed, same }: HardwareComparison): boolean {
  return changed.length >= FEWEST_CHANGED && changed.length >= same.length;
}

function byKind(facts: readonly string[]): Map<string, string[]> {
  return Map.groupBy(facts, (fact) => fact.split(" ", 1)[0] ?? "");
}
