import { existsSync } from "node:fs";
import { problem } from "../../protocol/problems.ts";
import { isHostFolder, openGrant, openIdentity, storePath } from "../folder.ts";
import { checkStoreName, OWN_STORE, openStore, rememberStore, showStore, storeOf } from "../folder-store.ts";
import { lockFolder } from "../lock.ts";
import { hostState } from "../sharing-hosts.ts";
import { openSituation } from "../situation.ts";
import type { Census } from "./census.ts";
import { checkExportFile, readExportFile, STANDARD } from "./export-file.ts";
import type { ExportHeader } from "./export-header.ts";
import type { MoveOptions } from "./export-store.ts";
import { markHandedOver, readHandOver } from "./hand-over.ts";
import { machinesIn } from "./leaving.ts";
import { openTables } from "./open-tables.ts";
import type { ReadExport, Taker } from "./read-export.ts";
import { settle, takeInto } from "./take-rows.ts";

/** How an export is taken in. */
export interface ImportOptions extends MoveOptions {
  /** `sqlite`, or the address of a PostgreSQL database; undefined is the store that the host uses. */
  readonly store?: string | undefined;
  /** Drops what the store has. */
  readonly isReplacing: boolean;
  /** Takes an export although hosts may go on serving from the store that it is of. */
  readonly isCopy: boolean;
}

/** What was taken in, and found there afterwards. */
export interface Imported {
  readonly header: ExportHeader;
  readonly census: Census;
  /** The store, as people read it. */
  readonly store: string;
  /** How many machines were dropped to make room. */
  readonly replaced: number;
  readonly applications: readonly ImportedCount[];
}

/** The count of an application. */
export interface ImportedCount {
  readonly id: string;
  /** Its name in the catalogue of this host; undefined when it is not there, and not counted. */
  readonly name: string | undefined;
  /** Of the export, at its moment. */
  readonly exported: number;
  /** What the host counts at that moment, after the import. */
  readonly imported: number | undefined;
  /** What it counts now: some may have left the window since. */
  readonly now: number | undefined;
}

/**
 * Fills the store of the host in a folder with an export, all of it or nothing, checks that all is there, and has the host
 * use that store from now on. Throws IN_USE while hosts serve from it, ALREADY_EXISTS when it has machines, BAD_INPUT for
 * what is no whole export or of another vendor, STORE_NEWER, STORE_UNAVAILABLE.
 */
export async function importHost(folder: string, file: string, options: ImportOptions): Promise<Imported> {
  openIdentity(folder);
  const store = options.store ?? storeOf(folder);
  checkStoreName(store);
  const lock = lockFolder(folder);
  try {
    // What can be read twice is read before anything is touched.
    if (file !== STANDARD) await refuseForeign(folder, (await checkExportFile(file)).header, options);
    return await fillStore(folder, store, options, (taker) => readExportFile(file, taker));
  } finally {
    lock.release();
  }
}

/** Fills a store by whatever reads an export; the folder must be locked. */
export async function fillStore(
  folder: string,
  store: string,
  options: ImportOptions,
  read: (taker: Taker) => Promise<ReadExport>,
): Promise<Imported> {
  const { by, clock, onProgress } = options;
  const identity = openIdentity(folder);
  const replaced = await makeSureItIsFree(folder, store, options);
  const tables = await openTables(folder, store, { write: true });
  let moved: ReadExport;
  try {
    const machines = await tables.size("machine");
    if (machines > replaced) throw occupied(folder, store, machines);
    const taker = takeInto(tables, onProgress);
    const begin = async (header: ExportHeader) => {
      await refuseForeign(folder, header, options);
      await taker.begin(header);
    };
    moved = await read({ ...taker, begin });
    await settle(tables, moved, { by, machine: identity.name, now: clock(), onProgress });
  } finally {
    await tables.close();
  }
  await leaveBefore(folder, store, moved.header, options);
  rememberStore(folder, store);
  return {
    ...moved,
    store: showStore(folder, store),
    replaced,
    applications: await countThere(folder, store, moved, clock()),
  };
}

async function refuseForeign(folder: string, header: ExportHeader, { isCopy }: ImportOptions): Promise<void> {
  const { catalogue } = await openGrant(folder);
  if (header.vendor !== catalogue.vendor.id) {
    throw problem(
      "BAD_INPUT",
      `This export is of a host of another vendor than ${catalogue.vendor.name}; import one of this vendor's hosts.`,
    );
  }
  if (header.handedOver || isCopy) return;
  throw problem(
    "BAD_INPUT",
    `The host ${header.name} was not told to go quiet for this export, so two hosts might go on counting from it; export with --hand-over, or import it with --copy when no host serves from that store any more.`,
  );
}

/** Gives how many machines may be dropped. */
async function makeSureItIsFree(
  folder: string,
  store: string,
  { isReplacing, clock }: ImportOptions,
): Promise<number> {
  if (store === OWN_STORE && !existsSync(storePath(folder))) return 0;
  const opened = await openStore(folder, store);
  try {
    const { id } = openIdentity(folder);
    const running = (await opened.hosts()).filter(
      (host) => host.id !== id && hostState(host, clock()) === "running",
    );
    if (running.length > 0 && (await readHandOver(opened)) === undefined) {
      const names = running.map(({ name }) => name).join(", ");
      throw problem(
        "IN_USE",
        `${names} serves from ${showStore(folder, store)}; stop it (one that was killed is forgotten after 2 minutes) and import again.`,
      );
    }
    const machines = await machinesIn(opened);
    if (machines > 0 && !isReplacing) throw occupied(folder, store, machines);
    return machines;
  } finally {
    await opened.close();
  }
}

function occupied(folder: string, store: string, machines: number) {
  const some = machines === 1 ? "1 machine" : `${machines} machines`;
  return problem(
    "ALREADY_EXISTS",
    `${showStore(folder, store)} has ${some} already; give another store, or --replace to drop what it has.`,
  );
}

/** The store that this same host used until now must not be served from again unnoticed. */
async function leaveBefore(
  folder: string,
  store: string,
  header: ExportHeader,
  { by, clock }: MoveOptions,
): Promise<void> {
  const before = storeOf(folder);
  const isThere = before !== OWN_STORE || (isHostFolder(folder) && existsSync(storePath(folder)));
  if (before === store || header.host !== openIdentity(folder).id || !isThere) return;
  const left = await openStore(folder, before).catch(() => undefined);
  if (!left) return;
  try {
    if ((await readHandOver(left)) === undefined) await markHandedOver(left, by, clock());
  } finally {
    await left.close();
  }
}

/** What the host itself counts in the store that was filled. */
async function countThere(
  folder: string,
  store: string,
  { header, census }: ReadExport,
  now: number,
): Promise<ImportedCount[]> {
  const opened = await openStore(folder, store);
  try {
    const { catalogue } = (await openSituation(folder, opened)).current().grant;
    const found: ImportedCount[] = [];
    for (const [id, exported] of Object.entries(census.counts)) {
      const name = catalogue.applications.find((application) => application.id === id)?.name;
      const at = async (time: number) =>
        name === undefined ? undefined : (await opened.figures(id, time)).unique;
      found.push({ id, name, exported, imported: await at(header.time), now: await at(now) });
    }
    return found;
  } finally {
    await opened.close();
  }
}
