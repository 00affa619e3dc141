import { createHash } from "node:crypto";
import { type Census, CensusTaker, lineOf } from "./census.ts";
import type { ExportHeader } from "./export-header.ts";
import type { StoreTables } from "./store-tables.ts";
import { TABLE_NAMES } from "./tables.ts";

/** Told how many of how many rows are done. */
export type OnProgress = (done: number, total: number) => void;

/**
 * A store as text, a part at a time: a line that tells what it is, a line for each row, a last line with the census and
 * a checksum of both.
 */
export async function* exportLines(
  tables: StoreTables,
  header: ExportHeader,
  onProgress: OnProgress = () => {},
): AsyncGenerator<string> {
  yield `${JSON.stringify(header)}\n`;
  const census = yield* takeCensus(tables, header, onProgress);
  yield `${JSON.stringify({ end: census, seal: sealOf(header, census) })}\n`;
}

/** Takes the census of a store, and gives the lines of its rows on the way. */
export async function* takeCensus(
  tables: StoreTables,
  { time, applications, rows: total }: ExportHeader,
  onProgress: OnProgress = () => {},
): AsyncGenerator<string, Census> {
  const taker = new CensusTaker({ time, applications });
  let done = 0;
  for (const table of TABLE_NAMES) {
    for await (const rows of tables.rows(table)) {
      let lines = "";
      for (const row of rows) lines += lineOf(table, row);
      taker.add(table, rows, lines);
      yield lines;
      done += rows.length;
      onProgress(done, total);
    }
  }
  return taker.end(await tables.lastEvent());
}

/** What shows that the first and the last line belong together and are as they were written. */
export function sealOf(header: ExportHeader, census: Census): string {
  return createHash("sha256")
    .update(JSON.stringify([header, census]))
    .digest("hex");
}
