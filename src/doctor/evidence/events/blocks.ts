import type { TextLine } from "../text.ts";
import { wrapColumn } from "../wrap.ts";
import { levelOf } from "./columns.ts";
import { infoLineAt } from "./info-lines.ts";
import { type LabelledLine, type LabelName, labelOf } from "./labels.ts";
import { blank, type RawEvent } from "./raw-event.ts";
import { eventTime } from "./stamp.ts";

/** An event found in a text, with the numbers of its lines. */
export interface TextEvent {
  readonly event: RawEvent;
  readonly lines: readonly number[];
}

const MESSAGE_LINES = 120;
const STRANGE_LINES = 3;
/** What comes after a blank line within messages of licensing. */
const GOES_ON =
  /^(?:Application ?Id|Licensing Status|Info|hr ?=|0x[0-9a-f]|RuleId|Parameters|Command-line|\d{1,3}: [0-9a-f]{8}-)/i;
const PROMPT = /^(?:PS )?[A-Z]:\\[^>]{0,200}>|^PS>|^[$#] /;

/**
 * Events written as labels with values, the message after them: Event Viewer's "copy as text" in several languages, and
 * `Format-List`. Lines may be wrapped, labels may be missing.
 */
export function* eventBlocks(lines: readonly TextLine[]): Generator<TextEvent> {
  const columns = {
    list: wrapColumn(lines.filter(({ text }) => /^ {8}|^.{1,40} : /.test(text)).map(({ text }) => text)),
    plain: wrapColumn(lines.map(({ text }) => text)),
  };
  let block: Block | undefined;
  for (const line of lines) {
    const label = labelOf(line.text);
    if (block !== undefined && (label === undefined ? !block.goesOn(line) : block.isNew(label))) {
      yield* block.event(columns);
      block = undefined;
    }
    if (label !== undefined && (block === undefined || !block.isMessage(label))) {
      block ??= new Block();
      block.label(label, line);
    } else block?.add(line);
  }
  if (block !== undefined) yield* block.event(columns);
}

/** Where lines may have been broken, in what `Format-List` prints and elsewhere. */
interface WrapColumns {
  readonly list: number;
  readonly plain: number;
}

interface MessageLine {
  readonly text: string;
  readonly number: number;
  /** Columns of the line in its file. */
  readonly width: number;
}

/** The lines of one event. */
class Block {
  private readonly values = new Map<LabelName, string>();
  private readonly numbers: number[] = [];
  private message: MessageLine[] = [];
  private inMessage = false;
  private list = false;
  private indent = 0;
  private afterBlank = false;
  private strange = 0;

  /** Whether this label can only be that of another event. */
  isNew({ name, list, indent }: LabelledLine): boolean {
    if (this.isContinuation(indent)) return false;
    if (this.inMessage && !this.list) return true;
    if (list !== this.list && this.values.size > 0) return true;
    if (name === "channel" && !list) return this.values.size > 0;
    return name !== "other" && this.values.has(name);
  }

  /** Whether what looks like a label is a line of the message. */
  isMessage({ indent }: LabelledLine): boolean {
    return this.isContinuation(indent);
  }

  /** Whether a line without a label is still of this event. */
  goesOn({ text }: TextLine): boolean {
    if (text.trim() === "") return true;
    if (PROMPT.test(text)) return false;
    if (this.message.length >= MESSAGE_LINES) return false;
    const indent = text.length - text.trimStart().length;
    if (!this.inMessage) return this.values.has("id") || this.strange < STRANGE_LINES;
    if (this.list && indent > this.indent + 4) return true;
    return !this.afterBlank || this.message.length === 0 || GOES_ON.test(text.trim());
  }

  label({ name, value, list, indent }: LabelledLine, { number, text }: TextLine): void {
    if (this.numbers.length === 0) [this.list, this.indent] = [list, indent];
    this.numbers.push(number);
    this.inMessage = name === "message";
    this.afterBlank = false;
    if (name === "message") this.message = value === "" ? [] : [{ text: value, number, width: text.length }];
    else if (name !== "other") this.values.set(name, value);
  }

  add({ text, number }: TextLine): void {
    const line = text.trim();
    if (line === "") {
      this.afterBlank = true;
      return;
    }
    if (!this.inMessage && this.list && text.startsWith("    ")) {
      this.numbers.push(number);
      return;
    }
    if (!this.inMessage && this.values.has("id")) this.inMessage = true;
    if (this.inMessage) {
      this.message.push({ text: line, number, width: text.length });
      this.numbers.push(number);
    } else this.strange += 1;
    this.afterBlank = false;
  }

  /** The event, if the lines have the id of one; lines were broken at the columns, if anywhere. */
  *event(columns: WrapColumns): Generator<TextEvent> {
    const { values, numbers } = this;
    const id = /^\D{0,3}(\d{1,5})$/.exec(values.get("id") ?? "")?.[1];
    const [first] = numbers;
    if (id === undefined || first === undefined) return;
    const record = values.get("record") ?? "";
    const event: RawEvent = {
      ...blank,
      id: Number(id),
      provider: values.get("provider") ?? "",
      channel: values.get("channel") ?? "",
      computer: computerOf(values.get("computer") ?? ""),
      level: levelOf(values.get("level") ?? ""),
      record: /^\d{1,9}$/.test(record) ? Number(record) : 0,
      time: eventTime(values.get("time") ?? ""),
      ...this.text(Number(id), this.list ? columns.list : columns.plain),
    };
    yield { event, lines: numbers };
  }

  private isContinuation(indent: number): boolean {
    return this.list && this.inMessage && indent > this.indent + 4;
  }

  /** The message with its Info line, and with words that were broken at the column, in one piece; and its line. */
  private text(id: number, column: number): Pick<RawEvent, "message" | "line"> {
    const texts = this.message.map(({ text }) => text);
    const lines: string[] = [];
    let line = this.message[0]?.number ?? this.numbers[0] ?? 0;
    for (let at = 0; at < texts.length; at++) {
      const text = texts[at] ?? "";
      const info = infoLineAt(texts, at, id);
      const last = lines.at(-1);
      if (info !== undefined) {
        line = this.message[at]?.number ?? line;
        lines.push(info.info);
        at += info.lines - 1;
      } else if (last !== undefined && isBroken(last, text, this.message[at - 1]?.width ?? 0, column)) {
        const isBlankLost = (this.message[at - 1]?.width ?? 0) < column;
        lines[lines.length - 1] = `${last}${isBlankLost ? " " : ""}${text}`;
      } else lines.push(text);
    }
    return { message: lines.join("\n"), line };
  }
}

/** Whether a line was broken in two by the width of a console: it fills it, and does not end as a sentence does. */
function isBroken(line: string, next: string, width: number, column: number): boolean {
  if (column === 0 || width < column - 1 || /[.:。：]$/.test(line)) return false;
  return !/^(?:hr ?=|0x|RuleId=|Info|\d{1,3}: )/i.test(next);
}

/** A name, not the blank or the words that somebody put in its place. */
function computerOf(value: string): string {
  return /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,254}$/u.test(value) ? value : "";
}
