import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { open, statfs } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { isRunning } from "../../client/lock.ts";
import { problem } from "../../protocol/problems.ts";
import { FOLDER_FILES, isHostFolder, openGrant, openIdentity, storePath } from "../folder.ts";
import { lockFolder } from "../lock.ts";
import { checkStore } from "../sqlite/check.ts";
import { type Manifest, readArchive } from "./archive.ts";
import type { TarEntry } from "./tar.ts";

/** A host that was restored. */
export interface Restored {
  readonly manifest: Manifest;
  /** Where the host that was in the folder before is kept now; undefined when there was none. */
  readonly replaced: string | undefined;
}

/** Beside the store a host's files are small. */
const LARGEST_FILE = 16 * 1024 * 1024;

/**
 * Puts a backup into a folder. All of it is unpacked and checked beside the folder first; then two renames replace
 * what is there, which is kept beside. Whatever goes wrong leaves the folder as it was. Throws IN_USE while a host
 * runs on it, ALREADY_EXISTS when it holds something and `force` is not given, BAD_INPUT for what is no whole backup.
 */
export async function restoreHost(
  file: string,
  folder: string,
  { force, now }: { readonly force: boolean; readonly now: number },
): Promise<Restored> {
  const target = resolve(folder);
  removeLeftovers(target);
  refuseOccupied(target, force);
  const isEmpty = existsSync(target) && readdirSync(target).length === 0;
  mkdirSync(isEmpty ? target : dirname(target), { recursive: true, mode: 0o700 });
  // Where nothing has to make room the unpacking is done inside: the folder may be a mount point, a file system of its own.
  const staging = mkdtempSync(`${isEmpty ? join(target, INSIDE) : target + BESIDE}${process.pid}-`);
  try {
    const manifest = await readArchive(file, (entry) => unpack(entry, staging));
    await check(staging, manifest);
    const replaced = isEmpty ? fill(target, staging) : replace(target, staging, now);
    return { manifest, replaced };
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** What the place of unpacking is called in an empty folder, and beside one that holds something; a process id follows. */
const INSIDE = "restoring-";
const BESIDE = ".restoring-";

/** Removes what restores that were killed have left: it is as large as a backup, and an empty folder would not be empty. */
function removeLeftovers(target: string): void {
  const left = [...leftIn(target, INSIDE), ...leftIn(dirname(target), `${basename(target)}${BESIDE}`)];
  for (const path of left) rmSync(path, { recursive: true, force: true });
}

function leftIn(folder: string, start: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => {
      const [, pid] = /^(\d{1,10})-\w{6}$/.exec(name.startsWith(start) ? name.slice(start.length) : "") ?? [];
      return pid !== undefined && !isRunning(Number(pid));
    })
    .map((name) => join(folder, name));
}

async function unpack({ name, size, content }: TarEntry, folder: string): Promise<void> {
  const isStore = join(folder, name) === storePath(folder);
  if (!isStore && !FOLDER_FILES.includes(name)) throw new Error("it holds a file that belongs to no host");
  if (!isStore && size > LARGEST_FILE) throw new Error(`${name} in it is too large`);
  const { bavail, bsize } = await statfs(folder);
  if (size > bavail * bsize) {
    throw problem("BAD_INPUT", `there is no room for ${name}, which takes ${size} bytes`);
  }
  await using file = await open(join(folder, name), "wx", 0o600);
  for await (const chunk of content) await file.write(chunk);
  await file.sync();
}

/** A backup whose bytes are whole may still be of a host that was damaged before. */
async function check(folder: string, { host, name }: Manifest): Promise<void> {
  const identity = openIdentity(folder);
  const { license } = await openGrant(folder);
  const isOne = identity.id === host && identity.name === name && (license?.host ?? host) === host;
  if (!isOne || !existsSync(storePath(folder))) {
    throw problem("BAD_INPUT", "The files in this backup do not belong together; use another backup.");
  }
  checkStore(storePath(folder));
}

function refuseOccupied(folder: string, force: boolean): void {
  if (isHostFolder(folder)) lockFolder(folder).release();
  const isEmpty = !existsSync(folder) || readdirSync(folder).length === 0;
  if (isEmpty || force) return;
  throw problem(
    "ALREADY_EXISTS",
    isHostFolder(folder)
      ? `${folder} holds a host; give another folder with --data, or --force to replace it (it is kept beside).`
      : `${folder} is not empty; give another folder with --data, or --force to replace it (it is kept beside).`,
  );
}

function replace(folder: string, staging: string, now: number): string | undefined {
  // Held until both renames are done, so that no host starts between them; Windows renames no folder with an open file.
  const lock = isHostFolder(folder) && process.platform !== "win32" ? lockFolder(folder) : undefined;
  try {
    if (!existsSync(folder)) return void renameSync(staging, folder);
    const kept = freeName(`${folder}.replaced-${new Date(now).toISOString().slice(0, 10)}`);
    moveAside(folder, kept);
    try {
      renameSync(staging, folder);
    } catch (error) {
      renameSync(kept, folder);
      throw error;
    }
    return kept;
  } finally {
    lock?.release();
  }
}

function moveAside(folder: string, kept: string): void {
  try {
    renameSync(folder, kept);
  } catch (error) {
    const { code } = error as { code?: string };
    throw problem(
      "BAD_INPUT",
      `${folder} cannot be moved aside (${code}); stop what uses it, or restore to another folder.`,
      {
        cause: error,
      },
    );
  }
}

/** Files are moved one by one; the one that makes the folder a host comes last. */
function fill(folder: string, staging: string): undefined {
  const names = readdirSync(staging);
  names.sort((one, two) => Number(isIdentity(one)) - Number(isIdentity(two)));
  for (const name of names) renameSync(join(staging, name), join(folder, name));
}

const isIdentity = (name: string) => name === FOLDER_FILES[0];

function freeName(wanted: string): string {
  let name = wanted;
  for (let copy = 2; existsSync(name); copy++) name = `${wanted}-${copy}`;
  return name;
}
