/** Longest row that is believed: one with more has a quote too many. */
const LONGEST = 1 << 18;
const QUOTE = 34;
const LINE = 10;
const RETURN = 13;
const SPACE = 32;

/** A row of a table in text, its fields still where they stand. */
export interface TableRow {
  /** Line on which it begins. */
  readonly line: number;
  readonly length: number;
  /** The field at this place, quotes taken away; `""` beyond the last. */
  field(at: number): string;
  /** The line on which this field begins. */
  lineOf(at: number): number;
}

/**
 * Reads rows of fields with a delimiter between them, fields with line ends in double quotes (RFC 4180), from text that
 * comes in pieces. A quote that nothing closes costs its line.
 */
export class RowReader {
  /** Lines at which quotes open that nothing closes, or at which the last row breaks off. */
  readonly broken: number[] = [];
  private resumed = true;
  private readonly delimiter: number;
  private text = "";
  private at = 0;
  private line = 1;
  private starts: number[] = [];
  private ends: number[] = [];
  private quoted: boolean[] = [];
  /** Line ends of the row before each field. */
  private above: number[] = [];
  private count = 0;

  constructor(delimiter: string) {
    this.delimiter = delimiter.charCodeAt(0);
  }

  /**
   * Takes a piece of text, and hands on its rows, each valid during the call only, until it is answered false. The last
   * piece is told of.
   */
  read(piece: string, take: (row: TableRow) => boolean, last = false): void {
    this.text = this.at === this.text.length ? piece : this.text.slice(this.at) + piece;
    this.at = 0;
    for (;;) {
      while (this.isBreak()) this.at += 1;
      if (this.at >= this.text.length) return;
      const line = this.line;
      const end = this.row(last);
      if (end < 0) {
        if (this.text.length - this.at <= LONGEST && !last) return;
        this.skipLine();
        continue;
      }
      this.at = end;
      this.resumed = true;
      if (!take({ line, length: this.count, field: this.fieldOf, lineOf: (at) => line + this.aboveOf(at) }))
        return;
    }
  }

  private isBreak(): boolean {
    const code = this.text.charCodeAt(this.at);
    if (code === LINE) this.line += 1;
    return code === LINE || code === RETURN;
  }

  /** Where the row at hand ends; -1 when its end is not there yet. */
  private row(last: boolean): number {
    const { text, delimiter } = this;
    let at = this.at;
    let breaks = 0;
    this.count = 0;
    for (;;) {
      let start = at;
      while (text.charCodeAt(start) === SPACE) start += 1;
      if (text.charCodeAt(start) === QUOTE) {
        let close = start;
        for (;;) {
          close = text.indexOf('"', close + 1);
          if (close < 0) return -1;
          if (text.charCodeAt(close + 1) !== QUOTE) break;
          close += 1;
        }
        if (close + 1 === text.length && !last) return -1;
        const before = breaks;
        for (
          let each = text.indexOf("\n", start);
          each >= 0 && each < close;
          each = text.indexOf("\n", each + 1)
        )
          breaks += 1;
        this.put(start + 1, close, true, before);
        at = close + 1;
        while (at < text.length && !this.isEnd(text.charCodeAt(at))) at += 1;
      } else {
        while (at < text.length && !this.isEnd(text.charCodeAt(at))) at += 1;
        this.put(start, at, false, breaks);
      }
      if (at >= text.length) {
        if (!last) return -1;
        this.line += breaks;
        return at;
      }
      if (text.charCodeAt(at) !== delimiter) {
        this.line += breaks;
        return at;
      }
      at += 1;
    }
  }

  private isEnd(code: number): boolean {
    return code === this.delimiter || code === LINE || code === RETURN;
  }

  private put(start: number, end: number, quoted: boolean, above: number): void {
    if (this.count >= 256) return;
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.quoted[this.count] = quoted;
    this.above[this.count] = above;
    this.count += 1;
  }

  private readonly aboveOf = (at: number): number => (at < this.count ? (this.above[at] ?? 0) : 0);

  private readonly fieldOf = (at: number): string => {
    if (at < 0 || at >= this.count) return "";
    const text = this.text.slice(this.starts[at], this.ends[at]);
    return this.quoted[at] ? (text.includes('""') ? text.replaceAll('""', '"') : text) : text.trim();
  };

  private skipLine(): void {
    const next = this.text.indexOf("\n", this.at);
    this.at = next < 0 ? this.text.length : next;
    if (this.resumed && this.broken.length < 1000) this.broken.push(this.line);
    this.resumed = false;
  }
}
