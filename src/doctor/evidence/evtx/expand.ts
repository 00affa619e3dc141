import { type AttributePart, deepest, type ElementPart, type Part, readBinXml } from "./binxml.ts";
import type { Chunk } from "./chunk.ts";
import { Values } from "./instance.ts";
import { Damaged, type XmlElement } from "./record.ts";
import type { Templates } from "./templates.ts";
import { array, binXml } from "./value.ts";

/** Work that one record, and one chunk, may cost; the most a well-formed one can need is an array of 65,000 bytes. */
const mostSteps = 1 << 17;
const mostStepsPerChunk = 1 << 18;

/** Counts work, so that a few bytes cannot unfold into gigabytes. */
export class Budget {
  private record = mostSteps;
  private chunk = mostStepsPerChunk;

  /** A new chunk begins. */
  nextChunk(): void {
    this.chunk = mostStepsPerChunk;
  }

  /** A new record begins. */
  nextRecord(): void {
    this.record = mostSteps;
  }

  /** Takes one step and what so many bytes of text cost. */
  spend(bytes: number): void {
    const cost = 1 + (bytes >> 5);
    this.record -= cost;
    this.chunk -= cost;
    if (this.record < 0 || this.chunk < 0) throw new Damaged("expands too far");
  }
}

type Node = XmlElement | string;

/** Puts values into the parts of a template: any BinXML becomes elements and text. */
export class Expander {
  private readonly chunk: Chunk;
  private readonly templates: Templates;
  private readonly budget: Budget;

  constructor(chunk: Chunk, templates: Templates, budget: Budget) {
    this.chunk = chunk;
    this.templates = templates;
    this.budget = budget;
  }

  /** The BinXML from `start` to `end`: a value's, or a whole record's. */
  binXml(start: number, end: number, depth = 0): Node[] {
    this.budget.spend(end - start);
    const nodes: Node[] = [];
    const parts = readBinXml(this.chunk, start, end, false);
    this.parts(parts, new Values(this.chunk), end, depth, nodes);
    return nodes;
  }

  private parts(parts: readonly Part[], values: Values, end: number, depth: number, out: Node[]): void {
    if (depth > deepest) throw new Damaged("nested too deep");
    for (const part of parts) {
      this.budget.spend(typeof part === "string" ? part.length : 0);
      if (typeof part === "string") append(out, part);
      else if (part.kind === "element") this.element(part, values, end, depth + 1, out);
      else if (part.kind === "slot") this.slot(part.slot, values, depth, out);
      else {
        const inner = new Values(this.chunk);
        inner.read(part.values, end);
        this.parts(this.templates.of(part).parts, inner, end, depth + 1, out);
      }
    }
  }

  /** An array repeats the element that holds it; an optional null leaves the element out. */
  private element(part: ElementPart, values: Values, end: number, depth: number, out: Node[]): void {
    const attributes = this.attributes(part.attributes, values);
    let arrays: Map<number, string[]> | undefined;
    let copies = 1;
    for (const child of part.content) {
      if (typeof child === "string" || child.kind !== "slot") continue;
      const type = values.type(child.slot);
      if (type === 0 && child.optional && child.type !== binXml) return;
      if ((type & array) === 0) continue;
      const items = this.items(child.slot, values);
      arrays ??= new Map();
      arrays.set(child.slot, items);
      copies = Math.max(copies, items.length);
    }
    for (let copy = 0; copy < copies; copy++) {
      const children: Node[] = [];
      for (const child of part.content) {
        const items =
          typeof child !== "string" && child.kind === "slot" ? arrays?.get(child.slot) : undefined;
        if (items === undefined) this.parts([child], values, end, depth, children);
        else append(children, items[copy] ?? "");
      }
      this.budget.spend(0);
      out.push({ name: part.name, attributes, children });
    }
  }

  private attributes(parts: readonly AttributePart[], values: Values): Record<string, string> {
    const attributes: Record<string, string> = Object.create(null);
    for (const { name, parts: texts } of parts) {
      this.budget.spend(0);
      let text: string | undefined = "";
      for (const part of texts) {
        if (typeof part === "string") text += part;
        else if (part.kind === "slot") {
          if (part.optional && values.type(part.slot) === 0) text = undefined;
          else text += this.text(part.slot, values);
        }
        if (text === undefined) break;
      }
      if (text !== undefined && !(name in attributes)) attributes[name] = text;
    }
    return attributes;
  }

  private slot(slot: number, values: Values, depth: number, out: Node[]): void {
    if (values.type(slot) !== binXml) {
      append(out, this.text(slot, values));
      return;
    }
    const start = values.offset(slot);
    for (const node of this.binXml(start, start + values.size(slot), depth + 1)) {
      if (typeof node === "string") append(out, node);
      else out.push(node);
    }
  }

  private text(slot: number, values: Values): string {
    this.budget.spend(values.size(slot));
    return values.text(slot);
  }

  private items(slot: number, values: Values): string[] {
    this.budget.spend(values.size(slot) << 2);
    return values.items(slot);
  }
}

function append(nodes: Node[], text: string): void {
  if (text === "") return;
  const last = nodes.length - 1;
  const before = nodes[last];
  if (typeof before === "string") nodes[last] = before + text;
  else nodes.push(text);
}
