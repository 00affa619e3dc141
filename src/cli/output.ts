/** Prints a command's result: one line of JSON for scripts, or the text for people. */
export function print(json: boolean | undefined, value: unknown, text: string): void {
  process.stdout.write(shown(json, value, text));
}

/** The same on stderr, for a command whose standard output is what it makes. */
export function printBeside(json: boolean | undefined, value: unknown, text: string): void {
  process.stderr.write(shown(json, value, text));
}

function shown(json: boolean | undefined, value: unknown, text: string): string {
  if (json) return `${JSON.stringify(value)}\n`;
  return text.endsWith("\n") ? text : `${text}\n`;
}

/** Rows under headings, columns aligned by two blanks; the width of CJK characters counts double. */
export function table(headings: string[], rows: string[][]): string {
  const widths = headings.map((heading, column) =>
    Math.max(Bun.stringWidth(heading), ...rows.map((row) => Bun.stringWidth(row[column] ?? ""))),
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - Bun.stringWidth(cell))))
      .join("  ")
      .trimEnd();
  return [line(headings), ...rows.map(line)].join("\n");
}

/** Names and values, one a line, values aligned. */
export function fields(rows: [name: string, value: string | number | undefined][]): string {
  const shown = rows.filter(([, value]) => value !== undefined);
  const width = Math.max(...shown.map(([name]) => Bun.stringWidth(name)));
  return shown
    .map(([name, value]) => `${name}${" ".repeat(width - Bun.stringWidth(name))}  ${value}`)
    .join("\n");
}
