import type { Collector } from "../collector.ts";
import type { StreamFormat } from "../format.ts";
import type { EvidenceSource } from "../source.ts";
import { decoded, headText } from "./decode.ts";
import { readEventElement } from "./event-element.ts";
import { Intake } from "./intake.ts";
import { concernOf } from "./providers.ts";

const FIRST = /<(?:(\w{1,40}):)?Event[\s>]/;
const LONGEST = 1 << 20;

/** Windows Event XML, as Event Viewer, `wevtutil qe /f:xml` and `muster events --xml` write it, however large. */
export const xmlFormat: StreamFormat = {
  recognises(head) {
    const text = headText(head).replace(/^[\uFEFF\s]+/, "");
    return text.startsWith("<") && FIRST.test(text) && /<(?:\w{1,40}:)?System[\s>]/.test(text);
  },

  async read(source: EvidenceSource, collector: Collector) {
    const intake = new Intake(collector, source.name, "event-xml", false);
    const elements = new EventElements();
    try {
      for await (const piece of decoded(source.bytes())) elements.read(piece, intake);
      elements.end(intake);
    } catch (error) {
      intake.note(`could not be read to its end: ${error instanceof Error ? error.message : "unknown"}`);
    }
    intake.finish();
  },
};

/** Finds the `<Event>` elements in a text that comes in pieces. */
export class EventElements {
  private text = "";
  private opening = "<Event";
  private closing = "</Event>";
  private line: number;
  private known = false;
  private damaged = 0;

  constructor(firstLine = 1) {
    this.line = firstLine;
  }

  /** Takes a piece, and hands on the events that are complete. */
  read(piece: string, intake: Intake): void {
    this.text = this.text === "" ? piece : this.text + piece;
    if (!this.known) this.findPrefix();
    const { text, opening, closing } = this;
    let used = 0;
    let end = -2;
    for (;;) {
      const start = this.startOf(opening, used);
      if (start < 0) {
        used = Math.max(used, text.length - opening.length);
        break;
      }
      // Looked for once, however many openings come before it.
      if (end !== -1 && end < start) end = text.indexOf(closing, start);
      if (end === -1 && text.length - start <= LONGEST) {
        used = start;
        break;
      }
      this.countLines(used, start);
      if (end === -1 || end - start > LONGEST) {
        this.damaged += 1;
        used = start + opening.length;
        continue;
      }
      used = end + closing.length;
      this.event(text.slice(start, used), intake);
      this.countLines(start, used);
    }
    if (used > 0) this.text = text.slice(used);
    this.nextBreak = -2;
  }

  /** There is no more: an event may have been cut off. */
  end(intake: Intake): void {
    const start = this.startOf(this.opening, 0);
    if (start >= 0) {
      const rest = this.text.slice(start, start + LONGEST);
      const whole = /<\/(?:\w{1,40}:)?System>/.test(rest);
      if (whole) this.event(rest, intake);
      intake.note("the last event is cut off");
    }
    if (this.damaged > 0) intake.note(`${this.damaged} events have no end or could not be understood`);
  }

  private event(xml: string, intake: Intake): void {
    const event = readEventElement(xml);
    if (event === undefined) {
      this.damaged += 1;
      return;
    }
    if (concernOf(event) === undefined) intake.skip(1);
    else intake.take(event.record > 0 ? event : { ...event, line: this.line });
  }

  private startOf(opening: string, from: number): number {
    const { text } = this;
    for (let at = text.indexOf(opening, from); at >= 0; at = text.indexOf(opening, at + 1)) {
      const next = text.charCodeAt(at + opening.length);
      if (next <= 32 || next === 62) return at;
      if (Number.isNaN(next)) return at;
    }
    return -1;
  }

  private nextBreak = -2;

  private countLines(from: number, to: number): void {
    if (this.nextBreak === -1 || this.nextBreak >= to) return;
    let at = this.nextBreak >= from ? this.nextBreak : this.text.indexOf("\n", from);
    for (; at >= 0 && at < to; at = this.text.indexOf("\n", at + 1)) this.line += 1;
    this.nextBreak = at;
  }

  private findPrefix(): void {
    const match = FIRST.exec(this.text);
    if (match === null) return;
    this.known = true;
    if (match[1] === undefined) return;
    this.opening = `<${match[1]}:Event`;
    this.closing = `</${match[1]}:Event>`;
  }
}
