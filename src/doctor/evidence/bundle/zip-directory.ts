import { type Bytes, readAt } from "./bytes.ts";
import { decodeName, unicodePath } from "./member-name.ts";

/** One member as the archive describes it (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT). */
export interface ZipEntry {
  /** As it stands in the archive. */
  readonly name: string;
  readonly flags: number;
  /** 0 stored, 8 deflated, others are not read. */
  readonly method: number;
  readonly crc: number | undefined;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes unpacked; -1 when it is not stated. */
  readonly size: number;
  /** Where its local header begins. */
  readonly at: number;
  /** Unix mode, 0 when there is none. */
  readonly mode: number;
}

/** What an archive holds. */
export interface ZipDirectory {
  readonly entries: readonly ZipEntry[];
  readonly notes: readonly string[];
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const LARGEST_32 = 0xffff_ffff;
/** Larger than any one header: 46 bytes and three fields of 64 KiB. */
const WINDOW = 1 << 20;
/** How often the signature of the end may stand in a comment. */
const TRIES = 16;

/** Whether these first bytes are those of a ZIP archive. */
export function isZip(head: Uint8Array): boolean {
  const [p, k, one, two] = head;
  if (p !== 0x50 || k !== 0x4b) return false;
  return (one === 3 && two === 4) || (one === 5 && two === 6) || (one === 7 && two === 8);
}

/** Reads the central directory or, when the archive is cut off, the headers before each member. Reads at most `most` members. */
export async function readDirectory(bytes: Bytes, most: number): Promise<ZipDirectory> {
  const end = await findEnd(bytes);
  if (end === undefined) return readCutOff(bytes, most);
  const entries: ZipEntry[] = [];
  for (let at = end.at; at < end.to; ) {
    const window = await readAt(bytes, at, Math.min(WINDOW, end.to - at));
    const { found, used } = centralHeaders(window, most + 1 - entries.length);
    entries.push(...found);
    at += used;
    if (used === 0 || entries.length > most) break;
  }
  if (entries.length > most) {
    return {
      entries: entries.slice(0, most),
      notes: [`It has more than ${most} members; the rest is not read.`],
    };
  }
  const missing = end.count - entries.length;
  const notes = missing > 0 ? [`Its directory is damaged: ${missing} of ${end.count} members are lost.`] : [];
  return { entries, notes };
}

/** Where a member's bytes begin; undefined when there is no local header where the directory says. */
export async function dataStart(bytes: Bytes, at: number): Promise<number | undefined> {
  const header = await readAt(bytes, at, 30);
  const view = viewOf(header);
  if (header.length < 30 || view.getUint32(0, true) !== LOCAL) return undefined;
  return at + 30 + view.getUint16(26, true) + view.getUint16(28, true);
}

async function findEnd(bytes: Bytes): Promise<{ at: number; to: number; count: number } | undefined> {
  const from = Math.max(0, bytes.size - 22 - 0xffff);
  const tail = await readAt(bytes, from, bytes.size - from);
  const view = viewOf(tail);
  const candidates: number[] = [];
  for (let at = tail.length - 22; at >= 0 && candidates.length < TRIES; at--) {
    if (view.getUint32(at, true) === END && commentEnd(view, at) <= tail.length) candidates.push(at);
  }
  // A comment may hold what looks like an end; that of the archive has its comment end with the archive.
  const isLast = (at: number) => commentEnd(view, at) === tail.length;
  for (const at of [...candidates.filter(isLast), ...candidates.filter((one) => !isLast(one))]) {
    const found = (await findEnd64(bytes, from + at)) ?? {
      count: view.getUint16(at + 10, true),
      at: view.getUint32(at + 16, true),
      size: view.getUint32(at + 12, true),
    };
    const to = Math.min(from + at, found.at + found.size);
    if (found.count === 0 || (found.at < to && (await signature(bytes, found.at)) === CENTRAL)) {
      return { at: found.at, to, count: found.count };
    }
  }
  return undefined;
}

function commentEnd(view: DataView, at: number): number {
  return at + 22 + view.getUint16(at + 20, true);
}

async function findEnd64(
  bytes: Bytes,
  end: number,
): Promise<{ count: number; at: number; size: number } | undefined> {
  if (end < 20) return undefined;
  const locator = viewOf(await readAt(bytes, end - 20, 20));
  if (locator.getUint32(0, true) !== LOCATOR_64) return undefined;
  const record = await readAt(bytes, long(locator, 8), 56);
  const view = viewOf(record);
  if (record.length < 56 || view.getUint32(0, true) !== END_64) return undefined;
  return { count: long(view, 32), size: long(view, 40), at: long(view, 48) };
}

async function signature(bytes: Bytes, at: number): Promise<number> {
  const four = await readAt(bytes, at, 4);
  return four.length < 4 ? 0 : viewOf(four).getUint32(0, true);
}

function centralHeaders(window: Uint8Array, most: number): { found: ZipEntry[]; used: number } {
  const view = viewOf(window);
  const found: ZipEntry[] = [];
  let at = 0;
  while (found.length < most && at + 46 <= window.length && view.getUint32(at, true) === CENTRAL) {
    const nameEnd = at + 46 + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const end = extraEnd + view.getUint16(at + 32, true);
    if (end > window.length) break;
    const name = window.subarray(at + 46, nameEnd);
    const extra = extraFields(window.subarray(nameEnd, extraEnd));
    const sizes = new Sizes(extra.get(1));
    // The order of the three matters: only those that did not fit stand in the extra field, in this order.
    const size = sizes.orLong(view.getUint32(at + 24, true));
    const packed = sizes.orLong(view.getUint32(at + 20, true));
    found.push({
      name: nameOf(name, extra),
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed,
      size,
      at: sizes.orLong(view.getUint32(at + 42, true)),
      mode: view.getUint8(at + 5) === 3 ? view.getUint16(at + 40, true) : 0,
    });
    at = end;
  }
  return { found, used: at };
}

/** The members of an archive that has lost its end, by the headers before each. */
async function readCutOff(bytes: Bytes, most: number): Promise<ZipDirectory> {
  const entries: ZipEntry[] = [];
  let at = await findHeader(bytes, 0);
  while (at < bytes.size && entries.length < most && (await signature(bytes, at)) === LOCAL) {
    const start = ((await dataStart(bytes, at)) ?? bytes.size) - at;
    const header = await readAt(bytes, at, start);
    if (header.length < Math.max(start, 30)) break;
    const view = viewOf(header);
    const flags = view.getUint16(6, true);
    const nameEnd = 30 + view.getUint16(26, true);
    const extra = extraFields(header.subarray(nameEnd, start));
    const sizes = new Sizes(extra.get(1));
    const size = sizes.orLong(view.getUint32(22, true));
    const stated = sizes.orLong(view.getUint32(18, true));
    // With flag 8 the sizes stand behind the member; its end is where the next header is.
    const isOpen = (flags & 8) !== 0 && stated === 0;
    const next = await findHeader(bytes, at + start + (isOpen ? 0 : Math.min(stated, bytes.size)));
    entries.push({
      name: nameOf(header.subarray(30, nameEnd), extra),
      flags,
      method: view.getUint16(8, true),
      crc: isOpen ? undefined : view.getUint32(14, true),
      packed: Math.min(isOpen ? next - at - start : stated, Math.max(0, bytes.size - at - start)),
      size: isOpen ? -1 : size,
      at,
      mode: 0,
    });
    at = next;
  }
  const notes = ["The archive is cut off or damaged at its end; what is left of it is read."];
  return { entries, notes };
}

/** Where the next header of a member, or of the directory, begins; the size when there is none. */
async function findHeader(bytes: Bytes, from: number): Promise<number> {
  let before: Uint8Array = new Uint8Array();
  let base = from;
  for await (const piece of bytes.pieces(from)) {
    const window = Buffer.concat([before, piece]);
    for (let at = window.indexOf("PK"); at !== -1; at = window.indexOf("PK", at + 1)) {
      const [one, two] = window.subarray(at + 2, at + 4);
      if ((one === 3 && two === 4) || (one === 1 && two === 2)) return base + at;
    }
    before = window.subarray(Math.max(0, window.length - 3));
    base += window.length - before.length;
  }
  return bytes.size;
}

function nameOf(header: Uint8Array, extra: ReadonlyMap<number, Uint8Array>): string {
  const field = extra.get(0x7075);
  return (field && unicodePath(field, header)) ?? decodeName(header);
}

function extraFields(bytes: Uint8Array): Map<number, Uint8Array> {
  const fields = new Map<number, Uint8Array>();
  const view = viewOf(bytes);
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + view.getUint16(at + 2, true);
    fields.set(view.getUint16(at, true), bytes.subarray(at + 4, Math.min(end, bytes.length)));
    at = end;
  }
  return fields;
}

/** Sizes and places beyond 4 GiB, one after the other as they are missing in the header. */
class Sizes {
  private readonly view: DataView | undefined;
  private at = 0;

  constructor(field: Uint8Array | undefined) {
    this.view = field && viewOf(field);
  }

  orLong(value: number): number {
    if (value !== LARGEST_32 || this.view === undefined || this.at + 8 > this.view.byteLength) return value;
    const found = long(this.view, this.at);
    this.at += 8;
    return found;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** 64 bits as a number: what is beyond 2^53 is no size of anything, and stays beyond every limit. */
function long(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}
