import type { MachinePage, MachineQuery, MachineSort } from "../machine-list.ts";
import type { PostgresDatabase, Value } from "./database.ts";
import { MACHINE_COLUMNS, type MachineRow, toMachine } from "./rows.ts";

const SORT_COLUMNS: Record<MachineSort, string> = {
  // In the collation "C" only the 26 letters of ASCII are folded, as in SQLite's NOCASE.
  name: "lower(name)",
  cmid: "cmid",
  product: "product",
  address: "address",
  status: "status",
  firstSeen: "first_seen",
  lastSeen: "last_seen",
  leaseExpires: "lease_expires",
  requests: "requests",
};

const NUMBERS: ReadonlySet<MachineSort> = new Set([
  "status",
  "firstSeen",
  "lastSeen",
  "leaseExpires",
  "requests",
]);

interface ListedRow extends MachineRow {
  readonly note: string | null;
  readonly rearm: boolean;
}

const ANNOTATED = `(SELECT k.*, n.text AS note, o.cmid IS NOT NULL AS rearm FROM known_machine k
  LEFT JOIN note n ON n.application = k.application AND n.cmid = k.cmid
  LEFT JOIN rearm_order o ON o.application = k.application AND o.cmid = k.cmid) AS listed`;

/** The columns of a machine with what was said of it, and where they come from. */
export const LISTED = `${MACHINE_COLUMNS}, note, rearm FROM ${ANNOTATED}`;

const MATCHES = `($1::text IS NULL OR application_id = $1) AND ($2::text IS NULL OR product = $2)
  AND ($3::bigint IS NULL OR lease_expires BETWEEN $3 AND $4)
  AND ($5::text IS NULL OR lower(name) LIKE $5 OR lower(cmid) LIKE $5 OR lower(address) LIKE $5 OR lower(note) LIKE $5)`;

/** Finds one page of machines. A page is as large as its limit says. */
export async function listMachines(database: PostgresDatabase, query: MachineQuery): Promise<MachinePage> {
  const { sort, order, limit, after } = query;
  const column = SORT_COLUMNS[sort];
  const values = matchValues(query);
  const type = NUMBERS.has(sort) ? "bigint" : 'text COLLATE "C"';
  const place = sort === "name" ? `lower($6::${type})` : `$6::${type}`;
  const rows = await database.read<ListedRow>(
    `SELECT ${LISTED} WHERE ${MATCHES} AND ($6::${type} IS NULL OR (${column}, application, cmid) ${order === "asc" ? ">" : "<"}
       (${place}, (SELECT number FROM application WHERE id = $7), $8))
     ORDER BY ${column} ${order}, application ${order}, cmid ${order} LIMIT $9`,
    [...values, after?.value ?? null, after?.application ?? null, after?.cmid ?? null, limit + 1],
  );
  const page = rows.slice(0, limit).map(toListed);
  const end = rows.length > limit ? page.at(-1) : undefined;
  return {
    machines: page,
    total: after === undefined ? await countMatching(database, values) : undefined,
    next: end && { value: end[sort], application: end.application, cmid: end.cmid },
  };
}

/** A machine with what administrators have said of it, from its row. */
export function toListed({ note, rearm, ...row }: ListedRow) {
  return { ...toMachine(row), note: note ?? "", rearm };
}

async function countMatching(database: PostgresDatabase, values: readonly Value[]): Promise<number> {
  const [row] = await database.read<{ total: number }>(
    `SELECT count(*)::integer AS total FROM ${ANNOTATED} WHERE ${MATCHES}`,
    values,
  );
  return row?.total ?? 0;
}

function matchValues({ search, state, application, product, now }: MachineQuery) {
  const leases = { licensed: [now + 1, Number.MAX_SAFE_INTEGER], expired: [1, now], unlicensed: [0, 0] };
  const [leaseFrom = null, leaseTo = null] = state === undefined ? [] : leases[state];
  const pattern = search?.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/[\\%_]/g, "\\$&");
  return [
    application ?? null,
    product ?? null,
    leaseFrom,
    leaseTo,
    pattern ? `%${pattern}%` : null,
  ] as never[];
}
