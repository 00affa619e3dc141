import { existsSync } from "node:fs";
import { problem } from "../../protocol/problems.ts";
import { storePath } from "../folder.ts";
import { OWN_STORE } from "../folder-store.ts";
import { openPostgresTables } from "./postgres-tables.ts";
import { openSqliteTables } from "./sqlite-tables.ts";
import type { StoreTables } from "./store-tables.ts";

/** Opens the tables of a store by its name. Throws NOT_INITIALIZED when there is nothing to read, and what opening throws. */
export async function openTables(
  folder: string,
  store: string,
  access: { readonly write: boolean },
): Promise<StoreTables> {
  if (store !== OWN_STORE) return openPostgresTables(store, access);
  const path = storePath(folder);
  if (!access.write && !existsSync(path)) {
    throw problem("NOT_INITIALIZED", `The host in ${folder} has no store yet: it has not run.`);
  }
  return openSqliteTables(path, access);
}
