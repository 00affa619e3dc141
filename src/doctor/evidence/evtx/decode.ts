import { readInstance } from "./binxml.ts";
import type { Chunk } from "./chunk.ts";
import { eventOf, noPayload, type Payload, payloadOf } from "./event.ts";
import { Budget, Expander } from "./expand.ts";
import type { Filter } from "./filter.ts";
import { numberOf, Values } from "./instance.ts";
import type { EventPlan, Field, PayloadPlan } from "./plan.ts";
import { Damaged, type EvtxRecord } from "./record.ts";
import { Templates } from "./templates.ts";
import { Clock } from "./time.ts";
import { array, binXml } from "./value.ts";

const fragmentHeader = 0x0001010f;
const instanceToken = 0x0c;

/** Bytes of a record before its BinXML: signature, size, number, FILETIME. */
const recordHeader = 24;

/**
 * Decodes records of one chunk. Nearly all are instances of one `<Event>` template with one `<EventData>` template
 * inside; those go by plans made once a chunk, everything else is expanded element by element.
 */
export class Decoder {
  readonly templates: Templates;
  private readonly chunk: Chunk;
  private readonly filter: Filter;
  private readonly budget = new Budget();
  private readonly expander: Expander;
  private readonly outer: Values;
  private readonly inner: Values;
  private readonly written = new Clock();
  private readonly created = new Clock();
  private keywordsLow = 0;
  private keywordsHigh = 0;
  private keywordsText = "0x0";

  constructor(chunk: Chunk, filter: Filter) {
    this.chunk = chunk;
    this.filter = filter;
    this.templates = new Templates(chunk, filter);
    this.expander = new Expander(chunk, this.templates, this.budget);
    this.outer = new Values(chunk);
    this.inner = new Values(chunk);
  }

  /** The bytes of the chunk have been replaced. */
  reset(): void {
    this.templates.reset();
    this.budget.nextChunk();
  }

  /**
   * The event of the record at `start`, whose BinXML ends before `end`; undefined if the filter leaves it out.
   * Throws {@link Damaged}, and RangeError where an offset leads out of the chunk.
   */
  record(start: number, end: number, fileRecord: number, offset: number): EvtxRecord | undefined {
    const { view } = this.chunk;
    const body = start + recordHeader;
    this.budget.nextRecord();
    if (view.getUint32(body, true) === fragmentHeader && view.getUint8(body + 4) === instanceToken) {
      const instance = readInstance(this.chunk, body + 4);
      const template = this.templates.of(instance);
      if (template.wanted === false) return undefined;
      if (template.event !== undefined) {
        this.outer.read(instance.values, end);
        return this.planned(template.event, template.wanted, start, fileRecord, offset);
      }
    }
    const root = this.expander.binXml(body, end).find((node) => typeof node === "object");
    const event = eventOf(root, { offset, fileRecord, clock: this.header(start) });
    return this.filter.event(event) ? event : undefined;
  }

  private planned(
    plan: EventPlan,
    wanted: boolean | undefined,
    start: number,
    fileRecord: number,
    offset: number,
  ): EvtxRecord | undefined {
    const { system } = plan;
    const id = this.number(system.id);
    if (id === undefined) throw new Damaged("not an event");
    if (!this.filter.id(id)) return undefined;
    const provider = this.text(system.provider) ?? "";
    const eventSource = this.text(system.eventSource);
    if (wanted === undefined && !this.filter.source(provider, eventSource)) return undefined;
    const payload = this.payload(plan.payload);
    const clock = this.time(system.time) ? this.created : this.header(start);
    return {
      kind: "record",
      record: this.recordId(system.record) ?? fileRecord,
      fileRecord,
      offset,
      time: clock.iso,
      milliseconds: clock.milliseconds,
      provider,
      providerGuid: this.text(system.providerGuid),
      eventSource,
      id,
      qualifiers: this.number(system.qualifiers),
      version: this.number(system.version),
      level: this.number(system.level),
      task: this.number(system.task),
      opcode: this.number(system.opcode),
      keywords: this.keywords(system.keywords),
      processId: this.number(system.processId),
      threadId: this.number(system.threadId),
      activityId: this.text(system.activityId),
      relatedActivityId: this.text(system.relatedActivityId),
      channel: this.text(system.channel) ?? "",
      computer: this.text(system.computer) ?? "",
      userId: this.text(system.userId),
      data: payload.data,
      named: payload.named,
      binary: payload.binary,
      userData: payload.userData,
      message: payload.message,
    };
  }

