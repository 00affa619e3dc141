import { problem } from "../../protocol/problems.ts";
import { openIdentity } from "../folder.ts";
import { checkStoreName, openHostStore, showStore, storeOf } from "../folder-store.ts";
import { lockFolder } from "../lock.ts";
import { exportLines } from "./export-lines.ts";
import { describeExport, type MoveOptions } from "./export-store.ts";
import { hostsServing, markHandedOver, readHandOver, takeBack, tellQuiet } from "./hand-over.ts";
import { fillStore, type Imported } from "./import-store.ts";
import { openTables } from "./open-tables.ts";
import { readExport } from "./read-export.ts";

/** What was moved, and where from. */
export interface Moved extends Imported {
  /** The store that was left, as people read it. */
  readonly from: string;
}

/**
 * Moves the store of a host that is stopped to another place, and has the host use that from now on; the store that it
 * leaves is marked as handed over. Throws as `importHost`, and leaves all as it was then.
 */
export async function moveHost(
  folder: string,
  to: string,
  options: MoveOptions & { readonly isReplacing: boolean },
): Promise<Moved> {
  const { id, name } = openIdentity(folder);
  const { by, clock } = options;
  checkStoreName(to);
  const before = storeOf(folder);
  const from = showStore(folder, before);
  if (before === to)
    throw problem("BAD_INPUT", `The store of this host is ${from} already; name another one.`);
  await (await openTables(folder, before, { write: false })).close();
  // Nobody serves from the store while the folder is locked, or is about to: the mark keeps others out.
  const others = await openHostStore(folder);
  try {
    const lock = lockFolder(folder);
    try {
      const [serving] = (await hostsServing(others, { id, name, folder }, clock())).filter(
        (host) => host.id !== id,
      );
      if (serving) {
        throw problem(
          "IN_USE",
          `${serving.name} serves from ${from}; stop it (one that was killed is forgotten after 2 minutes) and move again.`,
        );
      }
      const wasHandedOver = (await readHandOver(others)) !== undefined;
      await markHandedOver(others, by, clock());
      try {
        if (!wasHandedOver) await tellQuiet(others, by, clock());
        return { ...(await move(folder, before, to, options)), from };
      } catch (error) {
        if (!wasHandedOver) await takeBack(others, by, clock());
        throw error;
      }
    } finally {
      lock.release();
    }
  } finally {
    await others.close();
  }
}

async function move(
  folder: string,
  before: string,
  to: string,
  options: MoveOptions & { readonly isReplacing: boolean },
): Promise<Imported> {
  const tables = await openTables(folder, before, { write: false });
  try {
    const header = await describeExport(folder, tables, { isHandOver: true, now: options.clock() });
    return await fillStore(folder, to, { ...options, isCopy: false }, (taker) =>
      readExport(exportLines(tables, header), taker),
    );
  } finally {
    await tables.close();
  }
}
