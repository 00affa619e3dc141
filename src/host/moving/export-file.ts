import {
  createReadStream,
  createWriteStream,
  existsSync,
  fstatSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { Problem, problem } from "../../protocol/problems.ts";
import { syncFolder } from "../../vendor/files.ts";
import { type ReadExport, readExport, type Taker } from "./read-export.ts";

/** Standard output, or standard input, in the place of a file. */
export const STANDARD = "-";

/** Rows of machines shrink to a fifth; a higher level takes twice the time for a tenth less. */
const LEVEL = 3;
const CHUNK = 256 * 1024;

/**
 * Writes an export, compressed, to a file of mode 0600 that appears under its name when it is whole and was read again,
 * or to standard output. Throws BAD_INPUT when it cannot be written.
 */
export async function writeExportFile(lines: AsyncIterable<string>, file: string): Promise<void> {
  if (file === STANDARD) {
    await pipeline(
      Readable.from(lines, { objectMode: true, highWaterMark: 1 }),
      createGzip({ level: LEVEL }),
      standardOutput(),
    );
    return;
  }
  const target = resolve(file);
  const draft = `${target}.${process.pid}.new`;
  try {
    const stream = createWriteStream(draft, { flags: "wx", mode: 0o600, flush: true });
    await pipeline(
      Readable.from(lines, { objectMode: true, highWaterMark: 1 }),
      createGzip({ level: LEVEL }),
      stream,
    );
    await checkExportFile(draft);
    renameSync(draft, target);
    syncFolder(dirname(target));
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code !== "EEXIST" && existsSync(draft)) rmSync(draft);
    if (error instanceof Problem || typeof code !== "string") throw error;
    const sentence = `The export cannot be written to ${target} (${code}); give a place with room that this account may write to.`;
    throw problem("BAD_INPUT", sentence, { cause: error });
  }
}

/** Reads an export through without taking anything. Throws BAD_INPUT, STORE_NEWER. */
export function checkExportFile(file: string): Promise<ReadExport> {
  return readExportFile(file, { begin: async () => {}, take: async () => {} });
}

/** Reads an export from a file or standard input. Throws BAD_INPUT with one sentence, STORE_NEWER, and what the taker throws. */
export async function readExportFile(file: string, taker: Taker): Promise<ReadExport> {
  const name = file === STANDARD ? "What came by standard input" : file;
  try {
    let read: ReadExport | undefined;
    await pipeline(openInput(file), createGunzip(), async (chunks: AsyncIterable<Uint8Array>) => {
      read = await readExport(chunks, taker);
    });
    if (read === undefined) throw new Error("it is empty");
    return read;
  } catch (error) {
    if (error instanceof Problem && error.name !== "BAD_INPUT") throw error;
    throw problem("BAD_INPUT", `${name} ${reasonOf(error)}; give another export.`, { cause: error });
  }
}

function openInput(file: string): Readable {
  if (file === STANDARD) return Readable.from(Bun.stdin.stream());
  // A pipe would be waited for, and what is not there is told better by reading it.
  const isPlain = file.startsWith("/dev/") || statSync(file, { throwIfNoEntry: false })?.isFile() !== false;
  if (!isPlain) throw new Error("it is no plain file");
  return createReadStream(file, { highWaterMark: CHUNK });
}

function standardOutput(): Writable {
  if (fstatSync(1).isCharacterDevice() && process.stdout.isTTY) {
    throw problem(
      "BAD_INPUT",
      "An export is not for a terminal; send it into a file or a pipe, or name a file with --output.",
    );
  }
  return createWriteStream("", { fd: 1, autoClose: false });
}

function reasonOf(error: unknown): string {
  const { code, name, message } = error as { code?: unknown; name: string; message: string };
  if (code === "ENOENT") return "is not there";
  if (code === "EACCES" || code === "ELOOP") return `cannot be read (${code})`;
  // What unpacks it stops reading at the end of what was packed.
  const reason = name === "AbortError" ? "something follows its end" : message.replace(/\.$/, "");
  return `is not a whole export of a Muster host's store (${reason})`;
}
