import type { TextLine } from "../text.ts";

/** A JSON document in a text, with the lines that it takes. */
export interface JsonDocument {
  readonly value: unknown;
  readonly lines: readonly TextLine[];
}

const MOST_LINES = 20_000;

/** JSON documents that begin and end on lines of their own, as command-line tools print them. */
export function documentsOf(lines: readonly TextLine[]): readonly JsonDocument[] {
  const documents: JsonDocument[] = [];
  let start = -1;
  let depth = 0;
  for (const [at, { text }] of lines.entries()) {
    if (start === -1) {
      if (!/^\s*[[{](?:\s*$|\s*["[{])/.test(text)) continue;
      start = at;
      depth = 0;
    }
    depth += depthOf(text);
    if (depth > 0 && at - start < MOST_LINES) continue;
    const part = lines.slice(start, at + 1);
    const value = depth === 0 ? parsed(part) : undefined;
    if (value !== undefined) documents.push({ value, lines: part });
    start = -1;
  }
  return documents;
}

/** Brackets that a line opens beyond those it closes; those inside texts do not count. */
function depthOf(text: string): number {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (inText && letter === "\\") at += 1;
    else if (letter === '"') inText = !inText;
    else if (!inText && (letter === "{" || letter === "[")) depth += 1;
    else if (!inText && (letter === "}" || letter === "]")) depth -= 1;
  }
  return depth;
}

function parsed(lines: readonly TextLine[]): unknown {
  try {
    return JSON.parse(lines.map(({ text }) => text).join("\n"));
  } catch {
    return undefined;
  }
}