  /** The payload in value number `slot`, which is BinXML or null. */
  private payload(slot: number): Payload {
    if (slot === -1 || this.outer.type(slot) !== binXml || this.outer.size(slot) < 5) return noPayload;
    const start = this.outer.offset(slot);
    const end = start + this.outer.size(slot);
    const { view } = this.chunk;
    const body = view.getUint32(start, true) === fragmentHeader ? start + 4 : start;
    if (view.getUint8(body) === instanceToken) {
      const instance = readInstance(this.chunk, body);
      const plan = this.templates.of(instance).payload;
      if (plan !== undefined) {
        this.inner.read(instance.values, end);
        const payload = this.plannedPayload(plan);
        if (payload !== undefined) return payload;
      }
    }
    return payloadOf(this.expander.binXml(start, end));
  }

  /** `<EventData>` by its plan; undefined if a value turns out to be BinXML. */
  private plannedPayload(plan: PayloadPlan): Payload | undefined {
    const values = this.inner;
    const data: string[] = [];
    let named: Record<string, string> | undefined;
    let binary: string | undefined;
    for (const item of plan) {
      const { slot, name } = item;
      const type = slot === -1 ? 0 : values.type(slot);
      this.budget.spend(slot === -1 ? 0 : values.size(slot));
      if (type === binXml) return undefined;
      if (slot !== -1 && type === 0 && item.optional) continue;
      if (item.binary) {
        binary ??= (slot === -1 ? item.text : values.text(slot)) || undefined;
        continue;
      }
      const first = data.length;
      if (slot === -1) data.push(item.text ?? "");
      else if ((type & array) === 0) data.push(values.text(slot));
      else for (const text of values.items(slot)) data.push(text);
      if (name === undefined) continue;
      named ??= Object.create(null) as Record<string, string>;
      if (!(name in named)) named[name] = data[first] ?? "";
    }
    return { data, named: named ?? noPayload.named, binary, userData: undefined, message: undefined };
  }

  private text(field: Field): string | undefined {
    return (field.slot === -1 ? field.text : this.outer.text(field.slot)) || undefined;
  }

  private number(field: Field): number | undefined {
    return field.slot === -1 ? numberOf(field.text) : this.outer.number(field.slot);
  }

  /** EventRecordID, exact up to 2 to the 53rd. */
  private recordId(field: Field): number | undefined {
    const { slot } = field;
    if (slot === -1 || this.outer.type(slot) !== 0x0a || this.outer.size(slot) !== 8)
      return this.number(field);
    const at = this.outer.offset(slot);
    return this.chunk.view.getUint32(at + 4, true) * 4294967296 + this.chunk.view.getUint32(at, true);
  }

  /** Neighbours mostly have the same keywords, so the last text is kept. */
  private keywords(field: Field): string | undefined {
    const { slot } = field;
    if (slot === -1 || this.outer.type(slot) !== 0x15 || this.outer.size(slot) !== 8) return this.text(field);
    const at = this.outer.offset(slot);
    const low = this.chunk.view.getUint32(at, true);
    const high = this.chunk.view.getUint32(at + 4, true);
    if (low !== this.keywordsLow || high !== this.keywordsHigh) {
      this.keywordsText = this.outer.text(slot);
      this.keywordsLow = low;
      this.keywordsHigh = high;
    }
    return this.keywordsText;
  }

  private time(field: Field): boolean {
    const { slot } = field;
    if (slot === -1 || this.outer.type(slot) !== 0x11 || this.outer.size(slot) !== 8) {
      return this.created.text(this.text(field) ?? "");
    }
    this.readFileTime(this.created, this.outer.offset(slot));
    return true;
  }

  private header(start: number): Clock {
    this.readFileTime(this.written, start + 16);
    return this.written;
  }

  private readFileTime(clock: Clock, at: number): void {
    clock.fileTime(this.chunk.view.getUint32(at, true), this.chunk.view.getUint32(at + 4, true));
  }
}
