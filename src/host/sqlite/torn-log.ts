import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { endianness } from "node:os";
import { NON_BLOCKING } from "../../vendor/files.ts";

/** Where a write-ahead log stops making sense, and what comes after that. */
export interface TornLog {
  /** Where the last whole transaction ends. */
  readonly at: number;
  /** How many whole transactions were written behind it. */
  readonly lost: number;
}

// The format of a write-ahead log: https://www.sqlite.org/fileformat2.html#walformat
const HEADER = 32;
const FRAME_HEADER = 24;
const MAGIC = 0x377f0682;
const PAGE_SIZE_AT = 16;
const SALTS_AT = 16;
const CHECKSUM_AT = 24;
const COMMIT_AT = 4;
const FRAME_SALTS_AT = 8;
const FRAME_CHECKSUM_AT = 16;

/**
 * Tells a log that a power cut tore from one that was damaged. A cut takes at most the transaction that was being
 * written, of which nobody was told: each is flushed before the next one begins. When two or more follow a place that
 * does not hold, what was on disk is gone, and SQLite would go on without it and say nothing. Nobody may be writing.
 */
export function readTornLog(path: string): TornLog | undefined {
  const file = readHead(path);
  const log = read(`${path}-wal`);
  if (file === undefined || log === undefined || log.length < HEADER || file.length < HEADER)
    return undefined;
  // A size of 1 stands for 65536.
  const size = file.readUInt16BE(PAGE_SIZE_AT);
  const length = FRAME_HEADER + (size === 1 ? 65_536 : size);
  const frames = Math.floor((log.length - HEADER) / length);
  const at = (frame: number) => HEADER + frame * length;
  const saltsOf = (frame: number) =>
    log.toString("hex", at(frame) + FRAME_SALTS_AT, at(frame) + FRAME_CHECKSUM_AT);
  const end = wholeFrames(log, length, frames);
  // How many transactions end in these frames, by the log that they say they belong to.
  const ends = new Map<string, number>();
  for (let frame = end; frame < frames; frame++) {
    const salts = saltsOf(frame);
    if (log.readUInt32BE(at(frame) + COMMIT_AT) !== 0) ends.set(salts, (ends.get(salts) ?? 0) + 1);
  }
  // A header that does not hold says nothing; frames of an earlier log are what a later one has not reached.
  const own = log.toString("hex", SALTS_AT, CHECKSUM_AT);
  const lost = headerSums(log) === undefined ? Math.max(0, ...ends.values()) : (ends.get(own) ?? 0);
  return lost > 1 ? { at: end === 0 ? 0 : at(end), lost } : undefined;
}

/** Not the whole file, which may be large. */
function readHead(path: string): Buffer | undefined {
  try {
    const file = openSync(path, NON_BLOCKING);
    const head = Buffer.alloc(HEADER);
    const length = readSync(file, head, 0, HEADER, 0);
    closeSync(file);
    return head.subarray(0, length);
  } catch {
    return undefined;
  }
}

/** Undefined when it is not there; what else is wrong with it SQLite will say. */
function read(path: string): Buffer | undefined {
  try {
    // A pipe would be waited for.
    return statSync(path).isFile() ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** How many frames belong to transactions that are whole. */
function wholeFrames(log: Buffer, length: number, frames: number): number {
  const header = headerSums(log);
  if (header === undefined) return 0;
  const [sum, from] = header;
  let sums = from;
  const salts = log.subarray(SALTS_AT, CHECKSUM_AT);
  let whole = 0;
  for (let frame = 0; frame < frames; frame++) {
    const bytes = log.subarray(HEADER + frame * length, HEADER + (frame + 1) * length);
    if (!salts.equals(bytes.subarray(FRAME_SALTS_AT, FRAME_CHECKSUM_AT))) break;
    sums = sum(bytes.subarray(FRAME_HEADER), sum(bytes.subarray(0, FRAME_SALTS_AT), sums));
    if (!holds(sums, bytes, FRAME_CHECKSUM_AT)) break;
    if (bytes.readUInt32BE(COMMIT_AT) !== 0) whole = frame + 1;
  }
  return whole;
}

/** How this log is summed, and the sums of its header; undefined when it does not hold. */
function headerSums(log: Buffer): readonly [sum: Summing, sums: Sums] | undefined {
  const magic = log.readUInt32BE(0);
  if (magic !== MAGIC && magic !== MAGIC + 1) return undefined;
  const sum = summing(magic !== MAGIC);
  const sums = sum(log.subarray(0, CHECKSUM_AT), [0, 0]);
  return holds(sums, log, CHECKSUM_AT) ? [sum, sums] : undefined;
}

type Sums = readonly [number, number];
type Summing = (bytes: Buffer, from: Sums) => Sums;

function holds([one, two]: Sums, bytes: Buffer, at: number): boolean {
  return bytes.readUInt32BE(at) === one >>> 0 && bytes.readUInt32BE(at + 4) === two >>> 0;
}

/** The checksum of a log, over 32-bit words of the given order. */
function summing(isBigEndian: boolean): Summing {
  const isSwapped = isBigEndian !== (endianness() === "BE");
  return (bytes, from) => {
    // A copy, because the words of a view must begin at a multiple of 4.
    const copy = Buffer.alloc(bytes.length, bytes);
    if (isSwapped) copy.swap32();
    const words = new Uint32Array(copy.buffer, copy.byteOffset, copy.length / 4);
    let [one, two] = from;
    for (let word = 0; word + 1 < words.length; word += 2) {
      one = (one + (words[word] ?? 0) + two) | 0;
      two = (two + (words[word + 1] ?? 0) + one) | 0;
    }
    return [one, two];
  };
}
