import { rmSync } from "node:fs";
import { join } from "node:path";
import { problem } from "../protocol/problems.ts";
import { readIfThere } from "../vendor/files.ts";
import { openIdentity, storePath, writeWhole } from "./folder.ts";
import { isPostgres } from "./postgres/location.ts";
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

/** Opens the store that a host is told to use from now on, and keeps that in mind for those who ask beside it. */
export async function takeStore(folder: string, told: string | undefined): Promise<Store> {
  if (told === undefined) return openHostStore(folder);
  if (told !== OWN_STORE && !isPostgres(told)) {
    throw problem(
      "BAD_INPUT",
      `The store must be ${OWN_STORE}, or a PostgreSQL database: postgres://user@server:5432/database.`,
    );
  }
  const store = await openStore(folder, told);
  if (told === OWN_STORE) rmSync(addressFile(folder), { force: true });
  else if (storeOf(folder) !== told) writeWhole(addressFile(folder), `${told}\n`);
  return store;
}

/** The store that a host was last run with. It may hold a password, which its file of mode 0600 keeps. */
export function storeOf(folder: string): string {
  return readIfThere(addressFile(folder), MOST_ADDRESS)?.trim() || OWN_STORE;
}

async function openStore(folder: string, store: string): Promise<Store> {
  const { name: machine } = openIdentity(folder);
  if (store === OWN_STORE) return openSqliteStore({ path: storePath(folder), machine });
  return openPostgresStore({ url: store, machine });
}

function addressFile(folder: string): string {
  return join(folder, "store-address");
}
