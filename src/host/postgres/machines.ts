import type { EventDraft } from "../decide.ts";
import type { Machine } from "../machine.ts";
import type { ListedMachine } from "../machine-list.ts";
import type { MachineKey } from "../store.ts";
import { integers, texts } from "./arrays.ts";
import type { PostgresDatabase, Statement, Transaction } from "./database.ts";
import { writeEvents } from "./events.ts";
import type { CountJournal } from "./journal.ts";
import { LISTED, toListed } from "./machine-list.ts";
import { MACHINE_COLUMNS, type MachineRow, toMachine } from "./rows.ts";

/** How many machines are looked at, and at most forgotten, in one transaction. */
const SLICE = 2000;

/** A store's parts that machines are kept with. */
export interface MachineParts {
  readonly database: PostgresDatabase;
  readonly journal: CountJournal;
  /** The host's machine name, written into events. */
  readonly host: string;
}

/** Reads one machine. */
export function readMachine({ application, cmid }: MachineKey): Statement {
  return [
    `SELECT ${MACHINE_COLUMNS} FROM known_machine WHERE application_id = $1 AND cmid = $2`,
    [application, cmid],
  ];
}

/** A machine with what administrators have said of it. */
export async function listedMachine(
  database: PostgresDatabase,
  { application, cmid }: MachineKey,
): Promise<ListedMachine | undefined> {
  const [row] = await database.read<Parameters<typeof toListed>[0]>(
    `SELECT ${LISTED} WHERE application_id = $1 AND cmid = $2`,
    [application, cmid],
  );
  return row && toListed(row);
}

/** Keeps a text with a machine that is there, "" none, and tells of a change. False when it is not there. */
export async function putNote(
  { database, host }: MachineParts,
  key: MachineKey,
  note: string,
  tell: (machine: Machine) => readonly EventDraft[],
  now: number,
): Promise<boolean> {
  // PostgreSQL keeps any character but this one.
  const text = note.replaceAll("\0", "");
  return database.write([readMachine(key), readNote(key)], (transaction, [rows = [], notes = []]) => {
    const [row] = rows as MachineRow[];
    if (row === undefined) return false;
    const [before] = notes as { text: string }[];
    if ((before?.text ?? "") === text) return true;
    writeEvents(transaction, tell(toMachine(row)), host, now);
    transaction.last("DELETE FROM note WHERE application = $1 AND cmid = $2", [row.application, row.cmid]);
    const put = "INSERT INTO note VALUES ($1, $2, $3)";
    if (text !== "") transaction.last(put, [row.application, row.cmid, text]);
    return true;
  });
}

function readNote({ application, cmid }: MachineKey): Statement {
  return [
    "SELECT text FROM note JOIN application ON number = application WHERE id = $1 AND cmid = $2",
    [application, cmid],
  ];
}

/** Keeps or drops the order for a new CMID, and tells of a change. False when there is no such machine. */
export async function orderRearm(
  { database, host }: MachineParts,
  key: MachineKey,
  isOrdered: boolean,
  tell: (machine: Machine) => readonly EventDraft[],
  now: number,
): Promise<boolean> {
  return database.write([readMachine(key)], async (transaction, [rows = []]) => {
    const [row] = rows as MachineRow[];
    if (row === undefined) return false;
    const put = isOrdered
      ? "INSERT INTO rearm_order VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING cmid"
      : "DELETE FROM rearm_order WHERE application = $1 AND cmid = $2 RETURNING cmid";
    const changed = await transaction.run(put, [row.application, row.cmid]);
    if (changed.length > 0) writeEvents(transaction, tell(toMachine(row)), host, now);
    return true;
  });
}

/** Forgets a machine. Gives what it was, undefined when not there. */
export async function forget(
  { database, journal, host }: MachineParts,
  key: MachineKey,
  tell: (machine: Machine) => readonly EventDraft[],
  now: number,
): Promise<Machine | undefined> {
  let keep = () => {};
  const machine = await database.write([readMachine(key)], (transaction, [rows = []]) => {
    const [row] = rows as MachineRow[];
    if (row === undefined) return undefined;
    const forgotten = toMachine(row);
    keep = drop(transaction, journal, [row]);
    writeEvents(transaction, tell(forgotten), host, now);
    return forgotten;
  });
  keep();
  return machine;
}

/** Forgets every machine that was last seen before a moment and holds no lease, in several transactions. */
export async function forgetUnseen(
  { database, journal, host }: MachineParts,
  before: number,
  tell: (machines: number) => readonly EventDraft[],
  now: number,
): Promise<number> {
  const unseen: Statement = [
    `SELECT ${MACHINE_COLUMNS} FROM known_machine WHERE (application, cmid) IN
       (SELECT application, cmid FROM machine WHERE last_seen < $1 AND lease_expires <= $2 LIMIT ${SLICE})`,
    [before, now],
  ];
  // Looked for without the lock: as a rule there are none, and the table is large.
  const isAny = async () => (await database.read(...unseen)).length > 0;
  let total = 0;
  while (await isAny()) {
    let keep = () => {};
    total += await database.write([unseen], (transaction, [rows = []]) => {
      const forgotten = rows as MachineRow[];
      keep = drop(transaction, journal, forgotten);
      if (forgotten.length > 0) writeEvents(transaction, tell(forgotten.length), host, now);
      return forgotten.length;
    });
    keep();
  }
  return total;
}

/** Takes machines and what was said of them out of the tables and the count; call what it gives after the commit. */
function drop(transaction: Transaction, journal: CountJournal, rows: readonly MachineRow[]): () => void {
  const keys = [integers(rows.map(({ application }) => application)), texts(rows.map(({ cmid }) => cmid))];
  for (const table of ["machine", "identity", "note", "rearm_order"]) {
    transaction.last(
      `DELETE FROM ${table} WHERE (application, cmid) IN (SELECT * FROM unnest($1::integer[], $2::text[]))`,
      keys,
    );
  }
  return journal.write(
    transaction,
    rows.map((row) => ({ before: toMachine(row), after: undefined })),
  );
}
