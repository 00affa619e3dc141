/** Below this nobody wraps a console. */
const NARROWEST = 60;

/** Columns that a text takes on a console: Chinese, Japanese and Korean characters take two. */
export function columns(text: string): number {
  let count = 0;
  for (const character of text) count += isWide(character.codePointAt(0) ?? 0) ? 2 : 1;
  return count;
}

/**
 * The column at which lines may have been broken: the width of the widest; 0 when they are too short for that. Give it
 * the lines of one transcript, as they stand in the file.
 */
export function wrapColumn(lines: Iterable<string>): number {
  let widest = 0;
  for (const line of lines) widest = Math.max(widest, columns(line));
  return widest < NARROWEST ? 0 : widest;
}

/**
 * Whether the second line may be the rest of the first: the first reaches the column, or its blank there was trimmed, or
 * the next word would not have fitted any more.
 */
export function mayContinue(line: string, next: string, column: number, width = columns(line)): boolean {
  if (column === 0 || line === "" || next === "") return false;
  const word = /^ ?\S{1,512}/.exec(next)?.[0] ?? "";
  return width + 1 + columns(word.trimStart()) > column;
}

/**
 * The two lines as one: broken at the column inside a word, or between two of them. `width` is that of the last of the
 * lines that the first was made of.
 */
export function joined(line: string, next: string, column: number, width = columns(line)): string {
  const rest = next.startsWith(" ") && !next.startsWith("  ") ? next : next.trimStart();
  const isFull = width >= column || (width === column - 1 && isWide(rest.codePointAt(0) ?? 0));
  return isFull || rest.startsWith(" ") ? line + rest : `${line} ${rest}`;
}

/** East Asian Wide and Fullwidth, as consoles draw them (UAX #11). */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6)
  );
}
