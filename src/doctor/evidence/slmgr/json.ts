/** A value of a JSON text, with where it stands in it. */
export type JsonNode = JsonObject | JsonList | JsonLeaf;

export interface JsonObject {
  readonly kind: "object";
  readonly start: number;
  /** By name in lower case; `start` of a member is where its name begins, `end` is behind its value. */
  readonly members: ReadonlyMap<
    string,
    { readonly node: JsonNode; readonly start: number; readonly end: number }
  >;
}

export interface JsonList {
  readonly kind: "list";
  readonly start: number;
  readonly items: readonly JsonNode[];
}

export interface JsonLeaf {
  readonly kind: "leaf";
  readonly start: number;
  readonly value: string | number | boolean | null;
}

/** Deeper than anything that PowerShell writes by itself. */
const DEEPEST = 24;
const BLANK = /[ \t\r\n\u00a0]*/y;
const STRING = /"(?:[^"\\\n]|\\.)*"/y;
const WORD = /[-+.\w]+/y;

/**
 * The JSON value that begins at an offset, and the offset behind it. A text that breaks off gives what there is until
 * then; undefined when there is no value, or a list or object that is none.
 */
export function jsonAt(text: string, start: number): { node: JsonNode; end: number } | undefined {
  const parser = new Parser(text, start);
  const node = parser.value(0);
  return node === undefined ? undefined : { node, end: parser.at };
}

/** Every object in a value, from the outermost in, in their order. */
export function* objectsIn(node: JsonNode): Generator<JsonObject> {
  if (node.kind === "leaf") return;
  if (node.kind === "object") yield node;
  const inner =
    node.kind === "list" ? node.items : Array.from(node.members.values(), (member) => member.node);
  for (const one of inner) yield* objectsIn(one);
}

class Parser {
  at: number;
  private readonly text: string;

  constructor(text: string, start: number) {
    this.text = text;
    this.at = start;
  }

  value(depth: number): JsonNode | undefined {
    this.take(BLANK);
    const start = this.at;
    const first = this.text[start];
    if (depth > DEEPEST) return undefined;
    if (first === "{") return this.object(start, depth);
    if (first === "[") return this.list(start, depth);
    if (first === '"') {
      const value = this.string();
      return value === undefined ? undefined : { kind: "leaf", start, value };
    }
    const word = this.take(WORD);
    return word === "" ? undefined : { kind: "leaf", start, value: leaf(word) };
  }

  private object(start: number, depth: number): JsonObject | undefined {
    const members = new Map<string, { node: JsonNode; start: number; end: number }>();
    this.at += 1;
    for (let isFirst = true; ; isFirst = false) {
      if (this.closes("}")) break;
      if (!isFirst && !this.passes(",")) break;
      this.take(BLANK);
      const nameAt = this.at;
      const name = this.string();
      if (name === undefined || !this.passes(":")) break;
      const node = this.value(depth + 1);
      if (node === undefined) break;
      members.set(name.toLowerCase(), { node, start: nameAt, end: this.at });
    }
    return members.size === 0 && this.at - start > 2 ? undefined : { kind: "object", start, members };
  }

  private list(start: number, depth: number): JsonList | undefined {
    const items: JsonNode[] = [];
    this.at += 1;
    for (let isFirst = true; ; isFirst = false) {
      if (this.closes("]")) break;
      if (!isFirst && !this.passes(",")) break;
      const node = this.value(depth + 1);
      if (node === undefined) break;
      items.push(node);
    }
    return { kind: "list", start, items };
  }

  private string(): string | undefined {
    const literal = this.take(STRING);
    if (literal === "") return undefined;
    try {
      return JSON.parse(literal) as string;
    } catch {
      return literal.slice(1, -1);
    }
  }

  private closes(sign: string): boolean {
    this.take(BLANK);
    return this.passes(sign);
  }

  private passes(sign: string): boolean {
    this.take(BLANK);
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }
}

function leaf(word: string): string | number | boolean | null {
  if (word === "true" || word === "false") return word === "true";
  if (word === "null") return null;
  const number = Number(word);
  return Number.isNaN(number) ? word : number;
}
