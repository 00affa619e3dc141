import { mostValues } from "./binxml.ts";
import type { Chunk } from "./chunk.ts";
import { Damaged } from "./record.ts";
import { array, arrayTexts, binXml, valueText } from "./value.ts";

/** The values of one template instance, found but not decoded. Kept and filled again for the next record. */
export class Values {
  private readonly chunk: Chunk;
  private count = 0;
  private offsets = new Int32Array(32);
  private sizes = new Int32Array(32);
  private types = new Uint8Array(32);

  constructor(chunk: Chunk) {
    this.chunk = chunk;
  }

  /** Reads the descriptors at `at`: a count, then size and type of each; the values follow and end before `end`. */
  read(at: number, end: number): void {
    const { view } = this.chunk;
    const count = view.getUint32(at, true);
    if (count > mostValues) throw new Damaged("expands too far");
    if (count > this.offsets.length) this.grow(count);
    let offset = at + 4 + 4 * count;
    let descriptor = at + 4;
    for (let i = 0; i < count; i++) {
      const size = view.getUint16(descriptor, true);
      this.offsets[i] = offset;
      this.sizes[i] = size;
      this.types[i] = view.getUint8(descriptor + 2);
      offset += size;
      descriptor += 4;
    }
    if (offset > end) throw new Damaged("value outside its record");
    this.count = count;
  }

  /** The type of a value; 0, null, for one that is not there. */
  type(slot: number): number {
    return slot < this.count ? (this.types[slot] ?? 0) : 0;
  }

  /** Where the value starts; only if {@link type} is not 0. */
  offset(slot: number): number {
    return this.offsets[slot] ?? 0;
  }

  /** How many bytes the value has. */
  size(slot: number): number {
    return slot < this.count ? (this.sizes[slot] ?? 0) : 0;
  }

  /** A value in text; of an array the first item, of BinXML nothing. */
  text(slot: number): string {
    const type = this.type(slot);
    if (type === 0 || type === binXml) return "";
    if ((type & array) !== 0) return this.items(slot)[0] ?? "";
    return valueText(this.chunk, this.offset(slot), this.size(slot), type);
  }

  /** The items of an array. */
  items(slot: number): string[] {
    return arrayTexts(this.chunk, this.offset(slot), this.size(slot), this.type(slot));
  }

  /** A value as a number; undefined if it is null or none. */
  number(slot: number): number | undefined {
    const type = this.type(slot);
    if (type === 0) return undefined;
    if (type === 0x04 || type === 0x06 || type === 0x08) {
      const size = this.size(slot);
      const { view } = this.chunk;
      if (size === 1) return view.getUint8(this.offset(slot));
      if (size === 2) return view.getUint16(this.offset(slot), true);
      if (size === 4) return view.getUint32(this.offset(slot), true);
    }
    return numberOf(this.text(slot));
  }

  private grow(count: number): void {
    this.offsets = new Int32Array(count);
    this.sizes = new Int32Array(count);
    this.types = new Uint8Array(count);
  }
}

/** The number a text is; undefined if it is none. */
export function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const number = Number(text);
  return Number.isNaN(number) ? undefined : number;
}
