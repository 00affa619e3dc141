import type { Database } from "bun:sqlite";
import { KEY_ALPHABET, type KeyKind, makeKey, parseKey } from "../protocol/keys.ts";
import { problem } from "../protocol/problems.ts";
import { checkName } from "./names.ts";

/** A key that the vendor made. */
export interface IssuedKey {
  /** Its row in the ledger. */
  readonly row: number;
  readonly kind: KeyKind;
  readonly text: string;
  /** The product's number for setup keys and MAKs, the key's own for host keys. */
  readonly number: number;
  readonly customer: string | undefined;
  readonly created: number;
  /** When it was blocked; undefined when it is not. */
  readonly blocked: number | undefined;
}

/** A row of the table `key`. */
export interface KeyRow extends Omit<IssuedKey, "customer" | "blocked"> {
  readonly customer: string | null;
  readonly blocked: number | null;
}

/** The columns of a `KeyRow`. */
export const KEY_COLUMNS = "row, kind, text, number, customer, created, blocked";

const MOST_SETUP_KEYS = 1000;

/** Makes a key and stores it. Throws BAD_INPUT for a customer's name that cannot be used. */
export function addKey(
  database: Database,
  kind: KeyKind,
  number: number,
  customer: string | undefined,
  now: number,
): IssuedKey {
  const buyer = customer === undefined ? null : checkName("The customer's name", customer);
  const row = database
    .query<KeyRow, [string, string, number, string | null, number]>(
      `INSERT INTO key (kind, text, number, customer, created) VALUES (?, ?, ?, ?, ?) RETURNING ${KEY_COLUMNS}`,
    )
    .get(kind, makeKey(kind, number).text, number, buyer, now);
  if (row === null) throw problem("DEFECT", "The key that was stored did not come back.");
  return toKey(row);
}

/** Makes another setup key for a product. Throws BAD_INPUT when it has as many as a catalogue can hold. */
export function addSetupKey(database: Database, product: number, now: number): IssuedKey {
  const { made } = database
    .query<{ made: number }, [number]>("SELECT count(*) AS made FROM key WHERE kind = 'setup' AND number = ?")
    .get(product) ?? { made: 0 };
  if (made >= MOST_SETUP_KEYS) {
    throw problem("BAD_INPUT", `A product can have ${MOST_SETUP_KEYS} setup keys; use one of those it has.`);
  }
  return addKey(database, "setup", product, undefined, now);
}

/** A text that means keys: a whole one, or the last five characters. Throws KEY_INVALID when it is neither. */
export function readKeyText(text: string): { readonly whole: string } | { readonly partial: string } {
  const partial = text.trim().toUpperCase();
  if (partial.length !== 5) return { whole: parseKey(text).text };
  const wrong = [...partial].find((symbol) => !KEY_ALPHABET.includes(symbol));
  if (wrong === undefined) return { partial };
  throw problem(
    "KEY_INVALID",
    `'${text}' cannot be the end of a key: '${wrong}' does not occur in keys; check it.`,
  );
}

/**
 * The one key that a text means. Throws KEY_INVALID when the ledger has none, BAD_INPUT when several end in the same
 * five characters.
 */
export function findKey(database: Database, text: string): IssuedKey {
  const meant = readKeyText(text);
  const [condition, value] =
    "whole" in meant ? ["text = ?", meant.whole] : ["substr(text, -5) = ?", meant.partial];
  const [row, ...others] = database
    .query<KeyRow, [string]>(`SELECT ${KEY_COLUMNS} FROM key WHERE ${condition}`)
    .all(value);
  if (row === undefined) {
    throw problem("KEY_INVALID", `The ledger has no key ${value}; muster vendor ledger lists those it has.`);
  }
  if (others.length === 0) return toKey(row);
  throw problem(
    "BAD_INPUT",
    `${others.length + 1} keys end in ${value}; give the whole key (muster vendor ledger --show-keys has it).`,
  );
}

/** Blocks a key from a time on, or lifts that with undefined. */
export function setBlocked(database: Database, key: IssuedKey, blocked: number | undefined): IssuedKey {
  database
    .query<null, [number | null, number]>("UPDATE key SET blocked = ? WHERE row = ?")
    .run(blocked ?? null, key.row);
  return { ...key, blocked };
}

/** A key from its row. */
export function toKey({ row, kind, text, number, customer, created, blocked }: KeyRow): IssuedKey {
  return { row, kind, text, number, customer: customer ?? undefined, created, blocked: blocked ?? undefined };
}
