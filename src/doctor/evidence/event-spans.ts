import type { Evidence } from "./model.ts";

/** How often one event was logged by one machine, and from when to when. */
export interface EventSpan {
  /** Label of the machine, or the name as the events state it. */
  readonly machine: string;
  readonly id: number;
  readonly count: number;
  /** Milliseconds since the epoch; NaN when no event has a time. */
  readonly first: number;
  readonly last: number;
  /** Whether the times are UTC or of a zone that was established; else they are those of the machine's own clock. */
  readonly utc: boolean;
}

interface Draft {
  readonly machine: string;
  readonly id: number;
  seen: number;
  counted: number;
  first: number;
  last: number;
  utc: boolean;
}

/** The events of all machines by id, those of one machine together. */
export function eventSpans(evidence: Evidence): EventSpan[] {
  const drafts = new Map<string, Draft>();
  const labels = new Map<string, string>();
  const labelOf = (computer: string) => {
    const known = labels.get(computer);
    if (known !== undefined) return known;
    const label = evidence.machineNamed(computer)?.label ?? computer;
    labels.set(computer, label);
    return label;
  };
  const draft = (machine: string, id: number) => {
    const key = `${machine}\n${id}`;
    const known = drafts.get(key);
    if (known !== undefined) return known;
    const fresh = { machine, id, seen: 0, counted: 0, first: Number.NaN, last: Number.NaN, utc: true };
    drafts.set(key, fresh);
    return fresh;
  };
  const see = (machine: string, id: number, time: number) => {
    const found = draft(machine, id);
    found.seen += 1;
    if (!(found.first <= time) && !Number.isNaN(time)) found.first = time;
    if (!(found.last >= time) && !Number.isNaN(time)) found.last = time;
  };
  for (const event of evidence.events) {
    see(evidence.machineOf(event.origin)?.label ?? labelOf(event.computer), event.id, event.time);
  }
  const tables = [
    [12288, evidence.sent.table],
    [12289, evidence.answered.table],
    [12290, evidence.handled.table],
  ] as const;
  for (const [id, table] of tables) {
    const columns: { get(row: number, name: "computer"): string; get(row: number, name: "time"): number } =
      table;
    for (let row = 0; row < table.length; row++) {
      see(labelOf(columns.get(row, "computer")), id, columns.get(row, "time"));
    }
  }
  // Of a log with very many events only some are kept; its counts are whole.
  for (const { origin, computer, counts, zone } of evidence.logs) {
    const machine = evidence.machineOf(origin)?.label ?? labelOf(computer);
    for (const [id, count] of Object.entries(counts)) {
      const found = draft(machine, Number(id));
      found.counted += count;
      if (zone === "open") found.utc = false;
    }
  }
  return [...drafts.values()]
    .map(({ seen, counted, ...span }) => ({ ...span, count: Math.max(seen, counted) }))
    .sort((a, b) => (a.machine < b.machine ? -1 : a.machine > b.machine ? 1 : a.id - b.id));
}
