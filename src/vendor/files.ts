import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { type Problem, problem } from "../protocol/problems.ts";

/**
 * Replaces a file as a whole: whoever reads it finds the old text or the new one, and a crash leaves one of them.
 * Throws ACCESS_DENIED or STORE_UNAVAILABLE.
 */
export function writeAtomically(path: string, text: string, mode: number): void {
  const draft = `${path}.${process.pid}.new`;
  try {
    rmSync(draft, { force: true });
    writeThrough(draft, text, "wx", mode);
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
    throw unwritable(path, error);
  }
}

/** The text of a file of at most `most` bytes; `-` is standard input. Throws BAD_INPUT. */
export function readBounded(path: string, most: number): string {
  const bytes = Buffer.alloc(most + 1);
  let length = 0;
  try {
    const file = path === "-" ? 0 : openSync(path, "r");
    for (let read = -1; read !== 0 && length <= most; length += read) {
      read = readSync(file, bytes, length, bytes.length - length, null);
    }
    if (file !== 0) closeSync(file);
  } catch (error) {
    throw problem("BAD_INPUT", `${path} cannot be read (${codeOf(error)}); correct the file's name.`, {
      cause: error,
    });
  }
  if (length > most) throw problem("BAD_INPUT", `${path} is larger than ${most} bytes; name the right file.`);
  return bytes.toString("utf8", 0, length);
}

/** The text of a file, or undefined when there is none. Throws ACCESS_DENIED or STORE_UNAVAILABLE. */
export function readIfThere(path: string): string | undefined {
  try {
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  } catch (error) {
    throw unwritable(path, error);
  }
}

function writeThrough(path: string, text: string, flag: string, mode: number): void {
  const file = openSync(path, flag, mode);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes a new name durable. Windows has no such call and needs none. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}

function unwritable(path: string, error: unknown): Problem {
  const code = codeOf(error);
  const isDenied = code === "EACCES" || code === "EPERM" || code === "EROFS";
  return isDenied
    ? problem(
        "ACCESS_DENIED",
        `${path} may not be written by this account; run it as the account that owns it.`,
        {
          cause: error,
        },
      )
    : problem("STORE_UNAVAILABLE", `${path} cannot be written (${code}); mend that and run it again.`, {
        cause: error,
      });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
