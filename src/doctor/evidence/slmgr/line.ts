import { withoutFullKeys } from "../full-keys.ts";
import type { Fact, Place } from "../place.ts";
import type { TextLine } from "../text.ts";
import { columns, joined, mayContinue } from "../wrap.ts";
import { isSentence, labelOf } from "./labels.ts";

/** A line as it was printed, whatever a console or a mail broke it into. */
export interface WholeLine {
  readonly text: string;
  /** Numbers of the lines that it stands in. */
  readonly numbers: readonly number[];
  readonly at: Place;
}

/** How wide consoles are, and one less for a blank that was trimmed or for those that leave the last column free. */
const WIDTHS: ReadonlySet<number> = new Set([79, 80, 99, 100, 119, 120]);
const NARROWEST = 60;
/** A word as long as this is moved to the next line, however short that leaves the line. */
const LONG_WORD = 20;
/** Lines before and after one that show where the text was broken. */
const AROUND = 30;
/** Lines that one printed line may take. */
const MOST = 12;

/** Joins the lines that were broken at a column. Blank lines are kept: they end a line for certain. */
export function wholeLines(file: string, lines: readonly TextLine[]): WholeLine[] {
  const widths = lines.map(({ text }) => columns(text));
  const measures = { widths, widest: widestAround(widths) };
  const whole: WholeLine[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const first = lines[at] as TextLine;
    let { text } = first;
    const numbers = [first.number];
    while (numbers.length < MOST && goesOn(text, lines, measures, at)) {
      const width = widths[at] ?? 0;
      const column = Math.max(width, breakColumn(measures, at));
      at += 1;
      const next = lines[at] as TextLine;
      text = joined(text, next.text, column, width);
      numbers.push(next.number);
    }
    const quote = withoutFullKeys(text.trim());
    whole.push({ text, numbers, at: { file, line: first.number, record: 0, quote } });
  }
  return whole;
}

/** A value of a line. */
export function fact<T>(line: WholeLine, value: T): Fact<T> {
  return { value, at: line.at };
}

/** Widths of lines, and of the widest around each. */
interface Measures {
  readonly widths: readonly number[];
  readonly widest: readonly number[];
}

/** The greatest of the numbers around each, in one go. */
function widestAround(widths: readonly number[]): number[] {
  const queue: number[] = [];
  let head = 0;
  const widest: number[] = [];
  for (let at = 0; at < widths.length + AROUND; at += 1) {
    const width = widths[at];
    if (width !== undefined) {
      while (queue.length > head && (widths[queue.at(-1) ?? 0] ?? 0) <= width) queue.pop();
      queue.push(at);
    }
    while (head < queue.length && (queue[head] ?? 0) < at - 2 * AROUND) head += 1;
    if (at >= AROUND) widest.push(widths[queue[head] ?? 0] ?? 0);
  }
  return widest;
}

/** The column that the lines around were broken at; where they differ, the widest. */
function breakColumn({ widths, widest }: Measures, at: number): number {
  const width = widths[at] ?? 0;
  if (!WIDTHS.has(width)) return widest[at] ?? 0;
  const around = widths.slice(Math.max(0, at - AROUND), at + AROUND + 1);
  return width % 2 === 1 && around.includes(width + 1) ? width + 1 : width;
}

function goesOn(text: string, lines: readonly TextLine[], measures: Measures, at: number): boolean {
  const line = lines[at]?.text ?? "";
  const next = lines[at + 1]?.text ?? "";
  if (line.trim() === "" || next.trim() === "") return false;
  if (breaksInside(text, next)) return true;
  const width = measures.widths[at] ?? 0;
  const word = /\S{1,512}/.exec(next)?.[0] ?? "";
  if ((width < NARROWEST && word.length < LONG_WORD) || /[.。]$/.test(text)) return false;
  if (!WIDTHS.has(width) && !mayContinue(line, next, breakColumn(measures, at), width)) return false;
  return startsNothing(text, next);
}

/** A URL, a GUID in brackets or the digits of an Installation ID that go on in the next line for certain. */
function breaksInside(line: string, next: string): boolean {
  const text = line.slice(-420);
  if (/https?:\/\/\S{20,400}$/.test(text))
    return /^\s*[^\s:：]{2,200}$/.test(next) && labelOf(next) === undefined;
  if (/\([0-9a-f-]{1,35}$/i.test(text)) return /^\s*[0-9a-f-]{1,35}\)/i.test(next);
  if (/[:：]$/.test(text) && /^\s*\d{40,63}$/.test(next)) return true;
  return /(?<!\d)\d{20,120}$/.test(text) && /^\s*\d{2,60}$/.test(next);
}

/** Whether a line is none that slmgr prints by itself. */
function startsNothing(text: string, next: string): boolean {
  const known = labelOf(next);
  if (known !== undefined && (known.colon || isSentence(known.field))) return false;
  if (
    labelOf(text) === undefined &&
    labelOf(text.slice(0, 200) + next.trimStart().slice(0, 200)) !== undefined
  )
    return true;
  if (/^\s*(?:[-=#*`<>]{2}|\S{1,60}>|Microsoft \(R\)|Copyright)/.test(next)) return false;
  if (/^ ?[\p{Ll}\d(）)]/u.test(next)) return true;
  return !/^\s{0,12}[\p{Lu}\p{Lo}][^:：]{0,90}[:：]/u.test(next) && !/^\s{2,}/.test(next);
}
