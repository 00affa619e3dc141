import { realpath, stat } from "node:fs/promises";
import { dirname, relative, resolve, sep } from "node:path";
import { createGunzip } from "node:zlib";
import { problem } from "../../../protocol/problems.ts";
import { visible } from "../visible.ts";
import { memoryBytes, takeFrom } from "./bytes.ts";
import { diskItem, folderItems } from "./folder.ts";
import { unpackedSource } from "./inflate.ts";
import { type BundleItem, type FileItem, reasonOf, type UnreadItem } from "./item.ts";
import { Budget, LIMITS, type Limits } from "./limits.ts";
import { zipItems } from "./zip.ts";
import { isZip } from "./zip-directory.ts";

export type { BundleItem, FileItem } from "./item.ts";

export interface BundleOptions {
  readonly limits?: Limits;
  /** What `-` stands for; the process's own standard input when absent. */
  readonly standardInput?: () => AsyncIterable<Uint8Array>;
}

const SMALL = 32 << 20;

/** What some paths stand for. */
export interface Bundle {
  /** Bytes of all files as they lie there, archives unopened. */
  readonly size: number;
  readonly items: AsyncIterable<BundleItem>;
}

/** The name that standard input goes by. */
export const STANDARD_INPUT = "standard input";

/**
 * All files that some paths stand for, in the order of their names: files, folders with all below them, ZIP archives and
 * gzip files wherever they lie, `-` for standard input. Names are those below what is common to all paths. Nothing is
 * ever written. Throws BAD_INPUT, before anything is read, for a path that is not there.
 */
export async function openBundle(paths: readonly string[], options: BundleOptions = {}): Promise<Bundle> {
  const { limits = LIMITS, standardInput = () => process.stdin as AsyncIterable<Uint8Array> } = options;
  const roots = await findRoots(paths);
  const found: (FileItem | UnreadItem)[] = [];
  for (const root of roots) for await (const item of rootItems(root, limits, standardInput)) found.push(item);
  const size = found.reduce((sum, item) => sum + (item.what === "file" ? item.source.size : 0), 0);
  return { size, items: expandAll(found, new Budget(limits)) };
}

async function* expandAll(
  found: readonly (FileItem | UnreadItem)[],
  budget: Budget,
): AsyncGenerator<BundleItem, void> {
  for (const item of found) yield* expand(item, budget, 1);
}

interface Root {
  readonly path: string;
  readonly name: string;
  readonly isFolder: boolean;
}

async function findRoots(paths: readonly string[]): Promise<Root[]> {
  const found = new Map<string, Omit<Root, "name">>();
  for (const path of paths) {
    if (path === "-") found.set("-", { path, isFolder: false });
    else {
      const isFolder = await isFolderThere(path);
      const real = await realpath(path).catch(() => resolve(path));
      found.set(real, { path: real, isFolder });
    }
  }
  const roots = [...found.values()];
  const common = commonFolder(roots.filter(({ path }) => path !== "-"));
  return roots
    .filter(({ path }) => !roots.some((other) => other.isFolder && path.startsWith(other.path + sep)))
    .map((root) => ({
      ...root,
      name: root.path === "-" ? STANDARD_INPUT : visible(relative(common, root.path).replaceAll(sep, "/")),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function isFolderThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code !== "ENOENT" && code !== "ENOTDIR" && code !== "ENAMETOOLONG") return false;
    throw problem("BAD_INPUT", `There is no file or folder ${visible(path)}; correct the path.`);
  }
}

function commonFolder(roots: readonly Omit<Root, "name">[]): string {
  const [first = "", ...others] = roots.map(({ path, isFolder }) => (isFolder ? path : dirname(path)));
  return others.reduce((common, folder) => {
    let shared = common;
    while (shared !== folder && !folder.startsWith(shared.endsWith(sep) ? shared : shared + sep)) {
      const parent = dirname(shared);
      if (parent === shared) break;
      shared = parent;
    }
    return shared;
  }, first);
}

async function* rootItems(
  { path, name, isFolder }: Root,
  limits: Limits,
  standardInput: () => AsyncIterable<Uint8Array>,
): AsyncGenerator<FileItem | UnreadItem, void> {
  if (path === "-") yield await held(name, standardInput(), limits);
  else if (!isFolder) yield await diskItem(path, name);
  else {
    for await (const item of folderItems(path, limits.members)) {
      if (name === "") yield item;
      else if (item.what === "unread") yield { ...item, name: `${name}/${item.name}` };
      else yield { ...item, source: { ...item.source, name: `${name}/${item.source.name}` } };
    }
  }
}

/** Bytes that come only once, kept in memory. */
async function held(name: string, pieces: AsyncIterable<Uint8Array>, limits: Limits): Promise<FileItem> {
  const taken = await takeFrom(pieces, limits.held + 1);
  const isCut = taken.length > limits.held;
  const bytes = memoryBytes(isCut ? taken.subarray(0, limits.held) : taken);
  const notes = isCut
    ? [`Only its first ${limits.held >> 20} MiB are read; save it as a file and give that.`]
    : [];
  return { what: "file", source: { name, size: bytes.size, bytes: () => bytes.pieces() }, notes, bytes };
}

/** An item, or when it is an archive what is in it. */
async function* expand(
  item: FileItem | UnreadItem,
  budget: Budget,
  depth: number,
): AsyncGenerator<BundleItem, void> {
  if (item.what === "unread") return yield item;
  const { name } = item.source;
  try {
    const head = await takeFrom(item.source.bytes(), 512);
    const isArchive = isZip(head);
    if (!isArchive && !isGzip(head)) return isTar(head) ? yield tarItem(name) : yield item;
    if (depth > budget.limits.depth) {
      const note = `It is an archive in ${depth - 1} others; unpack it and give the folder.`;
      return yield { what: "unread", name, note };
    }
    if (isArchive) yield* expandZip(item, budget, depth);
    else yield* expand(gunzipped(item, budget), budget, depth + 1);
  } catch (error) {
    yield { what: "unread", name, note: reasonOf(error) };
  }
}

async function* expandZip(item: FileItem, budget: Budget, depth: number): AsyncGenerator<BundleItem, void> {
  const { name } = item.source;
  const { held: most } = budget.limits;
  // A compressed archive in another can only be read from its beginning, and its directory is at its end. A small one
  // is also faster read once than opened for every member.
  const isSmall = item.source.size >= 0 && item.source.size <= SMALL;
  const bytes =
    item.bytes === undefined || isSmall ? memoryBytes(await takeFrom(item.source.bytes(), most)) : item.bytes;
  const isCut = item.bytes === undefined && bytes.size >= most;
  for await (const member of zipItems(name, bytes, budget)) {
    if (member.what === "archive") {
      const cut = isCut
        ? [`Only its first ${most >> 20} MiB are read; unpack the archive that it is in.`]
        : [];
      yield { ...member, notes: [...item.notes, ...cut, ...member.notes] };
    } else yield* expand(member, budget, depth + 1);
  }
}

function gunzipped({ source, notes }: FileItem, budget: Budget): FileItem {
  const packed = {
    name: source.name,
    pieces: () => source.bytes(),
    unpacker: () => createGunzip({ chunkSize: 1 << 18 }),
    size: -1,
  };
  return { what: "file", source: unpackedSource(packed, budget, notes), notes };
}

function isGzip([one, two, method]: Uint8Array): boolean {
  return one === 0x1f && two === 0x8b && method === 8;
}

function isTar(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(257, 262)).toString("latin1") === "ustar";
}

function tarItem(name: string): UnreadItem {
  return { what: "unread", name, note: "It is a tar archive: unpack it and give the folder." };
}
