import type { Row, Table } from "./tables.ts";

/** How many rows are read and written at once. */
export const SLICE = 2000;

/**
 * The tables of one store, in one transaction: all that is read is of one moment, and what is written is there whole once
 * `commit` resolves, or not at all. `close` without it leaves the store as it was.
 */
export interface StoreTables {
  /** How many rows a table has. */
  size(table: Table): Promise<number>;
  /** The rows of a table in order, some at a time. */
  rows(table: Table): AsyncGenerator<Row[]>;
  /** The number of the last event that was ever written; the next one has the next number. */
  lastEvent(): Promise<number>;
  /** Drops all rows of all tables. */
  clear(): Promise<void>;
  insert(table: Table, rows: readonly Row[]): Promise<void>;
  /** Ends the writing: events go on after this number. */
  number(lastEvent: number): Promise<void>;
  commit(): Promise<void>;
  close(): Promise<void>;
}
