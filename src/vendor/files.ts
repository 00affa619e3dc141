import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { Problem, problem } from "../protocol/problems.ts";

/**
 * Replaces a file as a whole: whoever reads it finds the old text or the new one, and a crash leaves one of them.
 * Throws ACCESS_DENIED or STORE_UNAVAILABLE.
 */
export function writeAtomically(path: string, content: string | Uint8Array, mode: number): void {
  const draft = `${path}.${process.pid}.new`;
  try {
    rmSync(draft, { force: true });
    writeThrough(draft, content, "wx", mode);
    renameSync(draft, path);
    syncFolder(dirname(path));
  } catch (error) {
    rmSync(draft, { force: true });
    throw unwritable(path, error);
  }
}

/** Writes a file that must not exist yet. Throws ALREADY_EXISTS, ACCESS_DENIED or STORE_UNAVAILABLE. */
export function writeNew(path: string, text: string, mode: number): void {
  try {
    writeThrough(path, text, "wx", mode);
    syncFolder(dirname(path));
  } catch (error) {
    if (codeOf(error) === "EEXIST") {
      throw problem("ALREADY_EXISTS", `${path} exists already; it is left as it is.`, { cause: error });
    }
    rmSync(path, { force: true });
    throw unwritable(path, error);
  }
}

/** True when something has this name, if only a link that leads nowhere. Throws ACCESS_DENIED. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOTDIR") return false;
    throw isDenied(code) ? denied(path, error) : unreadable(path, code, error);
  }
}

/** Makes a folder of mode 0700, and those above it, where it is not there. Throws ACCESS_DENIED or STORE_UNAVAILABLE. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST" || code === "ENOTDIR") {
      throw problem("BAD_INPUT", `${path} is no folder; give another one with --data.`, { cause: error });
    }
    throw unwritable(path, error);
  }
}

/** The text of a file that a person named, of at most `most` bytes; `-` is standard input. Throws BAD_INPUT. */
export function readBounded(path: string, most: number): string {
  try {
    return readPlain(path, most);
  } catch (error) {
    const code = codeOf(error);
    const sentence =
      code === TOO_LARGE
        ? `${path} is larger than ${most} bytes; name the right file.`
        : isDenied(code)
          ? `${path} may not be read by this account (${code}); let it, or name another file.`
          : `${path} cannot be read (${code}); correct the file's name.`;
    throw problem("BAD_INPUT", sentence, { cause: error });
  }
}

/**
 * The text of a file that Muster wrote, of at most `most` bytes, or undefined when there is none. Throws ACCESS_DENIED,
 * or BAD_INPUT for what cannot be such a file.
 */
export function readIfThere(path: string, most: number): string | undefined {
  try {
    return isThere(path) ? readPlain(path, most) : undefined;
  } catch (error) {
    if (error instanceof Problem) throw error;
    const code = codeOf(error);
    throw isDenied(code) ? denied(path, error) : unreadable(path, code, error);
  }
}

/** Opens a file for reading without waiting for whoever may write to it, as a pipe would. */
export const NON_BLOCKING: number = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const TOO_LARGE = "it is too large";
const CHUNK = 64 * 1024;

/**
 * The text of a plain file of at most `most` bytes, for those who say themselves what is wrong: throws the system's
 * error, or one whose `code` says that the file is too large or no plain file. A pipe would keep its reader waiting, for
 * ever when nobody writes; one that a shell made for `<(command)`, below /dev, has a writer. `-` is standard input.
 */
export function readPlain(path: string, most: number): string {
  if (path === "-") return readAll(0, most);
  const isDevice = path.startsWith("/dev/");
  const file = openSync(path, isDevice ? "r" : NON_BLOCKING);
  try {
    const stat = fstatSync(file);
    if (stat.isDirectory()) throw fault("EISDIR");
    if (!stat.isFile() && !isDevice) throw fault("it is not a plain file");
    return readAll(file, most);
  } finally {
    closeSync(file);
  }
}

function readAll(file: number, most: number): string {
  const chunks: Buffer[] = [];
  for (let length = 0; ; ) {
    const chunk = Buffer.alloc(CHUNK);
    const read = readSync(file, chunk, 0, CHUNK, null);
    if (read === 0) return Buffer.concat(chunks).toString("utf8");
    length += read;
    if (length > most) throw fault(TOO_LARGE);
    chunks.push(chunk.subarray(0, read));
  }
}

function fault(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function writeThrough(path: string, content: string | Uint8Array, flag: string, mode: number): void {
  const file = openSync(path, flag, mode);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes a new name durable. Windows has no such call and needs none. */
export function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}

function unwritable(path: string, error: unknown): Problem {
  const code = codeOf(error);
  if (isDenied(code)) return denied(path, error);
  const remedy = /^(ENOSPC|EDQUOT|EFBIG)$/.test(code) ? "make room on its disk" : "mend that";
  return problem("STORE_UNAVAILABLE", `${path} cannot be written (${code}); ${remedy} and run it again.`, {
    cause: error,
  });
}

function unreadable(path: string, code: string, cause: unknown): Problem {
  const sentence = `${path} cannot be read (${code}); restore it from your backup.`;
  return problem("BAD_INPUT", sentence, { cause });
}

function denied(path: string, cause: unknown): Problem {
  const sentence = `${path} may not be used by this account; run it as the account that owns it.`;
  return problem("ACCESS_DENIED", sentence, { cause });
}

function isDenied(code: string): boolean {
  return code === "EACCES" || code === "EPERM" || code === "EROFS";
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
