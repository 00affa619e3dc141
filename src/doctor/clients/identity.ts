/** One machine as its names tell of it. */
export interface Identity {
  /** Bare name when no other machine has it, otherwise with its domain. */
  readonly label: string;
  /** Lower case, sorted. */
  readonly names: readonly string[];
}

/** The machines behind names, and which name is of which: `machineOf[n]` is an index of `machines`, -1 for no name. */
export interface Identities {
  readonly machines: readonly Identity[];
  readonly machineOf: Int32Array;
}

/**
 * Joins names that stand for one machine: the case of letters means nothing, and a bare name is the machine whose full
 * name begins with it. Where several do, the bare name is that of the only one it shares a CMID with, if there is one,
 * and otherwise a machine by itself.
 */
export function identify(
  names: readonly string[],
  cmidsOf: (names: ReadonlySet<string>) => ReadonlyMap<string, ReadonlySet<string>>,
): Identities {
  const spelled = names.map((name) => name.trim().toLowerCase());
  const distinct = [...new Set(spelled)].filter((name) => name !== "").sort();
  const full = Map.groupBy(distinct.filter(isFull), firstLabel);
  const bare = distinct.filter((name) => !isFull(name));
  const ambiguous = bare.filter((name) => (full.get(name)?.length ?? 0) > 1);
  const cmids = cmidsOf(new Set([...ambiguous, ...ambiguous.flatMap((name) => full.get(name) ?? [])]));
  const groups = new Map<string, string[]>(distinct.filter(isFull).map((name) => [name, [name]]));
  for (const name of bare) {
    const candidates = full.get(name) ?? [];
    const sharing = candidates.filter((each) => shares(cmids.get(each), cmids.get(name)));
    const [owner] = candidates.length === 1 ? candidates : sharing.length === 1 ? sharing : [];
    if (owner === undefined) groups.set(name, [name]);
    else groups.get(owner)?.unshift(name);
  }
  const machines = [...groups].map(([key, group]) => ({ label: labelOf(key, full, groups), names: group }));
  const index = new Map(machines.flatMap((machine, at) => machine.names.map((name) => [name, at] as const)));
  return { machines, machineOf: Int32Array.from(spelled, (name) => index.get(name) ?? -1) };
}

/** Whether a name has a domain; addresses have dots, but no domain. */
function isFull(name: string): boolean {
  return name.includes(".") && !name.startsWith(".") && !/^[\d.]+$|:/.test(name);
}

function firstLabel(name: string): string {
  return name.slice(0, name.indexOf("."));
}

function labelOf(
  name: string,
  full: ReadonlyMap<string, readonly string[]>,
  groups: ReadonlyMap<string, unknown>,
): string {
  if (!isFull(name)) return name;
  const first = firstLabel(name);
  return full.get(first)?.length === 1 && !groups.has(first) ? first : name;
}

function shares(one: ReadonlySet<string> | undefined, other: ReadonlySet<string> | undefined): boolean {
  return one !== undefined && other !== undefined && !one.isDisjointFrom(other);
}
