import { version } from "../../../package.json";
import { openGrant, openIdentity } from "../folder.ts";
import { OWN_STORE, openHostStore, storeOf } from "../folder-store.ts";
import { countedApplications } from "../situation.ts";
import type { Store } from "../store.ts";
import type { Census } from "./census.ts";
import { writeExportFile } from "./export-file.ts";
import { type ExportHeader, makeHeader } from "./export-header.ts";
import { exportLines, type OnProgress } from "./export-lines.ts";
import { handOver, hostsServing, readHandOver, type Serving, takeBack } from "./hand-over.ts";
import { openTables } from "./open-tables.ts";
import type { StoreTables } from "./store-tables.ts";
import { TABLE_NAMES } from "./tables.ts";

/** How a store is moved. */
export interface MoveOptions {
  /** The account that does it, for events. */
  readonly by: string;
  readonly clock: () => number;
  readonly onProgress?: OnProgress | undefined;
}

/** How a store is exported. */
export interface ExportOptions extends MoveOptions {
  /** Has the hosts of the store go quiet first. */
  readonly isHandOver: boolean;
  /** How long to wait for them, in milliseconds; half a minute when left out. */
  readonly patience?: number | undefined;
}

/** What was exported. */
export interface Exported {
  readonly header: ExportHeader;
  readonly census: Census;
  /** The hosts that go on serving from the store. */
  readonly serving: readonly Serving[];
}

/**
 * Exports the store of the host in a folder as it is at one moment, whether hosts serve from it or not; with `isHandOver`
 * they go quiet first, and stay so. Throws NOT_INITIALIZED, IN_USE, BAD_INPUT, STORE_UNAVAILABLE; then all serve as before.
 */
export async function exportHost(folder: string, file: string, options: ExportOptions): Promise<Exported> {
  const { id, name } = openIdentity(folder);
  const { by, clock, isHandOver, onProgress, patience } = options;
  const own = { id, name, folder };
  // Opened before the store is, which would make a file that is not there.
  await (await openTables(folder, storeOf(folder), { write: false })).close();
  const store = await openHostStore(folder);
  try {
    const wasHandedOver = (await readHandOver(store)) !== undefined;
    const isShared = storeOf(folder) !== OWN_STORE;
    if (isHandOver) await handOver(store, own, { by, clock, isShared, patience });
    try {
      const tables = await openTables(folder, storeOf(folder), { write: false });
      try {
        const header = await describeExport(folder, tables, {
          isHandOver: isHandOver || wasHandedOver,
          now: clock(),
        });
        const census = await write(tables, header, file, onProgress);
        return { header, census, serving: isHandOver ? [] : await loud(store, own, clock()) };
      } finally {
        await tables.close();
      }
    } catch (error) {
      if (isHandOver && !wasHandedOver) await takeBack(store, by, clock());
      throw error;
    }
  } finally {
    await store.close();
  }
}

/** The first line of an export of a store. */
export async function describeExport(
  folder: string,
  tables: StoreTables,
  { isHandOver, now }: { readonly isHandOver: boolean; readonly now: number },
): Promise<ExportHeader> {
  const { id: host, name } = openIdentity(folder);
  const { catalogue } = await openGrant(folder);
  let rows = 0;
  for (const table of TABLE_NAMES) rows += await tables.size(table);
  return makeHeader({
    muster: version,
    host,
    name,
    vendor: catalogue.vendor.id,
    time: now,
    handedOver: isHandOver,
    applications: countedApplications(catalogue),
    rows,
  });
}

async function write(
  tables: StoreTables,
  header: ExportHeader,
  file: string,
  onProgress: OnProgress | undefined,
): Promise<Census> {
  let last = "";
  async function* lines() {
    for await (const text of exportLines(tables, header, onProgress)) {
      last = text;
      yield text;
    }
  }
  await writeExportFile(lines(), file);
  return (JSON.parse(last) as { end: Census }).end;
}

async function loud(store: Store, own: Serving & { folder: string }, now: number): Promise<Serving[]> {
  return (await readHandOver(store)) === undefined ? hostsServing(store, own, now) : [];
}
