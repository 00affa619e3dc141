/** One line of the table: what was done to the hosts, and what became of what they had promised. */
export interface FaultRow {
  readonly fault: string;
  readonly store: string;
  /** How often the fault was made. */
  readonly tried: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly doubled: number;
  readonly overSeats: number;
}

const HEAD = ["Fault", "Store", "Tried", "Acknowledged", "Lost", "Counted twice", "Over the seats"];

/** Rows as a table of Markdown, aligned; lines of the same fault and store are added up. */
export function formatTable(rows: readonly FaultRow[]): string {
  const lines = sum(rows).map((row) => [
    row.fault,
    row.store,
    ...[row.tried, row.acknowledged, row.lost, row.doubled, row.overSeats].map((n) => n.toLocaleString("en")),
  ]);
  const widths = HEAD.map((head, at) => Math.max(head.length, ...lines.map((line) => line[at]?.length ?? 0)));
  const show = (cells: readonly string[]) => {
    const padded = cells.map((cell, at) =>
      at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
    );
    return `| ${padded.join(" | ")} |`;
  };
  const rule = widths.map((width, at) => (at < 2 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [show(HEAD), `| ${rule.join(" | ")} |`, ...lines.map(show)].join("\n");
}

function sum(rows: readonly FaultRow[]): FaultRow[] {
  const sums = new Map<string, FaultRow>();
  for (const row of rows) {
    const key = `${row.fault} ${row.store}`;
    const so = sums.get(key);
    sums.set(key, {
      ...row,
      tried: row.tried + (so?.tried ?? 0),
      acknowledged: row.acknowledged + (so?.acknowledged ?? 0),
      lost: row.lost + (so?.lost ?? 0),
      doubled: row.doubled + (so?.doubled ?? 0),
      overSeats: row.overSeats + (so?.overSeats ?? 0),
    });
  }
  return [...sums.values()];
}
