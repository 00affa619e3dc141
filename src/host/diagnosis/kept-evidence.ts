import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { newId } from "../../protocol/ids.ts";
import { problem } from "../../protocol/problems.ts";

/** Evidence that somebody gave a host to keep. */
export interface KeptEvidence {
  /** Made of the time. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly kept: number;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

const ID = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z(-\d+)?$/;
const LONGEST = 100;
/** The most that is kept at once: so many pieces of evidence, and so many bytes in all. */
const MOST_PIECES = 20;
const MOST_BYTES = 1024 ** 3;

/** The folder of all that is kept, in the host's own. */
const evidenceFolder = (folder: string): string => join(folder, "evidence");

/** The folder of what is being judged and not kept. */
const droppedFolder = (folder: string): string => join(folder, "dropped-evidence");

/** Removes what a host that was killed was judging: nothing that was dropped is kept unless somebody asks for it. */
export function forgetDropped(folder: string): void {
  rmSync(droppedFolder(folder), { recursive: true, force: true });
}

/**
 * Writes files where a diagnosis can read them and nobody else: kept in the host's folder, or until `drop` is called.
 * Throws BAD_INPUT when no more can be kept, STORE_UNAVAILABLE.
 */
export async function writeEvidence(
  folder: string,
  files: readonly File[],
  { isKept, now }: { isKept: boolean; now: number },
): Promise<{ folder: string; id: string | undefined; drop: () => void }> {
  if (isKept) checkRoom(folder, files);
  const id = isKept ? freeId(folder, now) : undefined;
  const where = id === undefined ? join(droppedFolder(folder), newId()) : join(evidenceFolder(folder), id);
  mkdirSync(where, { recursive: true, mode: 0o700 });
  const drop = () => rmSync(where, { recursive: true, force: true });
  try {
    const taken = new Set<string>();
    for (const file of files) {
      const name = freeName(safeName(file.name), taken);
      await writeFile(join(where, name), new Uint8Array(await file.arrayBuffer()), {
        mode: 0o600,
        flag: "wx",
      });
    }
  } catch (error) {
    drop();
    throw problem(
      "STORE_UNAVAILABLE",
      `The files cannot be written (${(error as Error).message}); see whether the disk is full.`,
      { cause: error },
    );
  }
  return { folder: where, id, drop };
}

/** All that is kept, the newest first. */
export function listEvidence(folder: string): KeptEvidence[] {
  const all = evidenceFolder(folder);
  if (!existsSync(all)) return [];
  const ids = readdirSync(all).filter((name) => ID.test(name));
  return ids
    .sort()
    .reverse()
    .map((id) => ({ id, kept: timeOf(id), files: filesIn(join(all, id)) }));
}

/** Removes one. Throws NOT_FOUND. */
export function removeEvidence(folder: string, id: string): void {
  const where = join(evidenceFolder(folder), id);
  if (!ID.test(id) || !existsSync(where)) {
    throw problem("NOT_FOUND", "There is no such evidence; /v1/evidence lists what is kept.");
  }
  rmSync(where, { recursive: true, force: true });
}

/** The folder of one that is kept. Throws NOT_FOUND. */
export function keptFolder(folder: string, id: string): string {
  const where = join(evidenceFolder(folder), id);
  if (ID.test(id) && existsSync(where)) return where;
  throw problem("NOT_FOUND", "There is no such evidence; /v1/evidence lists what is kept.");
}

/** A name that can only be that of a file in the folder it is put in: letters of any script, digits, and `._ ()-`. */
export function safeName(given: string): string {
  const [last = ""] = given.split(/[\\/]/).slice(-1);
  const safe = last
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}._ ()-]/gu, "_")
    .replace(/^[.\s]+/, "")
    .trim();
  return safe.slice(-LONGEST) || "file";
}

/** The disk is the host's: its store and its backups come before evidence. */
function checkRoom(folder: string, files: readonly File[]): void {
  const kept = listEvidence(folder);
  const bytes = [
    ...kept.flatMap((each) => each.files.map((file) => file.bytes)),
    ...files.map(({ size }) => size),
  ];
  const isFull = kept.length >= MOST_PIECES || bytes.reduce((sum, each) => sum + each, 0) > MOST_BYTES;
  if (!isFull) return;
  throw problem(
    "BAD_INPUT",
    `A host keeps ${MOST_PIECES} pieces of evidence and 1 GiB at most; remove some (GET /v1/evidence lists them, DELETE /v1/evidence/ID removes one), or do not have these kept.`,
  );
}

function freeName(name: string, taken: Set<string>): string {
  let free = name;
  // Some file systems know no case.
  for (let number = 2; taken.has(free.toLowerCase()); number++) free = `${number} ${name}`;
  taken.add(free.toLowerCase());
  return free;
}

function freeId(folder: string, now: number): string {
  const time = new Date(now).toISOString().replace(/[:.]/g, "-");
  let id = time;
  for (let number = 2; existsSync(join(evidenceFolder(folder), id)); number++) id = `${time}-${number}`;
  return id;
}

function timeOf(id: string): number {
  const [, date = "", hour = "", minute = "", second = "", rest = ""] =
    /^(.{10})T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z/.exec(id) ?? [];
  return Date.parse(`${date}T${hour}:${minute}:${second}.${rest}Z`);
}

function filesIn(where: string): { name: string; bytes: number }[] {
  return readdirSync(where)
    .sort()
    .map((name) => ({ name, bytes: statSync(join(where, name)).size }));
}
