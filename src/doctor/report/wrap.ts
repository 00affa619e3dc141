/** Scripts that are written without blanks, and so may break anywhere. */
const UNSPACED = /[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]/;
/** What must not begin a line in Japanese. */
const NOT_FIRST = /^[、。，．）」』】〉》)\].,:;!?ー々っゃゅょ]/;

/** A text in lines of at most so many columns, CJK characters taking two; with `most`, the rest is cut with `…`. */
export function wrapped(text: string, width: number, most: number = Number.POSITIVE_INFINITY): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const piece of piecesOf(paragraph)) {
      const next = line + piece;
      if (line === "" || Bun.stringWidth(next.trimEnd()) <= width || NOT_FIRST.test(piece)) line = next;
      else {
        lines.push(line.trimEnd());
        line = piece.trimStart();
      }
      while (Bun.stringWidth(line.trimEnd()) > width + 2) {
        const cut = cutAt(line, width);
        lines.push(line.slice(0, cut));
        line = line.slice(cut);
      }
    }
    lines.push(line.trimEnd());
  }
  if (lines.length <= most) return lines;
  const kept = lines.slice(0, most);
  return kept.with(-1, `${kept.at(-1)?.slice(0, Math.max(1, width - 1))}…`);
}

/** Words with the blanks after them, and single characters where no blanks are written. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (const word of text.split(/(?<= )/)) {
    let run = "";
    for (const character of word) {
      if (UNSPACED.test(character)) {
        if (run !== "") pieces.push(run);
        pieces.push(character);
        run = "";
      } else run += character;
    }
    if (run !== "") pieces.push(run);
  }
  return pieces;
}

/** How many characters fit into so many columns; at least one. */
function cutAt(text: string, width: number): number {
  let columns = 0;
  let at = 0;
  for (const character of text) {
    columns += Bun.stringWidth(character);
    if (columns > width) break;
    at += character.length;
  }
  return Math.max(1, at);
}
