import { sql } from "bun";
import type { Value } from "./database.ts";

/** Values of one column for `unnest($1::text[], …)`: a statement takes a whole batch so. */
export const texts = (values: readonly (string | null)[]): Value => sql.array([...values], "TEXT");

/** The same for `bigint[]`. */
export const bigints = (values: readonly number[]): Value => sql.array([...values], "BIGINT");

/** The same for `integer[]`. */
export const integers = (values: readonly number[]): Value => sql.array([...values], "INT");

/** The same for `boolean[]`. */
export const booleans = (values: readonly boolean[]): Value => sql.array([...values], "BOOLEAN");
