import type { Database } from "bun:sqlite";
import type { ListedMachine } from "../machine-list.ts";
import type { MachineKey } from "../store.ts";

/** What administrators have said of a machine. */
export function annotationOf(
  database: Database,
  { application, cmid }: MachineKey,
): Pick<ListedMachine, "note" | "rearm"> {
  const row = database
    .query<{ note: string | null; rearm: number }, [string, string]>(
      `SELECT (SELECT text FROM note WHERE application = number AND cmid = ?2) AS note,
         EXISTS (SELECT 1 FROM rearm_order WHERE application = number AND cmid = ?2) AS rearm
       FROM application WHERE id = ?1`,
    )
    .get(application, cmid);
  return { note: row?.note ?? "", rearm: row?.rearm === 1 };
}

/** Keeps a text with a machine that is there, "" none. True when that changed something. Call it in a transaction. */
export function putNote(database: Database, key: MachineKey, note: string): boolean {
  const { application, cmid } = key;
  if (annotationOf(database, key).note === note) return false;
  const put = `INSERT OR REPLACE INTO note (application, cmid, text)
    SELECT application, cmid, ?3 FROM machine JOIN application ON number = application WHERE id = ?1 AND cmid = ?2`;
  database.query<null, [string, string, string]>(put).run(application, cmid, note);
  database.run("DELETE FROM note WHERE text = ''");
  return true;
}

/** Keeps or drops the order for a new CMID. True when that changed something. Call it in a transaction. */
export function putRearmOrder(
  database: Database,
  { application, cmid }: MachineKey,
  isOrdered: boolean,
): boolean {
  const put = isOrdered
    ? `INSERT OR IGNORE INTO rearm_order (application, cmid)
       SELECT application, cmid FROM machine JOIN application ON number = application WHERE id = ?1 AND cmid = ?2`
    : "DELETE FROM rearm_order WHERE application = (SELECT number FROM application WHERE id = ?1) AND cmid = ?2";
  return database.query<null, [string, string]>(put).run(application, cmid).changes > 0;
}

/** The machines that an order for a new CMID stands for. */
export function readRearmOrders(database: Database): MachineKey[] {
  return database
    .query<MachineKey, []>(
      "SELECT id AS application, cmid FROM rearm_order JOIN application ON number = application",
    )
    .all();
}
