import type { Database } from "bun:sqlite";
import {
  type ListedMachine,
  type MachinePage,
  type MachineQuery,
  type MachineSort,
  type Place,
  renewalOrderSql,
} from "../machine-list.ts";
import { pause } from "../pause.ts";
import { renewalSql } from "../renewal-times.ts";
import { annotationOf } from "./annotations.ts";
import { MACHINE_COLUMNS, type MachineRow, toMachine } from "./rows.ts";

/**
 * How many machines are looked at between two pauses. The host counts on the same thread: so many take 1 to 2 ms, and
 * 100,000 take 40 to 60 ms in all. An index on what is sorted would answer at once, but each request writes it: one on
 * last_seen alone made a request 57 % dearer (43 to 67 µs), two made it 190 % dearer.
 */
const SLICE = 4000;

/** Where what is sorted by stands: in `machine`, or in `identity`. */
const SORT_COLUMNS: Record<Exclude<MachineSort, "nextRenewal">, string> = {
  name: "i.name",
  cmid: "m.cmid",
  product: "m.product",
  address: "i.address",
  status: "m.status",
  firstSeen: "m.first_seen",
  lastSeen: "m.last_seen",
  leaseExpires: "m.lease_expires",
  requests: "m.requests",
};

/** A machine that was found: its key, and what it is sorted by. */
interface FoundRow {
  readonly application: number;
  readonly cmid: string;
  readonly place: string | number;
  /** How many match in its slice. */
  readonly matching: number;
}

type Values = Record<string, string | number | null>;

/**
 * Finds one page of machines, a slice at a time, so that nobody waits for it: first the keys, from the tables that what
 * is asked needs, then the machines of the page. A page is as large as its limit says.
 */
export async function listMachines(
  database: Database,
  query: MachineQuery,
  sliceSize = SLICE,
): Promise<MachinePage> {
  const { limit, after } = query;
  const isFirst = after === undefined;
  const searching = isFirst && Boolean(query.search);
  // To number what is found costs little when it is searched for, and more than to count it when it is all there is.
  const found = findIn(database, query, searching ? "numbered" : "plain");
  const foundBefore = findIn(database, query, "pruned");
  const counted = countIn(database, query);
  const values = matchValues(database, query);
  const place = isFirst
    ? {}
    : {
        afterValue: after.value,
        afterApplication: numberOf(database, after.application),
        afterCmid: after.cmid,
      };
  let rows: FoundRow[] = [];
  let total = 0;
  for (let from: Edge | undefined = FIRST, to: Edge | undefined; from; from = to) {
    to = edgeAfter(database, from, sliceSize);
    const slice = {
      fromApplication: from.application,
      fromCmid: from.cmid,
      toApplication: to?.application ?? Number.MAX_SAFE_INTEGER,
      toCmid: to?.cmid ?? "",
    };
    const all = { ...values, ...place, ...slice, limit: limit + 1 };
    const worst = rows[limit]?.place;
    const more = worst === undefined ? found.all(all) : foundBefore.all({ ...all, worst });
    rows = merge(rows, more, query);
    if (searching && worst === undefined) total += more[0]?.matching ?? 0;
    else if (isFirst) total += counted.get({ ...values, ...slice })?.matching ?? 0;
    await pause();
  }
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    machines: page.flatMap((row) => listed(database, row)),
    total: isFirst ? total : undefined,
    next: last && placeOf(database, last),
  };
}

/**
 * Finds the first machines of a slice: `numbered` with how many match; `pruned` those only that come before the `worst`
 * of a page that is full already, which spares most of a long list a look at its other table.
 */
function findIn(database: Database, query: MachineQuery, how: "plain" | "numbered" | "pruned") {
  const { sort, order, after } = query;
  const direction = order === "asc" ? ">" : "<";
  const collation = sort === "name" ? "COLLATE NOCASE" : "";
  const isPruned = how === "pruned";
  const { tables, column, condition } = selection(query, isPruned ? tableOf(sort) : undefined);
  const isBefore = isPruned ? `AND ${column} ${collation} ${order === "asc" ? "<=" : ">="} $worst` : "";
  const isAfter = `(place ${collation}, application, cmid) ${direction} ($afterValue, $afterApplication, $afterCmid)`;
  return database.query<FoundRow, [Values]>(
    `SELECT application, cmid, place, ${how === "numbered" ? "count(*) OVER ()" : "0"} AS matching
     FROM (SELECT application, cmid, ${column} AS place FROM ${tables} WHERE ${condition} ${isBefore})
     ${after === undefined ? "" : `WHERE ${isAfter}`}
     ORDER BY place ${collation} ${order}, application ${order}, cmid ${order} LIMIT $limit`,
  );
}

/** Counts the machines of a slice that match, whatever they are sorted by. */
function countIn(database: Database, query: MachineQuery) {
  const { tables, condition } = selection({ ...query, sort: "cmid" });
  return database.query<{ matching: number }, [Values]>(
    `SELECT count(*) AS matching FROM ${tables} WHERE ${condition}`,
  );
}

/** Before all machines. */
const FIRST: Edge = { application: 0, cmid: "" };

