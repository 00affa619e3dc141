import {
  type ListedMachine,
  type MachinePage,
  type MachineQuery,
  type MachineSort,
  renewalOrderSql,
} from "../machine-list.ts";
import { nextRenewal, renewalSql } from "../renewal-times.ts";
import type { PostgresDatabase } from "./database.ts";
import { likePattern } from "./like-pattern.ts";
import { MACHINE_COLUMNS, type MachineRow, toMachine } from "./rows.ts";

/** Where what is sorted by stands: in `machine`, or in `identity`. */
const SORT_COLUMNS: Record<Exclude<MachineSort, "nextRenewal">, string> = {
  // In the collation "C" only the 26 letters of ASCII are folded, as in SQLite's NOCASE.
  name: "lower(i.name)",
  cmid: "m.cmid",
  product: "m.product",
  address: "i.address",
  status: "m.status",
  firstSeen: "m.first_seen",
  lastSeen: "m.last_seen",
  leaseExpires: "m.lease_expires",
  requests: "m.requests",
};

const NUMBERS: ReadonlySet<MachineSort> = new Set([
  "status",
  "firstSeen",
  "lastSeen",
  "leaseExpires",
  "nextRenewal",
  "requests",
]);

interface ListedRow extends MachineRow {
  readonly note: string | null;
  readonly rearm: boolean;
}

const ANNOTATED = `(SELECT k.*, n.text AS note, o.cmid IS NOT NULL AS rearm FROM known_machine k
  LEFT JOIN note n ON n.application = k.application AND n.cmid = k.cmid
  LEFT JOIN rearm_order o ON o.application = k.application AND o.cmid = k.cmid) AS listed`;

const LISTED_COLUMNS = `${MACHINE_COLUMNS}, note, rearm`;

/** The columns of a machine with what was said of it, and where they come from. */
export const LISTED = `${LISTED_COLUMNS} FROM ${ANNOTATED}`;

const MATCHES = `($1::text IS NULL OR m.application = (SELECT number FROM application WHERE id = $1))
  AND ($2::text IS NULL OR m.product = $2) AND ($3::bigint IS NULL OR m.lease_expires BETWEEN $3 AND $4)`;

/** Looked for before anything is joined: a join of all machines costs more than all else together. */
const FOUND = `found AS MATERIALIZED (
  SELECT application, cmid FROM identity WHERE lower(name) LIKE $5 OR cmid LIKE $5 OR lower(address) LIKE $5
  UNION SELECT application, cmid FROM note WHERE lower(text) LIKE $5)`;

/**
 * Finds one page of machines: first the keys of those that match, from the tables that what is asked needs, and then
 * the machines of the page. A page is as large as its limit says.
 */
export async function listMachines(database: PostgresDatabase, query: MachineQuery): Promise<MachinePage> {
  const { search, sort, order, limit, after } = query;
  const type = NUMBERS.has(sort) ? "bigint" : 'text COLLATE "C"';
  const place = sort === "name" ? `lower($6::${type})` : `$6::${type}`;
  const isCounted = after === undefined;
  // What a search has found is few machines, as a rule, and is counted at once; all others are not kept for it.
  const counts = isCounted && search ? "(SELECT count(*)::integer FROM matching)" : "NULL::integer";
  const counting = isCounted && !search ? countMatching(database, query) : undefined;
  const inOrder = `place ${order}, application ${order}, cmid ${order}`;
  const reading = database.read<ListedRow & { readonly total: number }>(
    `WITH ${search ? `${FOUND},` : ""} matching AS (${matching(query)}),
     page AS (SELECT * FROM matching
       WHERE ($6::${type} IS NULL OR (place, application, cmid) ${order === "asc" ? ">" : "<"}
         (${place}, (SELECT number FROM application WHERE id = $7), $8)) AND ($5::text IS NULL OR true)
       ORDER BY ${inOrder} LIMIT $9)
     SELECT ${LISTED_COLUMNS}, ${counts} AS total FROM page JOIN ${ANNOTATED} USING (application, cmid)
     ORDER BY ${inOrder}`,
    [...matchValues(query), after?.value ?? null, after?.application ?? null, after?.cmid ?? null, limit + 1],
  );
  const [rows, counted] = await Promise.all([reading, counting]);
  const page = rows.slice(0, limit).map(toListed);
  const end = rows.length > limit ? page.at(-1) : undefined;
  return {
    machines: page,
    total: isCounted ? (counted ?? rows[0]?.total ?? 0) : undefined,
    next: end && { value: placeIn(end, query), application: end.application, cmid: end.cmid },
  };
}

/** What a machine is sorted by. */
function placeIn(machine: ListedMachine, { sort, renewal, now }: MachineQuery): string | number {
  if (sort !== "nextRenewal") return machine[sort];
  return renewal === undefined ? 0 : nextRenewal(machine, renewal.intervals, now);
}

/** How many machines match, where nothing is searched for: they need not be joined with who they are. */
async function countMatching(database: PostgresDatabase, query: MachineQuery): Promise<number> {
  const [row] = await database.read<{ total: number }>(
    `SELECT count(*)::integer AS total FROM machine AS m WHERE ${MATCHES} AND ${isDue(query)}`,
    matchValues(query).slice(0, 4),
  );
  return row?.total ?? 0;
}

/** The keys of all machines that match, each with what it is sorted by. */
function matching(query: MachineQuery): string {
  const { search, sort } = query;
  const column = sort === "nextRenewal" ? renewalOrderSql(query) : SORT_COLUMNS[sort];
  const isOfIdentity = column.includes("i.");
  const tables = [
    "machine AS m",
    ...(isOfIdentity ? ["JOIN identity AS i USING (application, cmid)"] : []),
    ...(search ? ["JOIN found USING (application, cmid)"] : []),
  ];
  return `SELECT application, cmid, ${column} AS place FROM ${tables.join(" ")}
    WHERE ${MATCHES} AND ${isDue(query)}`;
}

function isDue({ renewal, now }: MachineQuery): string {
  return renewal?.state === undefined ? "true" : renewalSql(renewal.state, renewal.intervals, now);
}

/** A machine with what administrators have said of it, from its row. */
export function toListed({ note, rearm, ...row }: ListedRow): ListedMachine {
  return { ...toMachine(row), note: note ?? "", rearm };
}

function matchValues({ search, state, application, product, now }: MachineQuery) {
  const leases = { licensed: [now + 1, Number.MAX_SAFE_INTEGER], expired: [1, now], unlicensed: [0, 0] };
  const [leaseFrom = null, leaseTo = null] = state === undefined ? [] : leases[state];
  return [
    application ?? null,
    product ?? null,
    leaseFrom,
    leaseTo,
    search ? likePattern(search) : null,
  ] as never[];
}
