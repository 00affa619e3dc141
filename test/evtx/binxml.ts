import { createHash } from "node:crypto";

/** A place in a template that a record's value fills; `optional` leaves the element or attribute out when it is null. */
export interface Slot {
  readonly slot: number;
  readonly type: number;
  readonly optional?: boolean;
}

/** What may stand inside an element or attribute. */
export type Content =
  | string
  | Slot
  | Element
  | { readonly entity: string }
  | { readonly character: number }
  | { readonly cdata: string }
  | { readonly instruction: readonly [target: string, data: string] };

/** An element to write; attribute values and content are lists of parts. */
export interface Element {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, readonly Content[]>>;
  readonly content?: readonly Content[];
}

/** An element with the GUID under which a chunk stores it once. */
export interface Template {
  readonly element: Element;
  readonly guid: Buffer;
  readonly key: string;
}

/** A value of a template instance: bytes as stored, or BinXML that is written in place (type 0x21). */
export type Value = { readonly type: number; readonly bytes: Uint8Array } | { readonly body: Body };

/** BinXML: a template with its values, or an element in full; `dependency: false` leaves out the dependency ids. */
export type Body =
  | { readonly template: Template; readonly values: readonly Value[] }
  | { readonly element: Element; readonly dependency?: boolean; readonly bare?: boolean };

/** A template of this element; its GUID is a digest of its content, so that equal templates are shared. */
export function template(element: Element): Template {
  const guid = createHash("md5").update(JSON.stringify(element)).digest();
  return { element, guid, key: guid.toString("hex") };
}

/** An element of this name with the given attributes and content. */
export function element(
  name: string,
  attributes: Record<string, Content>,
  ...content: readonly Content[]
): Element {
  const lists = Object.entries(attributes).map(([key, part]) => [key, [part]] as const);
  return { name, attributes: Object.fromEntries(lists), content };
}

/** The 16-bit hash stored with a name; its low six bits choose the bucket in the chunk header. */
function nameHash(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 65599) + name.charCodeAt(i)) >>> 0;
  return hash & 0xffff;
}

/** Thrown when a record no longer fits into its chunk. */
export class ChunkFull extends Error {}

const chunkSize = 65536;
/** evtxexport passes over a record that fills its chunk to the last byte. */
const usable = chunkSize - 8;
const fragmentHeader = Uint8Array.of(0x0f, 1, 1, 0);

/** Writes BinXML at a position of one chunk and shares that chunk's names and templates. */
export class BinXmlWriter {
  readonly bytes = Buffer.alloc(chunkSize);
  at = 512;
  private names = new Map<string, number>();
  private templates = new Map<string, number>();

  /** Runs `write`; when it throws, all that it wrote is taken back. */
  attempt(write: () => void): void {
    const before = {
      at: this.at,
      tables: Buffer.from(this.bytes.subarray(128, 512)),
      names: new Map(this.names),
      templates: new Map(this.templates),
    };
    try {
      write();
    } catch (error) {
      this.bytes.fill(0, before.at);
      before.tables.copy(this.bytes, 128);
      this.at = before.at;
      this.names = before.names;
      this.templates = before.templates;
      throw error;
    }
  }

  u8(value: number): void {
    this.at = this.bytes.writeUInt8(value, this.room(1));
  }

  u16(value: number): void {
    this.at = this.bytes.writeUInt16LE(value, this.room(2));
  }

  u32(value: number): void {
    this.at = this.bytes.writeUInt32LE(value, this.room(4));
  }

