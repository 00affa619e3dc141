import type { Trace } from "./binxml.ts";
import type { Chunk } from "./chunk.ts";

/** Bytes of templates kept at most, and layouts of one of them; beyond, what was kept is forgotten. */
const mostBytes = 1 << 20;
const mostLayouts = 16;

/** Bytes that gave a result in an earlier chunk. */
interface Seen<T> {
  readonly result: T;
  /** Bytes from the start of the definition to its end, of which those up to `words` were read. */
  readonly size: number;
  readonly words: Uint32Array;
  /** Ones where a bit counts, zeros over the offsets of names and in the links between them. */
  readonly masks: Uint32Array;
  /** Offsets of names, from the start. */
  readonly offsets: readonly number[];
  /** The names; undefined for one that is written in place, among the words. */
  readonly names: readonly (string | undefined)[];
}

/**
 * Results of reading templates, kept from chunk to chunk. Every chunk of a log repeats the templates of the one before,
 * only the offsets of names differ. A result is used again when all other bytes are the same and the names too.
 */
export class SeenTemplates<T> {
  private readonly chunk: Chunk;
  private readonly byId = new Map<number, Seen<T>[]>();
  private bytes = 0;

  constructor(chunk: Chunk) {
    this.chunk = chunk;
  }

  /** What the bytes from `start` to `end` gave before, if they are known. */
  find(id: number, start: number, end: number): T | undefined {
    const candidates = this.byId.get(id);
    if (candidates === undefined) return undefined;
    for (const seen of candidates) {
      if (seen.size === end - start && this.sameBytes(seen, start) && this.sameNames(seen, start))
        return seen.result;
    }
    return undefined;
  }

  /** Keeps what the bytes from `start` to `end` gave. */
  keep(id: number, start: number, end: number, trace: Trace, result: T): void {
    if (!trace.portable) return;
    const { view } = this.chunk;
    const length = trace.end - start;
    const words = new Uint32Array((length + 3) >> 2);
    for (let i = 0; i < words.length; i++) words[i] = view.getUint32(start + 4 * i, true);
    const masks = new Uint32Array(words.length).fill(0xffffffff);
    const mask = new DataView(masks.buffer);
    for (let at = length; at < 4 * masks.length; at++) mask.setUint8(at, 0);
    const names = trace.names.map((at) => {
      const offset = view.getUint32(at, true);
      mask.setUint32(at - start, 0);
      if (offset !== at + 4) return this.chunk.name(offset);
      mask.setUint32(at + 4 - start, 0);
      return undefined;
    });
    this.bytes += 8 * words.length;
    if (this.bytes > mostBytes) {
      this.byId.clear();
      this.bytes = 8 * words.length;
    }
    const seen = {
      result,
      size: end - start,
      words,
      masks,
      offsets: trace.names.map((at) => at - start),
      names,
    };
    const others = this.byId.get(id);
    if (others === undefined || others.length === mostLayouts) this.byId.set(id, [seen]);
    else others.push(seen);
  }

  private sameBytes({ words, masks }: Seen<T>, start: number): boolean {
    const { view } = this.chunk;
    let different = 0;
    for (let i = 0; i < words.length; i++) {
      different |= (view.getUint32(start + 4 * i, true) ^ (words[i] ?? 0)) & (masks[i] ?? 0);
    }
    return different === 0;
  }

  private sameNames({ offsets, names }: Seen<T>, start: number): boolean {
    const { chunk } = this;
    for (let i = 0; i < offsets.length; i++) {
      const at = start + (offsets[i] ?? 0);
      const offset = chunk.view.getUint32(at, true);
      const name = names[i];
      if ((offset === at + 4) !== (name === undefined)) return false;
      if (name !== undefined && chunk.name(offset) !== name) return false;
    }
    return true;
  }
}
