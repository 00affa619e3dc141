import { openIdentity, storePath } from "./folder.ts";
import { openSqliteStore } from "./sqlite/store.ts";
import type { Store } from "./store.ts";

/** Opens the store of a host's folder, beside a running host or without one. Throws NOT_INITIALIZED, BAD_INPUT. */
export function openHostStore(folder: string): Store {
  return openSqliteStore({ path: storePath(folder), machine: openIdentity(folder).name });
}