  u64(value: bigint): void {
    this.at = this.bytes.writeBigUInt64LE(value, this.room(8));
  }

  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.room(bytes.length));
    this.at += bytes.length;
  }

  /** Fragment header, content, end of file. */
  body(body: Body): void {
    if (!("element" in body && body.bare)) this.raw(fragmentHeader);
    if ("template" in body) this.instance(body.template, body.values);
    else this.element(body.element, body.dependency ?? false);
    if (!("element" in body && body.bare)) this.u8(0);
  }

  private instance(shared: Template, values: readonly Value[]): void {
    this.u8(0x0c);
    this.u8(1);
    this.raw(shared.guid.subarray(0, 4));
    const known = this.templates.get(shared.key);
    this.u32(known ?? this.at + 4);
    if (known === undefined) this.definition(shared);
    this.u32(values.length);
    const descriptors = this.at;
    for (const value of values) {
      this.u16("body" in value ? 0 : value.bytes.length);
      this.u16("body" in value ? 0x21 : value.type);
    }
    values.forEach((value, index) => {
      const start = this.at;
      if ("body" in value) this.body(value.body);
      else this.raw(value.bytes);
      this.bytes.writeUInt16LE(this.at - start, descriptors + index * 4);
    });
  }

  private definition(shared: Template): void {
    const start = this.at;
    this.templates.set(shared.key, start);
    this.u32(this.link(384 + 4 * (shared.guid.readUInt32LE(0) % 32), start));
    this.raw(shared.guid);
    const size = this.reserve();
    this.raw(fragmentHeader);
    this.element(shared.element, true);
    this.u8(0);
    this.fill(size);
  }

  private element(node: Element, dependency: boolean): void {
    const attributes = Object.entries(node.attributes ?? {});
    this.u8(attributes.length > 0 ? 0x41 : 0x01);
    if (dependency) this.u16(0xffff);
    const size = this.reserve();
    this.name(node.name);
    if (attributes.length > 0) {
      const list = this.reserve();
      attributes.forEach(([name, parts], index) => {
        this.u8(index < attributes.length - 1 ? 0x46 : 0x06);
        this.name(name);
        for (const part of parts) this.content(part, dependency);
      });
      this.fill(list);
    }
    if (node.content === undefined || node.content.length === 0) this.u8(0x03);
    else {
      this.u8(0x02);
      for (const part of node.content) this.content(part, dependency);
      this.u8(0x04);
    }
    this.fill(size);
  }

  private content(part: Content, dependency: boolean): void {
    if (typeof part === "string") {
      this.u8(0x05);
      this.u8(0x01);
      this.counted(part);
    } else if ("slot" in part) {
      this.u8(part.optional ? 0x0e : 0x0d);
      this.u16(part.slot);
      this.u8(part.type);
    } else if ("name" in part) this.element(part, dependency);
    else if ("entity" in part) {
      this.u8(0x09);
      this.name(part.entity);
    } else if ("character" in part) {
      this.u8(0x08);
      this.u16(part.character);
    } else if ("cdata" in part) {
      this.u8(0x07);
      this.counted(part.cdata);
    } else {
      this.u8(0x0a);
      this.name(part.instruction[0]);
      this.u8(0x0b);
      this.counted(part.instruction[1]);
    }
  }

  private counted(text: string): void {
    this.u16(text.length);
    this.raw(Buffer.from(text, "utf16le"));
  }

  private name(name: string): void {
    const known = this.names.get(name);
    this.u32(known ?? this.at + 4);
    if (known !== undefined) return;
    const start = this.at;
    const hash = nameHash(name);
    this.names.set(name, start);
    this.u32(this.link(128 + 4 * (hash % 64), start));
    this.u16(hash);
    this.counted(name);
    this.u16(0);
  }

  /** Puts `start` at the head of a bucket and returns what stood there: the next of its chain. */
  private link(bucket: number, start: number): number {
    const next = this.bytes.readUInt32LE(bucket);
    this.bytes.writeUInt32LE(start, bucket);
    return next;
  }

  private reserve(): number {
    this.u32(0);
    return this.at;
  }

  private fill(start: number): void {
    this.bytes.writeUInt32LE(this.at - start, start - 4);
  }

  private room(length: number): number {
    if (this.at + length > usable) throw new ChunkFull();
    return this.at;
  }
}
