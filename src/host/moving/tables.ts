import { problem } from "../../protocol/problems.ts";

/** What a column of a row may hold: `integer` fits 31 bits, `long` 53; none is negative. */
type Kind = "text" | "text?" | "integer" | "long" | "boolean";

/** A value of a row. */
export type Cell = string | number | boolean | null;

/** A row of a table, its values in the order of the table's columns. */
export type Row = readonly Cell[];

/**
 * What a store holds, as it is moved: the tables that both kinds of store have, their rows in the order of their first
 * columns. Applications stand for themselves in place of the numbers that each store gives them. What is not here says
 * who serves at present (hosts, writers), or is made from the rest (the journal of counts).
 */
export const TABLES = {
  application: { id: "text", largest_required: "integer" },
  machine: {
    application: "text",
    cmid: "text",
    product: "text",
    name: "text",
    fingerprint: "text",
    virtual: "boolean",
    address: "text",
    status: "integer",
    first_seen: "long",
    last_seen: "long",
    lease_expires: "long",
    ticket: "long",
    previous_ticket: "long",
    requests: "long",
    code: "text",
  },
  note: { application: "text", cmid: "text", text: "text" },
  rearm_order: { application: "text", cmid: "text" },
  received: { application: "text", status: "integer", total: "long", failed: "long" },
  event: {
    number: "long",
    time: "long",
    id: "integer",
    cmid: "text?",
    machine: "text",
    info: "text",
  },
  setting: { name: "text", value: "text" },
  setting_change: { name: "text", before: "text?", time: "long", changed_by: "text" },
  usage_day: { day: "integer", leased: "integer", received: "long", failed: "long" },
} as const satisfies Record<string, Readonly<Record<string, Kind>>>;

/** The name of a table that is moved. */
export type Table = keyof typeof TABLES;

/** The tables, in the order in which they are moved. */
export const TABLE_NAMES = Object.keys(TABLES) as readonly Table[];

/** A table's columns in the order of a row's values, and what they hold. */
export function columnsOf(table: Table): readonly (readonly [name: string, kind: Kind])[] {
  return COLUMNS[table];
}

const COLUMNS = Object.fromEntries(
  TABLE_NAMES.map((table) => [table, Object.entries(TABLES[table])]),
) as Record<Table, [string, Kind][]>;

/** Settings that are marks on one store, and stay with it. */
export const STAYING_SETTINGS = ["handed-over"] as const;

/** The columns of `machine` that counts are made from. */
export const MACHINE = {
  application: 0,
  lastSeen: indexOf("last_seen"),
  leaseExpires: indexOf("lease_expires"),
} as const;

function indexOf(column: keyof typeof TABLES.machine): number {
  return Object.keys(TABLES.machine).indexOf(column);
}

/** Throws BAD_INPUT for what cannot be a row of the table. */
export function checkRow(table: Table, row: readonly unknown[]): asserts row is Row {
  const columns = COLUMNS[table];
  const isRow = row.length === columns.length && columns.every(([, kind], at) => isOf(kind, row[at]));
  if (!isRow) throw problem("BAD_INPUT", `a row of ${table} in it cannot be one`);
}

function isOf(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= 0x7fff_ffff;
    case "long":
      return Number.isSafeInteger(value) && Number(value) >= 0;
    case "text?":
      return value === null || isText(value);
    case "text":
      return isText(value);
  }
}

/** PostgreSQL keeps no NUL and no half of a surrogate pair; no part of Muster writes one. */
function isText(value: unknown): boolean {
  return typeof value === "string" && !value.includes("\0") && value.isWellFormed();
}
