import { Damaged } from "./record.ts";

/** Bytes of a chunk. */
export const chunkSize = 65536;

/** Bytes of a chunk's header. */
export const chunkHeader = 512;

/** Bytes behind the chunk that are at hand too: the signature of the next one may begin on this one's last byte. */
const lookahead = 8;

const nodeBuffer = typeof Buffer === "undefined" ? undefined : Buffer;

/**
 * The chunk being read: 64 KiB that are filled again for the next one, so that all reads go through one view.
 * Offsets are from the start of the chunk, as they are in the file.
 */
export class Chunk {
  readonly bytes = new Uint8Array(chunkSize + lookahead);
  readonly view = new DataView(this.bytes.buffer);
  /** How many bytes the chunk has; less than its size only where the file was cut. */
  length = 0;
  /** How many bytes are at hand, the first of the next chunk among them. */
  available = 0;
  private readonly buffer = nodeBuffer?.from(this.bytes.buffer);
  private readonly names = new Map<number, string>();

  /** Forgets the chunk before: `available` bytes have been replaced. */
  reset(available: number): void {
    this.available = available;
    this.length = Math.min(available, chunkSize);
    this.bytes.fill(0, available);
    this.names.clear();
  }

  /** `count` UTF-16 characters at `offset`. Half a surrogate pair stays as it is. */
  text(offset: number, count: number): string {
    const end = offset + 2 * count;
    if (end > this.length) throw new Damaged("pointer outside its chunk");
    if (count === 0) return "";
    return this.buffer?.toString("utf16le", offset, end) ?? portableText(this.view, offset, count);
  }

  /** Bytes in upper-case hexadecimal, as Windows prints `<Binary>`. */
  hex(offset: number, size: number): string {
    if (offset + size > this.length) throw new Damaged("pointer outside its chunk");
    const digits = this.buffer?.toString("hex", offset, offset + size);
    return (digits ?? portableHex(this.bytes.subarray(offset, offset + size))).toUpperCase();
  }

  /** The name stored at `offset`: link to the next, hash, length, characters, NUL. */
  name(offset: number): string {
    const known = this.names.get(offset);
    if (known !== undefined) return known;
    const name = this.text(offset + 8, this.view.getUint16(offset + 6, true));
    this.names.set(offset, name);
    return name;
  }

  /** Whether a name may stand at `offset`, by its place and length. */
  isName(offset: number): boolean {
    if (offset < chunkHeader || offset + 10 > this.length) return false;
    return offset + this.nameSize(offset) <= this.length;
  }

  /** Bytes that a name takes where it is written in place. */
  nameSize(offset: number): number {
    return 10 + 2 * this.view.getUint16(offset + 6, true);
  }
}

/** UTF-16 text without a native decoder that keeps half pairs and byte order marks: for browsers. */
export function portableText(view: DataView, offset: number, count: number): string {
  let text = "";
  for (let done = 0; done < count; done += 4096) {
    const units = new Uint16Array(Math.min(4096, count - done));
    for (let i = 0; i < units.length; i++) units[i] = view.getUint16(offset + 2 * (done + i), true);
    text += String.fromCharCode(...units);
  }
  return text;
}

/** Lower-case hexadecimal without a native encoder: for browsers. */
export function portableHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
