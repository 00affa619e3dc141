import type { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import { openDatabase } from "../../vendor/database.ts";
import { HOST_STORE } from "./schema.ts";

/** How large the write-ahead log grows before it is copied to the file. */
const LOG_BYTES = 16 * 1024 * 1024;
/** Pages kept in memory, at most. */
const CACHE_KIBIBYTES = 16 * 1024;

/** The file and its write-ahead log. */
export function diskBytes(path: string): number {
  const sizes = [path, `${path}-wal`].map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Opens the file of a store, or makes it. Throws IN_USE, STORE_NEWER, BAD_INPUT. */
export function openStoreFile(path: string): Database {
  const database = openDatabase(path, HOST_STORE, { create: true, patience: 5000 });
  // 16 MB of log between checkpoints: pages that many batches write are copied to the file once, not each time.
  const page = database.query<{ page_size: number }, []>("PRAGMA page_size").get()?.page_size ?? 4096;
  database.run(`PRAGMA wal_autocheckpoint = ${Math.floor(LOG_BYTES / page)}`);
  // A reader of an old moment, such as a backup, makes the log grow past that; it gives the room back afterwards.
  database.run(`PRAGMA journal_size_limit = ${LOG_BYTES}`);
  database.run(`PRAGMA cache_size = -${CACHE_KIBIBYTES}`);
  return database;
}
