import { type Chunk, chunkHeader } from "./chunk.ts";
import { Damaged } from "./record.ts";

/** BinXML read once: text, places for values, elements, and templates with values of their own. */
export type Part = string | SlotPart | ElementPart | InstancePart;

/** A place that value number `slot` fills. */
export interface SlotPart {
  readonly kind: "slot";
  readonly slot: number;
  /** Null leaves the enclosing element or attribute out. */
  readonly optional: boolean;
  /** The type the template announces; the value itself carries the one that holds. */
  readonly type: number;
}

/** An element of a template or of a record that uses none. */
export interface ElementPart {
  readonly kind: "element";
  readonly name: string;
  readonly attributes: readonly AttributePart[];
  readonly content: readonly Part[];
}

/** An attribute, of several parts if need be. */
export interface AttributePart {
  readonly name: string;
  readonly parts: readonly Part[];
}

/** A template instance: where its definition is, and where its value descriptors begin. */
export interface InstancePart {
  readonly kind: "instance";
  /** First four bytes of the template's GUID, as the instance gives them. */
  readonly id: number;
  readonly definition: number;
  readonly values: number;
}

/** Deepest nesting of elements and templates that is read. */
export const deepest = 64;

/** Most values a template instance may have. */
export const mostValues = 4096;

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Bytes before a template's BinXML: link to the next, GUID, size. */
const definitionHeader = 24;

/** Reads a template instance at `at`, where its token is. */
export function readInstance(chunk: Chunk, at: number): InstancePart {
  const definition = chunk.view.getUint32(at + 6, true);
  const inline = definition === at + 10;
  const size = inline ? definitionHeader + chunk.view.getUint32(at + 10 + 20, true) : 0;
  return { kind: "instance", id: chunk.view.getUint32(at + 2, true), definition, values: at + 10 + size };
}

/**
 * Reads the BinXML from `start` to `end`. Elements carry a dependency id in templates and none in forwarded events
 * and BinXML values; which it is, shows at the first element: only one reading gives a possible size and name.
 */
export function readBinXml(
  chunk: Chunk,
  start: number,
  end: number,
  inTemplate: boolean,
  trace?: Trace,
): Part[] {
  if (trace !== undefined) trace.end = end;
  return new BinXmlReader(chunk, start, end, inTemplate, trace).parts(0);
}

/** Which bytes a reading depended on: whether the same result can be expected of others. */
export class Trace {
  /** Where the offsets of names are, which differ from chunk to chunk. */
  readonly names: number[] = [];
  /** Behind the last byte read. */
  end = 0;
  /** False if other offsets were read as well. */
  portable = true;
}

/**
 * The attributes of `<Provider>` in an event template, read without the rest: what a filter needs to know.
 * Undefined if the template does not begin as events do.
 */
export function readProvider(
  chunk: Chunk,
  start: number,
  end: number,
  trace: Trace,
): readonly AttributePart[] | undefined {
  const reader = new BinXmlReader(chunk, start, end, true, trace);
  const provider = reader.provider();
  trace.end = reader.at;
  return provider;
}

class BinXmlReader {
  private readonly chunk: Chunk;
  private readonly view: DataView;
  private readonly end: number;
  /** Where the next token is. */
  at: number;
  private dependency: boolean;
  private settled = false;
  private readonly trace: Trace | undefined;

  constructor(chunk: Chunk, start: number, end: number, inTemplate: boolean, trace?: Trace) {
    this.chunk = chunk;
    this.view = chunk.view;
    this.at = start;
    this.end = end;
    this.dependency = inTemplate;
    this.trace = trace;
  }

  /** Parts up to the end of the enclosing element, which is passed over, or to the end of all. */
  parts(depth: number): Part[] {
    if (depth > deepest) throw new Damaged("nested too deep");
    const parts: Part[] = [];
    while (this.at < this.end) {
      const token = this.token();
      if (token === 0x00 && depth === 0) return parts;
      if (token === 0x04 && depth > 0) {
        this.at += 1;
        return parts;
      }
      if (token === 0x01) parts.push(this.element(depth));
      else if (token === 0x0c) parts.push(this.instance());
      else if (token === 0x0f) this.at += 4;
      else if (token === 0x0a) this.name(1);
      else if (token === 0x0b) this.counted(1);
      else this.character(token, parts);
    }
    if (depth > 0) throw new Damaged("unknown token");
    return parts;
  }

  /** The attributes of Event/System/Provider, if these are the first elements. */
  provider(): readonly AttributePart[] | undefined {
    if (this.token() === 0x0f) this.at += 4;
    for (const expected of ["Event", "System", "Provider"]) {
      if (this.token() !== 0x01) return undefined;
      const { name, attributes } = this.open();
      if (name !== expected) return undefined;
      if (name === "Provider") return attributes;
      if (this.token() !== 0x02) return undefined;
      this.at += 1;
    }
    return undefined;
  }

