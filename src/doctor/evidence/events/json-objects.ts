const LONGEST = 1 << 22;
const OPEN = 123;
const CLOSE = 125;
const QUOTE = 34;
const BACKSLASH = 92;
const LINE = 10;

/** Finds the outermost objects of JSON that comes in pieces: in lines, in an array, or one alone. */
export class JsonObjects {
  /** Objects that are no JSON, or too long. */
  broken = 0;
  private text = "";
  private at = 0;
  private line: number;
  private start = -1;
  private startLine = 1;
  private depth = 0;
  private inText = false;

  constructor(firstLine = 1) {
    this.line = firstLine;
  }

  /** The line that is being read. */
  get currentLine(): number {
    return this.line;
  }

  /** Whether a piece of an object is waiting for its end. */
  get waiting(): boolean {
    return this.start >= 0;
  }

  /** Takes a piece of text, and hands on each object that is complete with the line it begins on. */
  read(piece: string, take: (value: unknown, line: number) => void): void {
    this.forget();
    this.text += piece;
    const { text } = this;
    for (; this.at < text.length; this.at++) {
      const code = text.charCodeAt(this.at);
      if (code === LINE) this.line += 1;
      if (this.inText) {
        if (code === BACKSLASH) this.at += 1;
        else if (code === QUOTE) this.inText = false;
        continue;
      }
      if (code === QUOTE) this.inText = this.depth > 0;
      else if (code === OPEN) {
        if (this.depth === 0) [this.start, this.startLine] = [this.at, this.line];
        this.depth += 1;
      } else if (code === CLOSE && this.depth > 0) {
        this.depth -= 1;
        if (this.depth === 0) this.complete(take);
      }
    }
    if (this.start >= 0 && text.length - this.start > LONGEST) this.giveUp();
  }

  private complete(take: (value: unknown, line: number) => void): void {
    const json = this.text.slice(this.start, this.at + 1);
    this.start = -1;
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch {
      this.broken += 1;
      return;
    }
    take(value, this.startLine);
  }

  private giveUp(): void {
    this.broken += 1;
    this.start = -1;
    this.depth = 0;
    this.inText = false;
  }

  private forget(): void {
    const from = this.start >= 0 ? this.start : this.at;
    this.text = this.text.slice(from);
    this.at -= from;
    if (this.start >= 0) this.start = 0;
  }
}
