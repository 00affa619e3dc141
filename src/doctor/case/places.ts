import type { Place } from "../evidence/place.ts";

const MOST = 8;

/** Places for a finding: those that are known, each once, at most 8, in their order. */
export function quotes(...places: readonly (Place | undefined)[]): Place[] {
  const known = new Map<string, Place>();
  for (const place of places) {
    if (place === undefined) continue;
    const key = `${place.file}:${place.line}:${place.record}`;
    if (!known.has(key)) known.set(key, place);
  }
  return [...known.values()].slice(0, MOST);
}
