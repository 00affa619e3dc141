import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { version } from "../../../package.json";
import { Problem, problem } from "../../protocol/problems.ts";
import { FOLDER_FILES, openIdentity, storePath } from "../folder.ts";
import { OWN_STORE, storeOf } from "../folder-store.ts";
import { lockFolder } from "../lock.ts";
import { copyStore } from "../sqlite/copy.ts";
import { type Manifest, readArchive, writeArchive } from "./archive.ts";

/** A backup that was written and read again. */
export interface Backup {
  readonly file: string;
  readonly bytes: number;
  readonly manifest: Manifest;
}

/**
 * Backs a host up to one file of mode 0600, running or not: its store as it is at one moment, its key, licence,
 * catalogue and all else its folder holds of it. The file appears under its name when it is whole and has been read
 * again, and only then replaces an earlier one. Throws NOT_INITIALIZED, IN_USE while another backup goes to the same
 * file, BAD_INPUT when it cannot be read or written.
 */
export async function backupHost(folder: string, file: string, now: number): Promise<Backup> {
  const { id: host, name } = openIdentity(folder);
  if (storeOf(folder) !== OWN_STORE) {
    throw problem(
      "BAD_INPUT",
      "This host keeps its store in PostgreSQL: back the database up with pg_dump, and copy the host's folder.",
    );
  }
  const target = resolve(file);
  const workplace = `${target}.partial`;
  const release = occupy(workplace, target);
  try {
    return await write();
  } catch (error) {
    throw asProblem(error, target);
  } finally {
    release();
  }

  async function write(): Promise<Backup> {
    const store = join(workplace, basename(storePath(folder)));
    const rows = await copyStore(storePath(folder), store);
    const paths = FOLDER_FILES.map((each) => join(folder, each)).filter((path) => existsSync(path));
    for (const path of paths) refuseOtherKinds(path);
    const files = [...paths, store].map((path) => ({ name: basename(path), path }));
    const archive = join(workplace, "archive");
    await writeArchive(archive, files, { muster: version, host, name, rows }, now);
    const manifest = await readArchive(archive, drain);
    renameSync(archive, target);
    return { file: target, bytes: statSync(target).size, manifest };
  }
}

/** A file name for a backup that is made now, `muster-kms01-20261122T064400Z.tar.gz`. */
export function backupName(host: string, now: number): string {
  const stamp = new Date(now).toISOString().replace(/\.\d+|[-:]/g, "");
  return `muster-${host.replace(/[^\w.-]/g, "_")}-${stamp}.tar.gz`;
}

/** Throws BAD_INPUT for what is no plain file: a pipe would be read for ever. */
function refuseOtherKinds(path: string): void {
  if (statSync(path).isFile()) return;
  throw problem(
    "BAD_INPUT",
    `${path} cannot be backed up: it is no plain file; restore it from an earlier backup.`,
  );
}

/** Takes a folder beside the file for as long as the backup takes, and clears what a killed backup left in it. */
function occupy(workplace: string, target: string): () => void {
  if (!existsSync(dirname(workplace))) {
    throw problem("BAD_INPUT", `There is no folder ${dirname(workplace)}; make it, or give another file.`);
  }
  try {
    mkdirSync(workplace, { recursive: true, mode: 0o700 });
    chmodSync(workplace, 0o700);
  } catch (error) {
    const { code = "" } = error as { code?: string };
    if (!["EACCES", "EPERM", "EROFS"].includes(code)) throw asProblem(error, target);
    throw problem(
      "ACCESS_DENIED",
      `This account may not write to ${dirname(workplace)}; choose another folder for the backup.`,
      { cause: error },
    );
  }
  const lock = lockWorkplace(workplace);
  const old = readdirSync(workplace).filter((name) => !name.startsWith("host.lock"));
  for (const name of old) rmSync(join(workplace, name), { recursive: true });
  return () => {
    lock.release();
    rmSync(workplace, { recursive: true, force: true });
  };
}

function lockWorkplace(workplace: string) {
  try {
    return lockFolder(workplace);
  } catch (error) {
    if (!(error instanceof Problem) || error.name !== "IN_USE") throw error;
    throw problem(
      "IN_USE",
      `Another backup is being written to ${workplace.replace(/\.partial$/, "")}; wait for it.`,
      {
        cause: error,
      },
    );
  }
}

/** Whatever the system said while a file was written; the place is what a person can change. */
function asProblem(error: unknown, target: string): unknown {
  const { code } = error as { code?: unknown };
  if (error instanceof Problem || typeof code !== "string") return error;
  return problem(
    "BAD_INPUT",
    `The backup cannot be written to ${target} (${code}); give a place with room.`,
    {
      cause: error,
    },
  );
}

async function drain({ content }: { content: AsyncIterable<Uint8Array> }): Promise<void> {
  for await (const _ of content);
}
