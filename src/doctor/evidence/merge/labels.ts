import { bareName } from "./names.ts";
import type { Party } from "./party.ts";

/**
 * The shortest name of each machine that no other has: its bare name, or else the full one; of a machine without a name
 * the file that it is known from, with the line where a file tells of several.
 */
export function labelsOf(parties: readonly Party[], files: readonly string[]): Map<Party, string> {
  const labels = new Map<Party, string>();
  const named = parties.filter(({ names }) => names.size > 0);
  const ownBare = (party: Party) => new Set([...party.names].map(bareName));
  const claims = counted(named.flatMap((party) => [...ownBare(party)]));
  for (const party of named) labels.set(party, nameOf(party, claims));
  const nameless = parties.filter(({ names }) => names.size === 0);
  const times = counted(nameless.map(fileOf));
  const ends = counted(files.flatMap(endsOf));
  for (const party of nameless) {
    const file = fileOf(party);
    const shown = shortest(file, ends);
    labels.set(party, times.get(file) === 1 ? shown : `${shown}:${placeOf(party)}`);
  }
  return labels;
}

/** The last parts of a path that no other path ends with. */
function shortest(path: string, ends: ReadonlyMap<string, number>): string {
  return endsOf(path).find((end) => ends.get(end) === 1) ?? path;
}

/** What a path ends with, part by part, the shortest first. */
function endsOf(path: string): string[] {
  const parts = path.split("/");
  return parts.map((_, at) => parts.slice(parts.length - 1 - at).join("/"));
}

function nameOf(party: Party, claims: ReadonlyMap<string, number>): string {
  const names = [...party.names].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const bare = names.map(bareName).find((name) => claims.get(name) === 1);
  // A machine that is only known by a bare name keeps it beside two others with full names.
  return bare ?? names.find((name) => name.includes(".")) ?? names[0] ?? "";
}

function fileOf({ stretches }: Party): string {
  return stretches[0]?.origin.file ?? "";
}

/** The first line that is known of a party, or which stretch of the file it begins with. */
function placeOf({ stretches }: Party): string {
  const lines = stretches.map(({ line }) => line).filter((line) => line > 0);
  return lines.length > 0
    ? String(Math.min(...lines))
    : `part ${Math.min(...stretches.map(({ order }) => order)) + 1}`;
}

function counted(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
