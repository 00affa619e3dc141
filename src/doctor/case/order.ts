import type { Evidence } from "../evidence/model.ts";

/** What the tables of 12288 and 12289 have in common. */
interface Table {
  readonly length: number;
  get(row: number, name: "record" | "line"): number;
  get(row: number, name: "file"): string;
  column(name: "file" | "record" | "time" | "line"): { readonly [index: number]: number };
  values(name: "file"): readonly string[];
}

/** Where a row of a table stands among those of its file, the earlier the smaller; 0 when nothing tells it. */
export type Order = (table: Table, row: number) => number;

/**
 * In which order events of one second happened: by their record numbers; in a text, which has none and keeps no part of
 * a second, by their lines. Most programs write the newest first; what a file's own times show counts.
 */
export function orderOf({ sent, answered }: Evidence): Order {
  const directions = new Map<string, 1 | -1>();
  for (const table of [sent.table, answered.table]) learn(table, directions);
  return (table, row) => {
    const record = table.get(row, "record");
    return record !== 0 ? record : table.get(row, "line") * (directions.get(table.get(row, "file")) ?? -1);
  };
}

function learn(table: Table, directions: Map<string, 1 | -1>): void {
  const [files, records] = [table.column("file"), table.column("record")];
  const [times, lines] = [table.column("time"), table.column("line")];
  const first = new Map<number, number>();
  for (let row = 0; row < table.length; row++) {
    const file = files[row] ?? 0;
    if (records[row] !== 0 || Number.isNaN(times[row])) continue;
    const other = first.get(file);
    if (other === undefined) first.set(file, row);
    else if (times[other] !== times[row]) {
      const isForward = (times[row] ?? 0) > (times[other] ?? 0) === (lines[row] ?? 0) > (lines[other] ?? 0);
      const name = table.values("file")[file] ?? "";
      if (!directions.has(name)) directions.set(name, isForward ? 1 : -1);
    }
  }
}
