import { eventInfo } from "../../protocol/events.ts";
import { problem } from "../../protocol/problems.ts";
import { oneField } from "../settings-change.ts";
import { type Census, differences } from "./census.ts";
import type { ExportHeader } from "./export-header.ts";
import { type OnProgress, takeCensus } from "./export-lines.ts";
import type { Taker } from "./read-export.ts";
import type { StoreTables } from "./store-tables.ts";

/** Fills a store with an export: what it had is dropped first. Nothing is there before the tables are committed. */
export function takeInto(tables: StoreTables, onProgress: OnProgress = () => {}): Taker {
  let done = 0;
  let total = 0;
  return {
    async begin(header) {
      total = header.rows;
      await tables.clear();
    },
    async take(table, rows) {
      await tables.insert(table, rows);
      done += rows.length;
      onProgress(done, total);
    },
  };
}

/**
 * Ends what `takeInto` began: reads all of it back, compares it with what the export says, leaves event 12417 and commits.
 * Throws BAD_INPUT when anything differs; then nothing was changed.
 */
export async function settle(
  tables: StoreTables,
  { header, census }: { readonly header: ExportHeader; readonly census: Census },
  {
    by,
    machine,
    now,
    onProgress,
  }: { by: string; machine: string; now: number; onProgress?: OnProgress | undefined },
): Promise<void> {
  await tables.number(census.lastEvent);
  const reading = takeCensus(tables, header, onProgress);
  let read = await reading.next();
  while (!read.done) read = await reading.next();
  const [difference] = differences(census, read.value);
  if (difference !== undefined) {
    throw problem(
      "BAD_INPUT",
      `The store does not hold what was exported (${difference}); nothing was changed.`,
    );
  }
  const { name, host } = header;
  const info = eventInfo(12417, {
    from: oneField(`${name} ${host}`),
    machines: census.tables.machine.rows,
    by: oneField(by),
  });
  const number = census.lastEvent + 1;
  await tables.insert("event", [[number, now, 12417, null, machine, info]]);
  await tables.number(number);
  await tables.commit();
}
