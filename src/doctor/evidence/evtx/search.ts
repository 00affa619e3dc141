import type { Chunk } from "./chunk.ts";

const recordSignature = 0x00002a2a;
const elfC = 0x43666c45;
const hnk = 0x006b6e68;

/** Fewest bytes of a record: header and the copy of its size. */
export const smallestRecord = 28;

/** Whether a chunk begins at `at`. */
export function isChunk(chunk: Chunk, at: number): boolean {
  const { view, available } = chunk;
  return at + 8 <= available && view.getUint32(at, true) === elfC && view.getUint32(at + 4, true) === hnk;
}

/** Whether a record's signature stands at `at`. */
export function isRecord(chunk: Chunk, at: number): boolean {
  return at + smallestRecord <= chunk.length && chunk.view.getUint32(at, true) === recordSignature;
}

/** The size of the record at `at` if both copies agree and it fits; else 0. */
export function recordSize(chunk: Chunk, at: number): number {
  const size = statedSize(chunk, at);
  return size > 0 && chunk.view.getUint32(at + size - 4, true) === size ? size : 0;
}

/**
 * The size of a record of whose signature, size and size copy one is wrong; else 0. Where it begins is certain: behind
 * the record before. A size copy off by more than one bit means that bytes are missing or too many inside the record.
 */
export function repairedSize(chunk: Chunk, at: number, end: number): number {
  if (!isRecord(chunk, at)) return recordSize(chunk, at);
  const stated = statedSize(chunk, at);
  if (stated > 0 && (at + stated === end || isRecord(chunk, at + stated))) {
    const difference = stated ^ chunk.view.getUint32(at + stated - 4, true);
    return (difference & (difference - 1)) === 0 ? stated : 0;
  }
  let next = at + smallestRecord;
  while (next < end && !isRecord(chunk, next)) next = nextByte(chunk, 0x2a, next + 1, end);
  return next <= end && chunk.view.getUint32(next - 4, true) === next - at ? next - at : 0;
}

/** Where the next whole record before `end` begins; `end` if there is none. */
export function findRecord(chunk: Chunk, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    at = nextByte(chunk, 0x2a, at, end);
    if (at < end && isRecord(chunk, at) && at + recordSize(chunk, at) > at) return at;
  }
  return end;
}

/** Where the next chunk before `end` begins; -1 if there is none. */
export function findChunk(chunk: Chunk, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    at = nextByte(chunk, 0x45, at, end);
    if (at < end && isChunk(chunk, at)) return at;
  }
  return -1;
}

/** Whether all bytes from `from` to `end` are zero. */
export function isZero(chunk: Chunk, from: number, end: number): boolean {
  let at = from;
  for (; at < end && at % 4 !== 0; at++) if (chunk.bytes[at] !== 0) return false;
  for (; at + 4 <= end; at += 4) if (chunk.view.getUint32(at, true) !== 0) return false;
  for (; at < end; at++) if (chunk.bytes[at] !== 0) return false;
  return true;
}

function nextByte(chunk: Chunk, byte: number, from: number, end: number): number {
  const at = chunk.bytes.indexOf(byte, from);
  return at === -1 || at > end ? end : at;
}

/** The size that a record's header states, if a record of that size fits. */
function statedSize(chunk: Chunk, at: number): number {
  const size = chunk.view.getUint32(at + 4, true);
  return size >= smallestRecord && at + size <= chunk.length ? size : 0;
}
