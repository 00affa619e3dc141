import type { Chunk } from "./chunk.ts";
import { Clock } from "./time.ts";

/** Value type of BinXML that is itself BinXML. */
export const binXml = 0x21;

/** Flag of a value type: an array of it. */
export const array = 0x80;

const clock = new Clock();
const ansi = new TextDecoder("windows-1252");

/** A single value as Windows prints it ([MS-EVEN6] 2.2.12.3); a type nobody knows, in hexadecimal. */
export function valueText(chunk: Chunk, offset: number, size: number, type: number): string {
  const { view } = chunk;
  switch (type) {
    case 0x00:
      return "";
    case 0x01:
    case 0x23:
      return withoutNul(chunk.text(offset, size >> 1));
    case 0x02:
      return withoutNul(ansi.decode(chunk.bytes.subarray(offset, offset + size)));
    case 0x03:
    case 0x05:
    case 0x07:
    case 0x09:
      return signed(view, offset, size);
    case 0x04:
    case 0x06:
    case 0x08:
    case 0x0a:
      return unsigned(view, offset, size);
    case 0x0b:
      return size >= 4 ? single(view.getFloat32(offset, true)) : "";
    case 0x0c:
      return size >= 8 ? double(view.getFloat64(offset, true)) : "";
    case 0x0d:
      return size === 0 ? "" : unsigned(view, offset, size) === "0" ? "false" : "true";
    case 0x0f:
      return size >= 16 ? guid(chunk, offset) : "";
    case 0x10:
    case 0x14:
    case 0x15:
      return hexNumber(view, offset, size);
    case 0x11:
      if (size < 8) return "";
      clock.fileTime(view.getUint32(offset, true), view.getUint32(offset + 4, true));
      return clock.iso;
    case 0x12:
      return size >= 16 && clock.systemTime(view, offset) ? `${clock.iso.slice(0, -5)}Z` : "";
    case 0x13:
      return sid(chunk, offset, size);
    default:
      return chunk.hex(offset, size);
  }
}

/** The items of an array; none at all is one empty item, since its element appears once. */
export function arrayTexts(chunk: Chunk, offset: number, size: number, type: number): string[] {
  const item = type & ~array;
  if (item === 0x01) {
    const count = size >> 1;
    const closed = count > 0 && chunk.view.getUint16(offset + 2 * count - 2, true) === 0;
    const text = chunk.text(offset, closed ? count - 1 : count);
    return text.includes("\0") ? text.split("\0") : [text];
  }
  if (item === 0x02) return strings(ansi.decode(chunk.bytes.subarray(offset, offset + size)));
  if (size === 0) return [""];
  const texts: string[] = [];
  const end = offset + size;
  const width = itemWidth(item);
  if (width === undefined) return [chunk.hex(offset, size)];
  for (let at = offset; at < end; ) {
    const length = width > 0 ? width : 8 + 4 * (chunk.bytes[at + 1] ?? 0);
    texts.push(valueText(chunk, at, Math.min(length, end - at), item));
    at += length;
  }
  return texts;
}

/** Bytes of one item of an array; 0 for a SID, which tells its own; undefined for what is no array. */
function itemWidth(type: number): number | undefined {
  switch (type) {
    case 0x03:
    case 0x04:
      return 1;
    case 0x05:
    case 0x06:
      return 2;
    case 0x07:
    case 0x08:
    case 0x0b:
    case 0x0d:
    case 0x14:
      return 4;
    case 0x09:
    case 0x0a:
    case 0x0c:
    case 0x11:
    case 0x15:
      return 8;
    case 0x0f:
    case 0x12:
      return 16;
    case 0x13:
      return 0;
    default:
      return undefined;
  }
}

/** A NUL ends every item; the last one may lack it. */
function strings(text: string): string[] {
  const last = text.length - 1;
  const items = last >= 0 && text.charCodeAt(last) === 0 ? text.slice(0, last) : text;
  return items.includes("\0") ? items.split("\0") : [items];
}

function withoutNul(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
  return end === text.length ? text : text.slice(0, end);
}

function unsigned(view: DataView, offset: number, size: number): string {
  if (size >= 8) return String(view.getBigUint64(offset, true));
  if (size >= 4) return String(view.getUint32(offset, true));
  if (size >= 2) return String(view.getUint16(offset, true));
  return size === 1 ? String(view.getUint8(offset)) : "";
}

function signed(view: DataView, offset: number, size: number): string {
  if (size >= 8) return String(view.getBigInt64(offset, true));
  if (size >= 4) return String(view.getInt32(offset, true));
  if (size >= 2) return String(view.getInt16(offset, true));
  return size === 1 ? String(view.getInt8(offset)) : "";
}

function hexNumber(view: DataView, offset: number, size: number): string {
  if (size < 4) return "";
  const low = view.getUint32(offset, true);
  const high = size >= 8 ? view.getUint32(offset + 4, true) : 0;
  if (high === 0) return `0x${low.toString(16)}`;
  return `0x${high.toString(16)}${low.toString(16).padStart(8, "0")}`;
}

/** The shortest decimal that is this number, and the C library's words for what is none. */
function double(value: number): string {
  if (Number.isNaN(value)) return "-1.#IND";
  if (!Number.isFinite(value)) return value > 0 ? "1.#INF" : "-1.#INF";
  return String(value);
}

/** A single has fewer digits than the double it is held in. */
function single(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return double(Number(text));
  }
  return Number.isFinite(value) ? double(Number(value.toPrecision(9))) : double(value);
}

/** The first three fields are little-endian numbers, the rest is bytes. */
function guid(chunk: Chunk, offset: number): string {
  const h = chunk.hex(offset, 16).toLowerCase();
  const first = h.slice(6, 8) + h.slice(4, 6) + h.slice(2, 4) + h.slice(0, 2);
  const second = h.slice(10, 12) + h.slice(8, 10);
  const third = h.slice(14, 16) + h.slice(12, 14);
  return `{${first}-${second}-${third}-${h.slice(16, 20)}-${h.slice(20)}}`;
}

/** `S-1-5-...` ([MS-DTYP] 2.4.2.2); empty if the sizes contradict each other. */
function sid(chunk: Chunk, offset: number, size: number): string {
  const count = chunk.bytes[offset + 1] ?? 0;
  if (size < 8 + 4 * count) return "";
  const authority = chunk.view.getUint16(offset + 2) * 4294967296 + chunk.view.getUint32(offset + 4);
  let text = `S-${chunk.bytes[offset]}-${authority}`;
  for (let i = 0; i < count; i++) text += `-${chunk.view.getUint32(offset + 8 + 4 * i, true)}`;
  return text;
}
