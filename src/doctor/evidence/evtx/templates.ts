import {
  type AttributePart,
  definitionRange,
  type InstancePart,
  type Part,
  readBinXml,
  readProvider,
  Trace,
} from "./binxml.ts";
import type { Chunk } from "./chunk.ts";
import type { Filter } from "./filter.ts";
import { type EventPlan, type PayloadPlan, planEvent, planPayload } from "./plan.ts";
import { Damaged } from "./record.ts";
import { SeenTemplates } from "./seen.ts";

/** A template as the chunk defines it, with the plan by which its instances become events, if it is of the usual form. */
export interface Template {
  /** First four bytes of its GUID. */
  readonly id: number;
  readonly parts: readonly Part[];
  readonly event: EventPlan | undefined;
  readonly payload: PayloadPlan | undefined;
  /** Whether events of its provider are wanted; undefined if each record names the provider itself. */
  readonly wanted: boolean | undefined;
}

/** The templates of the chunk being read, by offset. Each is read once, and those that later chunks repeat not again. */
export class Templates {
  /** Set where offsets may belong to another chunk: then an instance's template must have the GUID it names. */
  suspect = false;
  private readonly chunk: Chunk;
  private readonly filter: Filter;
  private readonly known = new Map<number, Template | Damaged>();
  private readonly seen: SeenTemplates<Template>;

  constructor(chunk: Chunk, filter: Filter) {
    this.chunk = chunk;
    this.filter = filter;
    this.seen = new SeenTemplates(chunk);
  }

  /** Forgets the chunk before. */
  reset(): void {
    this.known.clear();
    this.suspect = false;
  }

  /** The template of an instance. */
  of(instance: InstancePart): Template {
    const template = this.at(instance.definition);
    if (this.suspect && template.id !== instance.id) throw new Damaged("template of another chunk");
    return template;
  }

  private at(offset: number): Template {
    const known = this.known.get(offset);
    if (known instanceof Damaged) throw known;
    if (known !== undefined) return known;
    try {
      const template = this.read(offset);
      this.known.set(offset, template);
      return template;
    } catch (error) {
      const damaged = error instanceof Damaged ? error : new Damaged("pointer outside its chunk");
      this.known.set(offset, damaged);
      throw damaged;
    }
  }

  private read(offset: number): Template {
    const { start, end } = definitionRange(this.chunk, offset);
    const id = this.chunk.view.getUint32(offset + 4, true);
    const seen = this.seen.find(id, start, end);
    if (seen !== undefined) return seen;
    const trace = new Trace();
    const template = this.parse(id, start, end, trace);
    this.seen.keep(id, start, end, trace, template);
    return template;
  }

  private parse(id: number, start: number, end: number, trace: Trace): Template {
    if (!this.filter.everySource) {
      const wanted = this.wanted(readProvider(this.chunk, start, end, trace));
      if (wanted === false) return { id, parts: [], event: undefined, payload: undefined, wanted };
      trace.names.length = 0;
      return { ...this.whole(id, start, end, trace), wanted };
    }
    return this.whole(id, start, end, trace);
  }

  private whole(id: number, start: number, end: number, trace: Trace): Template {
    const parts = readBinXml(this.chunk, start, end, true, trace);
    return { id, parts, event: planEvent(parts), payload: planPayload(parts), wanted: true };
  }

  private wanted(provider: readonly AttributePart[] | undefined): boolean | undefined {
    if (provider === undefined) return undefined;
    const names: string[] = [];
    for (const { name, parts } of provider) {
      if (name !== "Name" && name !== "EventSourceName") continue;
      const text = parts[0];
      if (parts.length !== 1 || typeof text !== "string") return undefined;
      names.push(text);
    }
    return this.filter.source(names[0], names[1]);
  }
}
