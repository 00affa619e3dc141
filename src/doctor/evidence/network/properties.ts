import type { TextLine } from "../text.ts";

/** One `Name : value` of a list that PowerShell, systeminfo or a similar tool printed. */
export interface Property {
  readonly name: string;
  /** Lines that continue it are joined to it. */
  readonly value: string;
  readonly line: TextLine;
}

/** Properties that stand together, without a blank line between. */
export interface Block {
  readonly properties: readonly Property[];
  /** The first property of this name, in any case. */
  get(name: string): Property | undefined;
  /** Its value, `""` when there is none. */
  value(name: string): string;
}

const PROPERTY = /^\s{0,12}([^\s:：][^:：]{0,79}?)\s*[:：](?:\s+(.*))?$/;

/** The lists in some lines; a block ends at a blank line, or where its first name comes again. */
export function blocksOf(lines: readonly TextLine[]): readonly Block[] {
  const blocks: Block[] = [];
  let properties: { name: string; value: string; line: TextLine }[] = [];
  const end = () => {
    if (properties.length > 0) blocks.push(block(properties));
    properties = [];
  };
  for (const line of lines) {
    if (line.text.trim() === "") {
      end();
      continue;
    }
    const [, name, value = ""] = PROPERTY.exec(line.text) ?? [];
    const last = properties.at(-1);
    if (name === undefined || (/^\s{13}/.test(line.text) && last !== undefined)) {
      if (last !== undefined && /^\s{2,}\S/.test(line.text)) last.value += line.text.trim();
      continue;
    }
    if (properties[0]?.name === name) end();
    properties.push({ name, value: value.trim(), line });
  }
  end();
  return blocks;
}

function block(properties: readonly Property[]): Block {
  const byName = new Map<string, Property>();
  for (const property of properties) {
    const name = property.name.toLowerCase();
    if (!byName.has(name)) byName.set(name, property);
  }
  return {
    properties,
    get: (name) => byName.get(name.toLowerCase()),
    value: (name) => byName.get(name.toLowerCase())?.value ?? "",
  };
}

/** One row of a table with a line of dashes under its heading, as PowerShell and `az -o table` print it. */
export interface TableRow {
  readonly line: TextLine;
  /** Cell of a column, named in any case; `""` when there is none. */
  cell(column: string): string;
}

export interface PrintedTable {
  /** Headings in lower case. */
  readonly columns: readonly string[];
  readonly heading: TextLine;
  readonly rows: readonly TableRow[];
}

const RULE = /^\s{0,8}-{2,}(?:\s+-{2,}){1,30}$/;

/** The tables in some lines. */
export function tablesOf(lines: readonly TextLine[]): readonly PrintedTable[] {
  const tables: PrintedTable[] = [];
  for (let at = 1; at < lines.length; at += 1) {
    const rule = lines[at] as TextLine;
    if (!rule.text.includes("--") || !RULE.test(rule.text)) continue;
    const heading = lines[at - 1] as TextLine;
    const starts = [...rule.text.matchAll(/-+/g)].map((match) => match.index);
    const columns = cells(heading.text, starts).map((cell) => cell.toLowerCase());
    const rows: TableRow[] = [];
    const folded = foldedAt(lines, at);
    if (folded !== undefined) {
      tables.push(folded);
      continue;
    }
    for (let next = at + 1; next < lines.length; next += 1) {
      const line = lines[next] as TextLine;
      if (line.text.trim() === "") break;
      const values = cells(line.text, starts);
      rows.push({ line, cell: (column) => values[columns.indexOf(column.toLowerCase())] ?? "" });
    }
    tables.push({ columns, heading, rows });
  }
  return tables;
}

const RULE_PART = /^[\s-]*--[\s-]*$/;

/**
 * A table that was too wide for its console: heading, rule and rows each go on in a line of their own. It is one when the
 * rule does, whose second part stands right below the first, with two lines of headings before them. A row's second part
 * ends before the second column begins, which no row does.
 */
function foldedAt(lines: readonly TextLine[], at: number): PrintedTable | undefined {
  const [first, second, rule, rest] = lines.slice(at - 2, at + 2);
  if (at < 2 || first === undefined || second === undefined || rule === undefined || rest === undefined)
    return undefined;
  if (!RULE_PART.test(rest.text) || [first, second].some(({ text }) => text.trim() === "")) return undefined;
  const from = [...rule.text.matchAll(/-+/g)][1]?.index ?? 0;
  if (rest.text.trimEnd().length >= from || second.text.trimEnd().length >= from) return undefined;
  const last = lines.findIndex(({ text }, each) => each > at + 1 && text.trim() === "");
  const body = lines.slice(at + 2, last === -1 ? undefined : last);
  const width = Math.max(...[first, rule, ...body].map(({ text }) => text.trimEnd().length));
  const whole = (one: string, two: string) => one.trimEnd().padEnd(width) + two;
  const dashes = whole(rule.text, rest.text);
  const starts = [...dashes.matchAll(/-+/g)].map((match) => match.index);
  const columns = cells(whole(first.text, second.text), starts).map((cell) => cell.toLowerCase());
  // Whether dashes at the break are one column's, or two columns' with a blank between that was cut, nothing tells.
  if (rest.text.startsWith("-") && rule.text.trimEnd().length === width) {
    return { columns: [], heading: first, rows: [] };
  }
  const rows: TableRow[] = [];
  for (let next = 0; next < body.length; next += 1) {
    const line = body[next] as TextLine;
    const below = body[next + 1]?.text ?? "";
    const isFolded = below !== "" && below.trimEnd().length < from;
    const values = cells(isFolded ? whole(line.text, below) : line.text, starts);
    rows.push({ line, cell: (column) => values[columns.indexOf(column.toLowerCase())] ?? "" });
    if (isFolded) next += 1;
  }
  return { columns, heading: first, rows };
}

/** Cells by where the columns begin; by blanks where a row's blanks were lost on the way. */
function cells(text: string, starts: readonly number[]): string[] {
  const words = text.trim().split(/\s+/);
  const fits = starts.every(
    (start) => start === 0 || start >= text.length || /\s/.test(text[start - 1] ?? " "),
  );
  if (!fits) {
    // A right-aligned number may reach to the left of its dashes; whole words then tell the columns.
    if (words.length === starts.length) return words;
  }
  const wide = text.trim().split(/\s{2,}/);
  if (!fits && wide.length === starts.length) return wide;
  return starts.map((start, at) => text.slice(start, starts[at + 1] ?? text.length).trim());
}