  private element(depth: number): ElementPart {
    const { name, attributes } = this.open();
    const close = this.token();
    this.at += 1;
    if (close === 0x03) return { kind: "element", name, attributes, content: [] };
    if (close !== 0x02) throw new Damaged("unknown token");
    return { kind: "element", name, attributes, content: this.parts(depth + 1) };
  }

  /** Name and attributes, up to the token that closes the start tag. */
  private open(): { name: string; attributes: AttributePart[] } {
    const hasAttributes = (this.view.getUint8(this.at) & 0x40) !== 0;
    if (!this.settled) this.settle();
    const name = this.name(this.dependency ? 7 : 5);
    const attributes: AttributePart[] = [];
    if (hasAttributes) {
      this.at += 4;
      while (this.token() === 0x06) attributes.push(this.attribute());
    }
    return { name, attributes };
  }

  private attribute(): AttributePart {
    const name = this.name(1);
    const parts: Part[] = [];
    for (let token = this.token(); isCharacter(token); token = this.token()) this.character(token, parts);
    return { name, parts };
  }

  /** Text, substitution or reference; adjoining text becomes one part. */
  private character(token: number, parts: Part[]): void {
    if (token === 0x0d || token === 0x0e) {
      const slot = this.view.getUint16(this.at + 1, true);
      if (slot >= mostValues) throw new Damaged("expands too far");
      const type = this.view.getUint8(this.at + 3);
      this.at += 4;
      parts.push({ kind: "slot", slot, optional: token === 0x0e, type });
      return;
    }
    const text = this.literal(token);
    const last = parts.length - 1;
    const before = parts[last];
    if (typeof before === "string") parts[last] = before + text;
    else parts.push(text);
  }

  private literal(token: number): string {
    if (token === 0x05) {
      if (this.view.getUint8(this.at + 1) !== 0x01) throw new Damaged("unknown token");
      return this.counted(2);
    }
    if (token === 0x07) return this.counted(1);
    if (token === 0x08) {
      this.at += 3;
      return String.fromCharCode(this.view.getUint16(this.at - 2, true));
    }
    if (token !== 0x09) throw new Damaged("unknown token");
    const name = this.name(1);
    return Object.hasOwn(entities, name) ? (entities[name] ?? "") : `&${name};`;
  }

  private instance(): InstancePart {
    if (this.trace !== undefined) this.trace.portable = false;
    const instance = readInstance(this.chunk, this.at);
    const count = this.view.getUint32(instance.values, true);
    if (count > mostValues) throw new Damaged("expands too far");
    this.at = instance.values + 4 + 4 * count;
    for (let i = 0; i < count; i++) this.at += this.view.getUint16(instance.values + 4 + 4 * i, true);
    if (this.at > this.end) throw new Damaged("value outside its record");
    return instance;
  }

  /** The token here without its flag for "more to follow", which the tokens themselves show. */
  private token(): number {
    if (this.at >= this.end) throw new Damaged("value outside its record");
    return this.view.getUint8(this.at) & ~0x40;
  }

  /** Passes over `skip` bytes, a name's offset and, where it is stored in place, the name. */
  private name(skip: number): string {
    const offset = this.view.getUint32(this.at + skip, true);
    this.trace?.names.push(this.at + skip);
    this.at += skip + 4;
    const name = this.chunk.name(offset);
    if (offset === this.at) this.at += this.chunk.nameSize(offset);
    return name;
  }

  private counted(skip: number): string {
    const count = this.view.getUint16(this.at + skip, true);
    const start = this.at + skip + 2;
    this.at = start + 2 * count;
    if (this.at > this.end) throw new Damaged("value outside its record");
    return this.chunk.text(start, count);
  }

  private settle(): void {
    this.settled = true;
    if (this.possible(this.dependency)) return;
    if (!this.possible(!this.dependency)) throw new Damaged("unknown token");
    this.dependency = !this.dependency;
  }

  private possible(dependency: boolean): boolean {
    const at = this.at + (dependency ? 3 : 1);
    if (at + 8 > this.end) return false;
    const end = at + 4 + this.view.getUint32(at, true);
    return end > at + 4 && end <= this.end && this.chunk.isName(this.view.getUint32(at + 4, true));
  }
}

function isCharacter(token: number): boolean {
  return token === 0x05 || (token >= 0x07 && token <= 0x09) || token === 0x0d || token === 0x0e;
}

/** Where the BinXML of the template defined at `offset` starts and ends. */
export function definitionRange(chunk: Chunk, offset: number): { start: number; end: number } {
  if (offset < chunkHeader || offset + definitionHeader > chunk.length) throw new Damaged("template missing");
  const start = offset + definitionHeader;
  const end = start + chunk.view.getUint32(offset + 20, true);
  if (end === start || end > chunk.length) throw new Damaged("template missing");
  return { start, end };
}
