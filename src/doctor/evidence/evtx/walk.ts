import { type Chunk, chunkHeader, chunkSize } from "./chunk.ts";
import { crc32 } from "./crc32.ts";
import { Decoder } from "./decode.ts";
import type { Filter } from "./filter.ts";
import { Damaged, type DamageReason, type EvtxItem, type NoteReason } from "./record.ts";
import {
  findChunk,
  findRecord,
  isChunk,
  isRecord,
  isZero,
  recordSize,
  repairedSize,
  smallestRecord,
} from "./search.ts";

/** What a chunk held, and how many bytes it took: fewer than a chunk where another one begins inside. */
export interface ChunkContent {
  readonly items: readonly EvtxItem[];
  readonly used: number;
  /** Whether there was a chunk at all, not just space the file keeps for more. */
  readonly filled: boolean;
}

/** Reads a chunk record by record; what is damaged is reported and costs what it hit. */
export class Walk {
  private readonly chunk: Chunk;
  private readonly filter: Filter;
  private readonly decoder: Decoder;
  private readonly header = new Uint8Array(504);
  private items: EvtxItem[] = [];
  private base = 0;

  constructor(chunk: Chunk, filter: Filter) {
    this.chunk = chunk;
    this.filter = filter;
    this.decoder = new Decoder(chunk, filter);
  }

  /** Reads the chunk in the buffer; `base` is where it starts in the file. */
  read(base: number): ChunkContent {
    const { chunk } = this;
    this.items = [];
    this.base = base;
    this.decoder.reset();
    if (isChunk(chunk, 0)) {
      const free = this.freeSpace();
      const used = this.records(chunkHeader, free);
      return { items: this.items, used, filled: true };
    }
    if (isZero(chunk, 0, chunk.length)) return { items: this.items, used: chunk.length, filled: false };
    this.damage(0, Math.min(chunkHeader, chunk.length), "chunk header missing");
    this.decoder.templates.suspect = true;
    const used = this.records(0, undefined);
    return { items: this.items, used, filled: true };
  }

  /** Where the header says that records end; undefined if it contradicts itself and cannot be believed. */
  private freeSpace(): number | undefined {
    const { bytes, view, length } = this.chunk;
    if (length < chunkHeader) return undefined;
    this.header.set(bytes.subarray(0, 120));
    this.header.set(bytes.subarray(128, chunkHeader), 120);
    const free = view.getUint32(48, true);
    if (crc32(this.header) !== view.getUint32(124, true) || free < chunkHeader || free > chunkSize) {
      this.note(0, "chunk checksum differs");
      return undefined;
    }
    if (free <= length && crc32(bytes.subarray(chunkHeader, free)) !== view.getUint32(52, true)) {
      this.note(0, "chunk checksum differs");
    }
    return free;
  }

  /** Reads records from `start` and returns where the chunk ends: its full size, or where the next one begins. */
  private records(start: number, free: number | undefined): number {
    const { chunk } = this;
    const { length } = chunk;
    const end = Math.min(free ?? length, length);
    let at = start;
    let last = -1;
    let resumed = false;
    while (at + smallestRecord <= length) {
      const beyond = at >= end;
      let size = isRecord(chunk, at) ? recordSize(chunk, at) : 0;
      // A log copied while it was written has newer records than its header knows; older ones are leftovers.
      if (beyond && (size === 0 || this.number(at) !== last + 1)) break;
      if (size === 0 && at > 0) {
        size = repairedSize(chunk, at, end);
        if (size > 0) this.note(at, "record header repaired", this.number(at));
      }
      if (size > 0) {
        const number = this.number(at);
        if (!resumed || number > last || free !== undefined) {
          last = number;
          this.record(at, size, number);
        }
        at += size;
        continue;
      }
      const next = findRecord(chunk, at + 1, end);
      const other = findChunk(chunk, Math.max(at, 1), next);
      if (other !== -1) {
        this.damage(at, other - at, "chunk cut short");
        return other;
      }
      if (next === end && free === undefined && isZero(chunk, at, end)) break;
      if (next === length && length < chunkSize) break;
      const from = at === 0 ? Math.min(chunkHeader, end) : at;
      if (next > from) this.damage(from, next - from, "bytes that are no record");
      this.decoder.templates.suspect = true;
      resumed = true;
      at = next;
    }
    if (length < chunkSize && this.isCutShort(at, free)) {
      const from = Math.min(at, length);
      this.damage(from, length - from, "chunk cut short");
    }
    const other = findChunk(chunk, Math.max(at, 1), length);
    return other === -1 ? length : other;
  }

  /** Whether the file ends before the records do, of which all up to `at` were read. */
  private isCutShort(at: number, free: number | undefined): boolean {
    const { length } = this.chunk;
    return free === undefined ? at > length || !isZero(this.chunk, at, length) : free > length;
  }

  private record(at: number, size: number, number: number): void {
    try {
      const event = this.decoder.record(at, at + size - 4, number, this.base + at);
      if (event !== undefined) this.items.push(event);
      else this.filter.onLeftOut?.();
    } catch (error) {
      this.damage(at, size, reasonOf(error), number);
    }
  }

  private number(at: number): number {
    return this.chunk.view.getUint32(at + 12, true) * 4294967296 + this.chunk.view.getUint32(at + 8, true);
  }

  private damage(at: number, length: number, reason: DamageReason, record?: number): void {
    const offset = this.base + at;
    this.items.push({ kind: "damage", offset, length, reason, ...(record !== undefined && { record }) });
  }

  private note(at: number, reason: NoteReason, record?: number): void {
    this.items.push({
      kind: "note",
      offset: this.base + at,
      reason,
      ...(record !== undefined && { record }),
    });
  }
}

/** A DataView throws RangeError where an offset leads out of the chunk. */
function reasonOf(error: unknown): DamageReason {
  if (error instanceof Damaged) return error.reason;
  return error instanceof RangeError ? "pointer outside its chunk" : "cannot be decoded";
}
