import { crc32 } from "node:zlib";
import { BinXmlWriter, type Body, ChunkFull } from "./binxml.ts";

/** One record: its number in this file, the time it was written (100 ns since 1601) and its event. */
export interface LogRecord {
  readonly number: number;
  readonly ticks: bigint;
  readonly body: Body;
}

/** How to write a log: format version 3.1 or 3.2, the dirty flag, and how many records a chunk takes at most. */
export interface LogOptions {
  readonly minor?: 1 | 2;
  readonly dirty?: boolean;
  readonly perChunk?: number;
}

/** 100 ns ticks since 1601 of a time in milliseconds since 1970. */
export function ticks(milliseconds: number, more = 0): bigint {
  return BigInt(milliseconds) * 10000n + 116444736000000000n + BigInt(more);
}

/** An EVTX file as Windows writes it: a header of 4 KiB, then chunks of 64 KiB. */
export function writeLog(records: Iterable<LogRecord>, options: LogOptions = {}): Buffer {
  const chunks = [...writeChunks(records, options.perChunk)];
  const last = chunks.at(-1);
  const next = last === undefined ? 1n : last.readBigUInt64LE(16) + 1n;
  return Buffer.concat([fileHeader(chunks.length, next, options), ...chunks]);
}

/** The chunks of a log, one by one, for logs larger than memory. */
export function* writeChunks(records: Iterable<LogRecord>, perChunk = Number.POSITIVE_INFINITY) {
  let chunk = new ChunkWriter();
  for (const record of records) {
    if (chunk.count < perChunk && chunk.add(record)) continue;
    yield chunk.finish();
    chunk = new ChunkWriter();
    if (!chunk.add(record)) throw new Error(`record ${record.number} is larger than a chunk`);
  }
  if (chunk.count > 0) yield chunk.finish();
}

/** The 4 KiB at the start of a file. */
export function fileHeader(chunks: number, next: bigint, options: LogOptions = {}): Buffer {
  const header = Buffer.alloc(4096);
  header.write("ElfFile\0", 0, "latin1");
  header.writeBigUInt64LE(BigInt(Math.max(0, chunks - 1)), 16);
  header.writeBigUInt64LE(next, 24);
  header.writeUInt32LE(128, 32);
  header.writeUInt16LE(options.minor ?? 1, 36);
  header.writeUInt16LE(3, 38);
  header.writeUInt16LE(4096, 40);
  header.writeUInt16LE(chunks & 0xffff, 42);
  header.writeUInt32LE(options.dirty ? 1 : 0, 120);
  header.writeUInt32LE(crc32(header.subarray(0, 120)), 124);
  return header;
}

class ChunkWriter {
  count = 0;
  private readonly out = new BinXmlWriter();
  private first = 0;
  private last = 0;
  private lastAt = 0;

  /** Writes the record, or answers false and leaves the chunk as it was when there is no room. */
  add(record: LogRecord): boolean {
    const start = this.out.at;
    try {
      this.out.attempt(() => this.write(record));
    } catch (error) {
      if (error instanceof ChunkFull) return false;
      throw error;
    }
    if (this.count++ === 0) this.first = record.number;
    this.last = record.number;
    this.lastAt = start;
    return true;
  }

  finish(): Buffer {
    const { bytes, at } = this.out;
    bytes.write("ElfChnk\0", 0, "latin1");
    for (const offset of [8, 24]) bytes.writeBigUInt64LE(BigInt(this.first), offset);
    for (const offset of [16, 32]) bytes.writeBigUInt64LE(BigInt(this.last), offset);
    bytes.writeUInt32LE(128, 40);
    bytes.writeUInt32LE(this.lastAt, 44);
    bytes.writeUInt32LE(at, 48);
    bytes.writeUInt32LE(crc32(bytes.subarray(512, at)), 52);
    bytes.writeUInt32LE(crc32(bytes.subarray(128, 512), crc32(bytes.subarray(0, 120))), 124);
    return bytes;
  }

  private write(record: LogRecord): void {
    const out = this.out;
    const start = out.at;
    out.u32(0x2a2a);
    out.u32(0);
    out.u64(BigInt(record.number));
    out.u64(record.ticks);
    out.body(record.body);
    while ((out.at - start + 4) % 8 !== 0) out.u8(0);
    const size = out.at - start + 4;
    out.u32(size);
    out.bytes.writeUInt32LE(size, start + 4);
  }
}
