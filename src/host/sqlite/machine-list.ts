import type { Database } from "bun:sqlite";
import type { MachinePage, MachineQuery, MachineSort, Place } from "../machine-list.ts";
import { pause } from "../pause.ts";
import { annotationOf } from "./annotations.ts";
import { MACHINE_COLUMNS, type MachineRow, toMachine } from "./rows.ts";

/**
 * How many machines are looked at between two pauses. The host counts on the same thread: so many take 2 to 3 ms,
 * and 100,000 take 60 to 70 ms in all. An index on what is sorted would answer at once, but each request writes it:
 * one on last_seen alone made a request 57 % dearer (43 to 67 µs), two made it 190 % dearer.
 */
const SLICE = 2000;

const SORT_COLUMNS: Record<MachineSort, string> = {
  name: "name COLLATE NOCASE",
  cmid: "cmid",
  product: "product",
  address: "address",
  status: "status",
  firstSeen: "first_seen",
  lastSeen: "last_seen",
  leaseExpires: "lease_expires",
  requests: "requests",
};

interface FoundRow extends MachineRow {
  readonly application: number;
  readonly application_id: string;
}

type Values = Record<string, string | number | null>;

/** Finds one page of machines, a slice at a time, so that nobody waits for it. A page is as large as its limit says. */
export async function listMachines(
  database: Database,
  query: MachineQuery,
  sliceSize = SLICE,
): Promise<MachinePage> {
  const { sort, order, limit, after } = query;
  const direction = order === "asc" ? ">" : "<";
  const column = SORT_COLUMNS[sort];
  const slice = `(SELECT application, ${MACHINE_COLUMNS} FROM known_machine
    WHERE (application, cmid) > ($fromApplication, $fromCmid) ORDER BY application, cmid LIMIT ${sliceSize})`;
  const found = database.query<FoundRow, [Values]>(
    `SELECT application, application.id AS application_id, ${MACHINE_COLUMNS} FROM ${slice}
     JOIN application ON application.number = application
     WHERE ${MATCHES} AND ($afterValue IS NULL OR (${column}, application, cmid) ${direction} ($afterValue, $afterApplication, $afterCmid))
     ORDER BY ${column} ${order}, application ${order}, cmid ${order} LIMIT $limit`,
  );
  const counted = database.query<{ matching: number }, [Values]>(
    `SELECT count(*) AS matching FROM ${slice} WHERE ${MATCHES}`,
  );
  const values = matchValues(database, query);
  const place = {
    afterValue: after?.value ?? null,
    afterApplication: after === undefined ? null : numberOf(database, after.application),
    afterCmid: after?.cmid ?? null,
  };
  let rows: FoundRow[] = [];
  let total = 0;
  for (
    let from: Edge | undefined = { application: 0, cmid: "" };
    from;
    from = edgeAfter(database, from, sliceSize)
  ) {
    const start = { fromApplication: from.application, fromCmid: from.cmid };
    rows = merge(rows, found.all({ ...values, ...place, ...start, limit: limit + 1 }), query);
    if (after === undefined) total += counted.get({ ...values, ...start })?.matching ?? 0;
    await pause();
  }
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    machines: page.map((row) => {
      const machine = toMachine(row, row.application_id);
      return { ...machine, ...annotationOf(database, machine) };
    }),
    total: after === undefined ? total : undefined,
    next: last && placeOf(last, sort),
  };
}

const MATCHES = `($application IS NULL OR application = $application)
  AND ($product IS NULL OR product = $product)
  AND ($leaseFrom IS NULL OR lease_expires BETWEEN $leaseFrom AND $leaseTo)
  AND ($search IS NULL OR name LIKE $search ESCAPE '\\' OR cmid LIKE $search ESCAPE '\\' OR address LIKE $search ESCAPE '\\'
    OR (application, cmid) IN (SELECT application, cmid FROM note WHERE text LIKE $search ESCAPE '\\'))`;

function matchValues(database: Database, { search, state, application, product, now }: MachineQuery): Values {
  const leases = { licensed: [now + 1, Number.MAX_SAFE_INTEGER], expired: [1, now], unlicensed: [0, 0] };
  const [leaseFrom = null, leaseTo = null] = state === undefined ? [] : leases[state];
  return {
    application: application === undefined ? null : numberOf(database, application),
    product: product ?? null,
    leaseFrom,
    leaseTo,
    search: search ? `%${search.replace(/[\\%_]/g, "\\$&")}%` : null,
  };
}

interface Edge {
  readonly application: number;
  readonly cmid: string;
}

/** The last machine of the slice that begins after an edge, when another one may follow it. */
function edgeAfter(database: Database, { application, cmid }: Edge, sliceSize: number): Edge | undefined {
  return (
    database
      .query<Edge, [number, string, number]>(
        "SELECT application, cmid FROM machine WHERE (application, cmid) > (?, ?) ORDER BY application, cmid LIMIT 1 OFFSET ?",
      )
      .get(application, cmid, sliceSize - 1) ?? undefined
  );
}

/** The first rows of two sorted lists, in the order of SQLite's own collations. */
function merge(rows: FoundRow[], more: FoundRow[], { sort, order, limit }: MachineQuery): FoundRow[] {
  if (rows.length === 0 || more.length === 0) return rows.length === 0 ? more : rows;
  const sign = order === "asc" ? 1 : -1;
  const keyed = [...rows, ...more].map((row) => ({ row, key: sortKey(row, sort) }));
  keyed.sort(
    (one, two) =>
      sign *
      (compare(one.key, two.key) ||
        one.row.application - two.row.application ||
        compare(one.row.cmid, two.row.cmid)),
  );
  return keyed.slice(0, limit + 1).map(({ row }) => row);
}

function sortKey(row: FoundRow, sort: MachineSort): Buffer | number {
  const value = placeOf(row, sort).value;
  if (typeof value === "number") return value;
  // SQLite compares bytes of UTF-8, and NOCASE folds the 26 letters of ASCII only.
  const folded = sort === "name" ? value.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : value;
  return Buffer.from(folded);
}

function compare(one: Buffer | number | string, two: Buffer | number | string): number {
  if (typeof one === "object" && typeof two === "object") return Buffer.compare(one, two);
  return one < two ? -1 : Number(one > two);
}

function placeOf(row: FoundRow, sort: MachineSort): Place {
  const machine = toMachine(row, row.application_id);
  return { value: machine[sort], application: row.application_id, cmid: row.cmid };
}

/** The store's number of an application; none matches an id that is not there. */
function numberOf(database: Database, application: string): number {
  const row = database
    .query<{ number: number }, [string]>("SELECT number FROM application WHERE id = ?")
    .get(application);
  return row?.number ?? -1;
}
