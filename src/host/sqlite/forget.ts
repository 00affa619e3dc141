import type { Database } from "bun:sqlite";
import type { Machine } from "../machine.ts";
import { pause } from "../pause.ts";
import type { MachineKey } from "../store.ts";
import { MACHINE_COLUMNS, type MachineRow, toMachine } from "./rows.ts";

/** How many machines are looked at, and at most forgotten, between two pauses. */
const SLICE = 2000;

interface KeyedRow extends MachineRow {
  readonly application: number;
  readonly application_id: string;
}

/** Takes a machine and what was said of it out of the store; undefined when it is not there. Call it in a transaction. */
export function forgetMachine(database: Database, { application, cmid }: MachineKey): Machine | undefined {
  const row = database
    .query<KeyedRow, [string, string]>(
      `SELECT application, application.id AS application_id, ${MACHINE_COLUMNS} FROM known_machine
       JOIN application ON application.number = application WHERE application.id = ? AND cmid = ?`,
    )
    .get(application, cmid);
  if (row === null) return undefined;
  for (const table of ["machine", "identity", "note", "rearm_order"]) {
    database
      .query<null, [number, string]>(`DELETE FROM ${table} WHERE application = ? AND cmid = ?`)
      .run(row.application, cmid);
  }
  return toMachine(row, row.application_id);
}

/** True for a machine that was last seen before a moment and holds no lease any more. */
export function isUnseen(machine: Machine | undefined, before: number, now: number): boolean {
  return machine !== undefined && machine.lastSeen < before && machine.leaseExpires <= now;
}

/**
 * The machines that were last seen before a moment and hold no lease any more, a slice of the table at a time. Whoever
 * forgets them must look again in the transaction: a machine may have come back meanwhile.
 */
export async function* unseenMachines(
  database: Database,
  before: number,
  now: number,
): AsyncGenerator<MachineKey[]> {
  const slice = database.query<
    { application: number; id: string; cmid: string; unseen: number },
    [number, string, number, number]
  >(
    `SELECT application, application.id AS id, cmid, last_seen < ?3 AND lease_expires <= ?4 AS unseen FROM machine
     JOIN application ON application.number = application
     WHERE (application, cmid) > (?1, ?2) ORDER BY application, cmid LIMIT ${SLICE}`,
  );
  let rows = slice.all(0, "", before, now);
  for (let last = rows.at(-1); last; last = rows.at(-1)) {
    const unseen = rows.filter((row) => row.unseen === 1);
    if (unseen.length > 0) yield unseen.map(({ id, cmid }) => ({ application: id, cmid }));
    await pause();
    rows = slice.all(last.application, last.cmid, before, now);
  }
}
