import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { problem } from "../protocol/problems.ts";
import { readIfThere } from "../vendor/files.ts";
import { openIdentity, storePath, writeWhole } from "./folder.ts";
import { refuseToBeginAnew } from "./moving/leaving.ts";
import { isPostgres, showLocation } from "./postgres/location.ts";
import { openPostgresStore } from "./postgres/store.ts";
import { openSqliteStore } from "./sqlite/store.ts";
import type { Store } from "./store.ts";

/** The store that a host has in its own folder, as `--store` names it. */
export const OWN_STORE = "sqlite";

const MOST_ADDRESS = 4096;

/**
 * Opens the store of a host, beside a running host or without one: the database that it was last run with, or the file
 * in its folder. Throws NOT_INITIALIZED, BAD_INPUT, STORE_NEWER, STORE_UNAVAILABLE.
 */
export async function openHostStore(folder: string): Promise<Store> {
  return openStore(folder, storeOf(folder));
}

/** What is looked at before a host takes a store. */
export interface TakingStore {
  /** Throws when the store must not be used. */
  readonly accept?: (store: Store) => Promise<void>;
  /** Told what the administrator should know while it is used. */
  readonly onTrouble?: (sentence: string) => void;
}

/**
 * Opens the store that a host is told to use from now on, and keeps that in mind for those who ask beside it. Throws
 * ALREADY_EXISTS when that would begin the count at 0 though the store it used so far has machines.
 */
export async function takeStore(
  folder: string,
  told: string | undefined,
  { accept, onTrouble = () => {} }: TakingStore = {},
): Promise<Store> {
  if (told !== undefined) checkStoreName(told);
  const store = await openStore(folder, told ?? storeOf(folder));
  try {
    await accept?.(store);
    if (told === undefined) return store;
    await lookBack(folder, told, store, onTrouble);
    rememberStore(folder, told);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Throws BAD_INPUT for what does not name a store. */
export function checkStoreName(told: string): void {
  if (told === OWN_STORE || isPostgres(told)) return;
  throw problem(
    "BAD_INPUT",
    `The store must be ${OWN_STORE}, or a PostgreSQL database: postgres://user@server:5432/database.`,
  );
}

/** Keeps in mind which store a host uses. */
export function rememberStore(folder: string, told: string): void {
  if (told === OWN_STORE) rmSync(addressFile(folder), { force: true });
  else if (storeOf(folder) !== told) writeWhole(addressFile(folder), `${told}\n`);
}

/** A store as people read it: the file in the host's folder, or a database's address without its secrets. */
export function showStore(folder: string, store: string): string {
  return store === OWN_STORE ? storePath(folder) : showLocation(store);
}

/** Looks at the store that a host leaves for another one. */
async function lookBack(
  folder: string,
  told: string,
  taken: Store,
  onTrouble: (sentence: string) => void,
): Promise<void> {
  const before = storeOf(folder);
  if (before === told || (before === OWN_STORE && !existsSync(storePath(folder)))) return;
  const isSameKind = isPostgres(before) && isPostgres(told);
  const left = await openStore(folder, before).catch((error: Error) => {
    onTrouble(`The store that this host used before cannot be looked at: ${error.message}`);
  });
  if (!left) return;
  try {
    const sentence = await refuseToBeginAnew(left, taken, {
      left: showStore(folder, before),
      taken: showStore(folder, told),
      command: `muster host move --to ${told === OWN_STORE ? OWN_STORE : showLocation(told)} --data ${folder}`,
      anew: `move ${before === OWN_STORE ? storePath(folder) : addressFile(folder)} elsewhere`,
    });
    // Two addresses may be of one database.
    if (sentence !== undefined && !isSameKind) onTrouble(sentence);
  } finally {
    await left.close();
  }
}

/** The store that a host was last run with. It may hold a password, which its file of mode 0600 keeps. */
export function storeOf(folder: string): string {
  return readIfThere(addressFile(folder), MOST_ADDRESS)?.trim() || OWN_STORE;
}

/** Opens a store of a host by its name. Throws NOT_INITIALIZED, BAD_INPUT, STORE_NEWER, STORE_UNAVAILABLE. */
export async function openStore(folder: string, store: string): Promise<Store> {
  const { name: machine } = openIdentity(folder);
  if (store === OWN_STORE) return openSqliteStore({ path: storePath(folder), machine });
  return openPostgresStore({ url: store, machine });
}

function addressFile(folder: string): string {
  return join(folder, "store-address");
}
