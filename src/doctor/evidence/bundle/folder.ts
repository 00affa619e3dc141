import { lstat, readdir, readlink, realpath } from "node:fs/promises";
import { sep } from "node:path";
import { visible } from "../visible.ts";
import { fileBytes } from "./bytes.ts";
import { type FileItem, reasonOf, type UnreadItem } from "./item.ts";
import { decodeName } from "./member-name.ts";

const DEEPEST = 64;

/** A file on disk as an item; something that is no file is only listed. */
export async function diskItem(path: string | Buffer, name: string): Promise<FileItem | UnreadItem> {
  try {
    const stats = await lstat(path);
    const kind = stats.isFile() ? undefined : kindOf(stats);
    if (kind !== undefined) return { what: "unread", name, note: `It is ${kind}, which is not opened.` };
    const bytes = fileBytes(path, stats.size);
    return {
      what: "file",
      source: { name, size: stats.size, bytes: () => bytes.pieces() },
      notes: [],
      bytes,
    };
  } catch (error) {
    return { what: "unread", name, note: reasonOf(error) };
  }
}

/**
 * All that lies below a folder, in the order of the names, the folder's own name not included. Links are not followed:
 * what they point to inside the folder is read where it lies, and what lies outside was not given.
 */
export async function* folderItems(root: string, most: number): AsyncGenerator<FileItem | UnreadItem, void> {
  const seen = { files: 0 };
  yield* walk(Buffer.from(root), "", root, { most, seen, depth: 0 });
}

interface Walk {
  readonly most: number;
  readonly seen: { files: number };
  readonly depth: number;
}

async function* walk(
  folder: Buffer,
  prefix: string,
  root: string,
  state: Walk,
): AsyncGenerator<FileItem | UnreadItem, void> {
  const listed = await list(folder);
  if (typeof listed === "string") {
    yield { what: "unread", name: prefix.slice(0, -1) || ".", note: listed };
    return;
  }
  for (const { bytes, shown } of listed) {
    const path = Buffer.concat([folder, Buffer.from("/"), bytes]);
    const name = prefix + shown;
    if (state.seen.files === state.most) {
      yield { what: "unread", name, note: `There are more than ${state.most} files; the rest is not read.` };
      state.seen.files += 1;
    }
    if (state.seen.files > state.most) return;
    const stats = await lstat(path).catch(() => undefined);
    if (stats?.isDirectory()) {
      if (state.depth < DEEPEST) yield* walk(path, `${name}/`, root, { ...state, depth: state.depth + 1 });
      else yield { what: "unread", name, note: `It lies more than ${DEEPEST} folders deep.` };
      continue;
    }
    state.seen.files += 1;
    if (stats?.isSymbolicLink()) yield { what: "unread", name, note: await linkNote(path, root) };
    else yield await diskItem(path, name);
  }
}

interface Listed {
  readonly bytes: Buffer;
  readonly shown: string;
}

/** What is in a folder, by name; why it cannot be read otherwise. Names need not be UTF-8. */
async function list(folder: Buffer): Promise<Listed[] | string> {
  try {
    const names = await readdir(folder, { encoding: "buffer" });
    return names
      .map((bytes) => ({ bytes, shown: visible(decodeName(bytes)) }))
      .sort((a, b) => (a.shown < b.shown ? -1 : a.shown > b.shown ? 1 : Buffer.compare(a.bytes, b.bytes)));
  } catch (error) {
    return reasonOf(error);
  }
}

async function linkNote(path: Buffer, root: string): Promise<string> {
  try {
    const [target, inside] = await Promise.all([realpath(path), realpath(root)]);
    if (target === inside || target.startsWith(inside + sep)) {
      return "It is a link to something else in this folder, which is read where it lies.";
    }
    return `It is a link that leads out of the folder, to ${visible(target)}: give that, too, if it belongs here.`;
  } catch {
    const target = await readlink(path).catch(() => "");
    return `It is a link that leads nowhere, to ${visible(target)}.`;
  }
}

function kindOf(stats: {
  isFIFO(): boolean;
  isSocket(): boolean;
  isBlockDevice(): boolean;
  isCharacterDevice(): boolean;
}): string {
  if (stats.isFIFO()) return "a pipe";
  if (stats.isSocket()) return "a socket";
  return stats.isBlockDevice() || stats.isCharacterDevice() ? "a device" : "no file";
}
