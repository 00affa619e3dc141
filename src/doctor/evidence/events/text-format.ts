import type { Collector } from "../collector.ts";
import type { TextFormat } from "../format.ts";
import type { EvidenceText, TextLine } from "../text.ts";
import { eventBlocks, type TextEvent } from "./blocks.ts";
import { infoLineAt } from "./info-lines.ts";
import { Intake } from "./intake.ts";
import { jsonEvents } from "./json-event.ts";
import { JsonObjects } from "./json-objects.ts";
import { concernOf } from "./providers.ts";
import { blank } from "./raw-event.ts";
import { eventLines } from "./table-lines.ts";
import { EventElements } from "./xml-format.ts";

/** Events that somebody pasted: as JSON or XML, with labels, in tables, as bare Info lines. */
export const eventTextFormat: TextFormat = {
  read(text: EvidenceText, collector: Collector) {
    const understood = new Set([...jsonIn(text, collector), ...xmlIn(text, collector)]);
    const rest = () => text.lines.filter(({ number }) => !understood.has(number));
    const intake = new Intake(collector, text.file, "event-text", true);
    const take = ({ event, lines }: TextEvent) => {
      if (event.id > 0) {
        if (concernOf(event) === undefined && event.provider === "") return;
        intake.take(event);
      }
      for (const line of lines) understood.add(line);
    };
    for (const find of [eventBlocks, eventLines, bareInfos])
      for (const event of [...find(rest())]) take(event);
    if (!intake.empty) intake.finish();
    return understood;
  },
};

const SENTENCE = /activation re(?:quest|sponse)|アクティブ化|ライセンス認証|^\s*(?:Info|情報)\s?[:：]/i;

/** Info lines without an event around them, and the sentences that Windows puts before them. */
function* bareInfos(lines: readonly TextLine[]): Generator<TextEvent> {
  const texts = lines.map(({ text }) => text);
  for (let at = 0; at < lines.length; at++) {
    const found = infoLineAt(texts, at);
    const first = lines[at];
    if (found === undefined || first === undefined) continue;
    const own = lines.slice(at, at + found.lines).map(({ number }) => number);
    for (let before = at - 1; before >= at - 3 && before >= 0 && SENTENCE.test(texts[before] ?? ""); before--)
      own.push(lines[before]?.number ?? 0);
    yield { event: { ...blank, id: found.id, line: first.number, data: [found.info] }, lines: own };
    at += found.lines - 1;
  }
}

function jsonIn({ file, lines }: EvidenceText, collector: Collector): number[] {
  const start = lines.findIndex(({ text }) => /^\s*(?:\[\s*)?\{\s*(?:"|$)/.test(text));
  if (start < 0 || !lines.slice(start).some(({ text }) => /"(?:event_?id|id)"\s*:/i.test(text))) return [];
  const intake = new Intake(collector, file, "event-json", true);
  const objects = new JsonObjects(start + 1);
  const understood: number[] = [];
  const take = (value: unknown, line: number) => {
    const events = [...jsonEvents(value, line)].filter((event) => intake.take(event));
    if (events.length > 0) for (let at = line; at <= objects.currentLine; at++) understood.push(at);
  };
  objects.read(textFrom(lines, start), take);
  if (!intake.empty) intake.finish();
  return understood;
}

function xmlIn({ file, lines }: EvidenceText, collector: Collector): number[] {
  const start = lines.findIndex(({ text }) => /<(?:\w{1,40}:)?Event[\s>]/.test(text));
  if (start < 0) return [];
  const intake = new Intake(collector, file, "event-xml", true);
  const elements = new EventElements(start + 1);
  elements.read(textFrom(lines, start), intake);
  elements.end(intake);
  const last = lines.findLastIndex(({ text }) => /<\/(?:\w{1,40}:)?Events?>/.test(text));
  if (intake.empty) return [];
  intake.finish();
  return lines.slice(start, Math.max(start, last) + 1).map(({ number }) => number);
}

/** The lines from one on, in one piece: in many, what has no end would be looked through again with each. */
function textFrom(lines: readonly TextLine[], start: number): string {
  return `${lines
    .slice(start)
    .map(({ text }) => text)
    .join("\n")}\n`;
}
