import { decode, encodingOf, type TextEncoding } from "./encoding.ts";

/** A text of the evidence, made readable: decoded, and its lines freed of what mail and terminals put before them. */
export interface EvidenceText {
  /** As in the report. */
  readonly file: string;
  /** The first line is at 0 here and has number 1 in places. */
  readonly lines: readonly TextLine[];
  /** What the bytes were. */
  readonly encoding: TextEncoding;
}

/** One line of a text. */
export interface TextLine {
  /** 1 for the first line of the file. */
  readonly number: number;
  /** Without its end, mail quoting (`> `), invisible marks, and trailing blanks; leading blanks stay. */
  readonly text: string;
}

/** Makes a text of bytes, whatever it is encoded in. */
export function readText(file: string, bytes: Uint8Array): EvidenceText {
  const encoding = encodingOf(bytes);
  const whole = visible(decode(bytes, encoding));
  const raw = whole.split(/\r*\n|\r/);
  const barred = raw.map((text) => /^ ?\| ?[^|]*$/.test(text));
  const lines = raw.map((text, at) => {
    const isQuoted = barred[at] === true && (barred[at - 1] === true || barred[at + 1] === true);
    return { number: at + 1, text: unquoted(isQuoted ? text.replace(/^ ?\| ?/, "") : text).trimEnd() };
  });
  return { file, lines, encoding };
}

/** What a terminal takes for a colour and does not show. */
const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]{0,16}[A-Za-z]`, "g");

/** Without colours, zero bytes and marks of writing direction; every kind of blank that does not break is a blank. */
function visible(text: string): string {
  return text
    .replace(COLOUR, "")
    .replace(/[\0\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, "")
    .replace(/[\u00a0\u2007\u202f\f\v]/g, " ");
}

function unquoted(text: string): string {
  return text.replace(/^ {0,2}(?:> ?)+/, "");
}
