import {
  type EvtxDamage,
  type EvtxFilter,
  type EvtxNote,
  type EvtxRecord,
  type EvtxSource,
  readEvtx,
} from "../../src/doctor/evidence/evtx/reader.ts";

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
