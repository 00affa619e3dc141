import type { Database } from "bun:sqlite";
import { type Key, parseKey, partialKey } from "../protocol/keys.ts";
import type { MakRequest } from "../protocol/mak.ts";
import { problem } from "../protocol/problems.ts";
import { addKey, type IssuedKey, KEY_COLUMNS, type KeyRow, toKey } from "./keys.ts";
import type { MakLimits, MakUse } from "./mak-approval.ts";
import { findProductNamed } from "./products.ts";

/** A MAK as the ledger has it. */
export interface Mak extends IssuedKey, MakLimits {}

/** What a new MAK is to be: for a product, by name or id. */
export interface NewMak {
  readonly product: string;
  /** How many machines it activates. */
  readonly activations: number;
  readonly customer?: string | undefined;
}

interface MakRow extends KeyRow {
  readonly product: string;
  readonly activations: number;
}

/** The largest number of activations a MAK may have. */
export const MOST_MAK_ACTIVATIONS = 1_000_000;

/** Makes a MAK. Throws BAD_INPUT when the product does not exist or the number is out of bounds. */
export function addMak(database: Database, wanted: NewMak, now: number): Mak {
  const { activations, customer } = wanted;
  if (!Number.isInteger(activations) || activations < 1 || activations > MOST_MAK_ACTIVATIONS) {
    throw problem(
      "BAD_INPUT",
      `A MAK's activations must be a whole number from 1 to ${MOST_MAK_ACTIVATIONS}, not ${activations}.`,
    );
  }
  const { id: product, number } = findProductNamed(database, wanted.product);
  const key = addKey(database, "mak", number, customer, now);
  database
    .query<null, [number, string, number]>("INSERT INTO mak (key, product, activations) VALUES (?, ?, ?)")
    .run(key.row, product, activations);
  return { ...key, product, activations };
}

/** The MAK in a request. Throws KEY_INVALID when it is none, or a key of another kind. */
export function makIn(request: Pick<MakRequest, "key">): Key {
  const key = parseKey(request.key);
  if (key.kind === "mak") return key;
  const name = key.kind === "host" ? "host key" : "setup key";
  throw problem(
    "KEY_INVALID",
    `The key ending in ${partialKey(key.text)} is a ${name}; this takes a MAK, so install one and make the request again.`,
  );
}

/** The MAK of this text, if the ledger has it. */
export function findMak(database: Database, text: string): Mak | undefined {
  const row = database
    .query<MakRow, [string]>(
      `SELECT ${KEY_COLUMNS}, product, activations FROM key JOIN mak ON mak.key = key.row WHERE text = ?`,
    )
    .get(text);
  return row === null ? undefined : { ...toKey(row), product: row.product, activations: row.activations };
}

/** How often a MAK was used, and whether by this machine. */
export function useOf(database: Database, key: number, { cmid, machine }: MakRequest): MakUse {
  const row = database
    .query<{ used: number; known: number }, [number, string, string]>(
      `SELECT count(*) AS used, coalesce(sum(cmid = ?2 AND fingerprint = ?3), 0) AS known
       FROM mak_activation WHERE key = ?1`,
    )
    .get(key, cmid, machine.fingerprint);
  return { used: row?.used ?? 0, isKnown: (row?.known ?? 0) > 0 };
}

/** Notes that a MAK activated this machine, or did so again. */
export function noteUse(database: Database, key: number, { cmid, machine }: MakRequest, now: number): void {
  database
    .query<null, [number, string, string, string, number]>(
      `INSERT INTO mak_activation (key, cmid, fingerprint, name, first, last, times) VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1)
       ON CONFLICT (key, cmid, fingerprint) DO UPDATE SET name = ?4, last = ?5, times = times + 1`,
    )
    .run(key, cmid, machine.fingerprint, machine.name, now);
}