/**
 * From which tables, and which of them: texts of `identity` and times of `machine` are only read where they matter. The
 * one that is `first` is looked through, and the other one only for what was found in it.
 */
function selection(
  query: MachineQuery,
  first: "i" | "m" = query.search || tableOf(query.sort) === "i" ? "i" : "m",
): { tables: string; column: string; condition: string } {
  const { search, state, renewal, application, product, sort, now } = query;
  const needsIdentity = Boolean(search) || tableOf(sort) === "i";
  const tables =
    first === "i"
      ? `identity AS i${isOnlyIdentity(query) ? "" : " CROSS JOIN machine AS m USING (application, cmid)"}`
      : `machine AS m${needsIdentity ? " CROSS JOIN identity AS i USING (application, cmid)" : ""}`;
  const key = `(${first}.application, ${first}.cmid)`;
  const conditions = [
    `${key} > ($fromApplication, $fromCmid) AND ${key} <= ($toApplication, $toCmid)`,
    ...(application === undefined ? [] : [`${first}.application = $application`]),
    ...(product === undefined ? [] : ["m.product = $product"]),
    ...(state === undefined ? [] : ["m.lease_expires BETWEEN $leaseFrom AND $leaseTo"]),
    ...(renewal?.state === undefined ? [] : [renewalSql(renewal.state, renewal.intervals, now)]),
    ...(search ? [`(${SEARCHED})`] : []),
  ];
  return { tables, column: columnOf(query, first), condition: conditions.join(" AND ") };
}

function columnOf(query: MachineQuery, first: "i" | "m"): string {
  if (query.sort === "nextRenewal") return renewalOrderSql(query);
  return query.sort === "cmid" ? `${first}.cmid` : SORT_COLUMNS[query.sort];
}

/** The table that holds what is sorted by; the key is in both. */
function tableOf(sort: MachineSort): "i" | "m" {
  return sort !== "nextRenewal" && SORT_COLUMNS[sort].startsWith("i.") ? "i" : "m";
}

/** Whether neither a filter nor the order looks at `machine`. */
function isOnlyIdentity({ state, renewal, product, sort }: MachineQuery): boolean {
  const isFiltered = state !== undefined || renewal?.state !== undefined || product !== undefined;
  return !isFiltered && (sort === "cmid" || tableOf(sort) === "i");
}

const SEARCHED = `i.name LIKE $search ESCAPE '\\' OR i.cmid LIKE $search ESCAPE '\\' OR i.address LIKE $search ESCAPE '\\'
  OR (i.application, i.cmid) IN (SELECT application, cmid FROM note WHERE text LIKE $search ESCAPE '\\')`;

function matchValues(database: Database, { search, state, application, product, now }: MachineQuery): Values {
  const leases = { licensed: [now + 1, Number.MAX_SAFE_INTEGER], expired: [1, now], unlicensed: [0, 0] };
  const [leaseFrom = 0, leaseTo = 0] = state === undefined ? [] : leases[state];
  return {
    ...(application === undefined ? {} : { application: numberOf(database, application) }),
    ...(product === undefined ? {} : { product }),
    ...(state === undefined ? {} : { leaseFrom, leaseTo }),
    ...(search ? { search: `%${search.replace(/[\\%_]/g, "\\$&")}%` } : {}),
  };
}

/** The machine of a row; none when it was forgotten since. */
function listed(database: Database, { application, cmid }: FoundRow): ListedMachine[] {
  const row = database
    .query<MachineRow & { application_id: string }, [number, string]>(
      `SELECT application.id AS application_id, ${MACHINE_COLUMNS} FROM known_machine
       JOIN application ON application.number = application WHERE application = ? AND cmid = ?`,
    )
    .get(application, cmid);
  if (row === null) return [];
  const machine = toMachine(row, row.application_id);
  return [{ ...machine, ...annotationOf(database, machine) }];
}

function placeOf(database: Database, { application, cmid, place }: FoundRow): Place {
  const row = database
    .query<{ id: string }, [number]>("SELECT id FROM application WHERE number = ?")
    .get(application);
  return { value: place, application: row?.id ?? "", cmid };
}

/** The last machine of a slice. */
export interface Edge {
  readonly application: number;
  readonly cmid: string;
}

/** The last machine of the slice that begins after an edge, when another one may follow it. */
export function edgeAfter(
  database: Database,
  { application, cmid }: Edge,
  sliceSize: number,
): Edge | undefined {
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
  const value = row.place;
  if (typeof value === "number") return value;
  // SQLite compares bytes of UTF-8, and NOCASE folds the 26 letters of ASCII only.
  const folded = sort === "name" ? value.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : value;
  return Buffer.from(folded);
}

function compare(one: Buffer | number | string, two: Buffer | number | string): number {
  if (typeof one === "object" && typeof two === "object") return Buffer.compare(one, two);
  return one < two ? -1 : Number(one > two);
}

/** The store's number of an application; none matches an id that is not there. */
function numberOf(database: Database, application: string): number {
  const row = database
    .query<{ number: number }, [string]>("SELECT number FROM application WHERE id = ?")
    .get(application);
  return row?.number ?? -1;
}
