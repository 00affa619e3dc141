import type { Collector, Reading } from "../collector.ts";
import type { EvidenceFile, Machine, Origin } from "../model.ts";
import type { Stretch } from "./party.ts";

/** A file of more machines than this is listed once, as that of many. */
const MACHINES = 8;
const NOTES = 20;

/** The files as the report lists them: by name, each once for every kind and machine in it. */
export function filesOf(
  { readings }: Collector,
  stretches: readonly Stretch[],
  machineOf: (origin: Origin) => Machine | undefined,
): EvidenceFile[] {
  const stretchOf = new Map(stretches.map((stretch) => [stretch.origin, stretch]));
  const labelOf = ({ origin }: Reading) => machineOf(origin)?.label ?? "";
  const byKind = Map.groupBy(readings, ({ origin }) => `${origin.file}\n${origin.kind}`);
  return [...byKind.values()]
    .flatMap((group) => {
      const byMachine = [...Map.groupBy(group, labelOf)];
      return byMachine.length > MACHINES
        ? [{ machine: "", group }]
        : byMachine.map(([machine, group]) => ({ machine, group }));
    })
    .map(({ machine, group }) => fileOf(machine, group, (origin) => stretchOf.get(origin)))
    .sort((a, b) => compare(a.file, b.file) || compare(a.kind, b.kind) || compare(a.machine, b.machine));
}

function fileOf(
  machine: string,
  group: readonly Reading[],
  stretchOf: (origin: Origin) => Stretch | undefined,
): EvidenceFile {
  const [first] = group;
  if (first === undefined) throw new Error("a group has at least one reading");
  const found = group.map(({ origin }) => stretchOf(origin));
  const isHost = found.some((one) => one?.isHost);
  const isClient = found.some((one) => one?.isClient);
  return {
    file: first.origin.file,
    kind: first.origin.kind,
    role: isHost ? "host" : isClient ? "client" : "",
    machine,
    language: group.find(({ origin }) => origin.language !== "")?.origin.language ?? "",
    records: group.reduce((sum, { records }) => sum + records, 0),
    skipped: group.reduce((sum, { skipped }) => sum + skipped, 0),
    notes: [...new Set(group.flatMap(({ notes }) => notes))].slice(0, NOTES),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
