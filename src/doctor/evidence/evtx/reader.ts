import { Chunk } from "./chunk.ts";
import { crc32 } from "./crc32.ts";
import { type EvtxFilter, Filter } from "./filter.ts";
import type { EvtxItem, NoteReason } from "./record.ts";
import { findChunk, isChunk } from "./search.ts";
import { type EvtxSource, Feed } from "./source.ts";
import { Walk } from "./walk.ts";

export type { EvtxFilter } from "./filter.ts";
export type { EvtxDamage, EvtxItem, EvtxNote, EvtxRecord } from "./record.ts";
export type { EvtxSource } from "./source.ts";

const fileHeader = 4096;
const signature = "ElfFile\0";

/** Whether these first bytes of a file are those of a Windows event log (.evtx). */
export function isEvtx(head: Uint8Array): boolean {
  return head.length >= signature.length && startsWith(head, signature);
}

/**
 * The events of a Windows event log, in the order of the file, with what is damaged between them. Reads 64 KiB at a
 * time and never trusts the header's counts. Never throws for what is in the file; errors of the source pass through.
 */
export async function* readEvtx(source: EvtxSource, filter: EvtxFilter = {}): AsyncGenerator<EvtxItem, void> {
  const chunk = new Chunk();
  const walk = new Walk(chunk, new Filter(filter));
  const feed = new Feed(source);
  let base = 0;
  let kept = 0;
  let stated: number | undefined;
  let found = 0;
  try {
    for (let first = true; ; first = false) {
      const available = kept + (await feed.fill(chunk.bytes, kept));
      if (available === 0 && !first) break;
      chunk.reset(available);
      const { items, used, filled } = first ? readFileHeader(chunk) : walk.read(base);
      for (const item of items) yield item;
      if (first && isEvtx(chunk.bytes)) stated = chunk.view.getUint16(42, true);
      if (filled) found += 1;
      chunk.bytes.copyWithin(0, used, available);
      kept = available - used;
      base += used;
    }
    if (stated !== undefined && stated !== (found & 0xffff)) yield note("chunk count differs");
  } finally {
    await feed.close();
  }
}

/** What the first 4 KiB tell. They may be lost, in whole or in part, and then a chunk begins before their end. */
function readFileHeader(chunk: Chunk): { items: EvtxItem[]; used: number; filled: false } {
  const { bytes, view, length } = chunk;
  const whole = Math.min(fileHeader, length);
  const next = isChunk(chunk, 0) ? 0 : findChunk(chunk, 1, whole);
  const used = next === -1 ? whole : next;
  if (!isEvtx(bytes) || next !== -1) {
    return {
      items: [{ kind: "damage", offset: 0, length: used, reason: "file header missing" }],
      used,
      filled: false,
    };
  }
  const items: EvtxItem[] = [];
  if (crc32(bytes.subarray(0, 120)) !== view.getUint32(124, true))
    items.push(note("file header checksum differs"));
  if (view.getUint16(38, true) !== 3) items.push(note("file version unknown"));
  if ((view.getUint32(120, true) & 1) !== 0) items.push(note("file was not closed"));
  return { items, used, filled: false };
}

function note(reason: NoteReason): EvtxItem {
  return { kind: "note", offset: 0, reason };
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}
