import type { EvtxFilter } from "../../src/doctor/evidence/evtx/filter.ts";
import { readEvtx } from "../../src/doctor/evidence/evtx/reader.ts";
import type { EvtxDamage, EvtxNote, EvtxRecord } from "../../src/doctor/evidence/evtx/record.ts";
import type { EvtxSource } from "../../src/doctor/evidence/evtx/source.ts";

/** Everything a log holds, sorted by kind. */
export async function readAll(source: EvtxSource, filter?: EvtxFilter) {
  const records: EvtxRecord[] = [];
  const damage: EvtxDamage[] = [];
  const notes: EvtxNote[] = [];
  for await (const item of readEvtx(source, filter)) {
    if (item.kind === "record") records.push(item);
    else if (item.kind === "damage") damage.push(item);
    else notes.push(item);
  }
  return { records, damage, notes };
}
