import { join } from "node:path";

/** The page that several scripts write, each its own section of it. */
const PAGE = join(import.meta.dir, "../docs/capacity.md");

/** Replaces what stands between the two marks of a section, and leaves the rest of the page as it is. */
export async function replaceSection(name: string, text: string): Promise<void> {
  const page = await Bun.file(PAGE).text();
  const [start, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/capacity.md has no section ${name}.`);
  await Bun.write(PAGE, `${page.slice(0, from + start.length)}\n${text.trim()}\n${page.slice(to)}`);
}

/** A table in Markdown; the first column is text, the rest are numbers. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = headings.map((_, at) => (at === 0 ? "---" : "---:"));
  return [line(headings), line(rule), ...rows.map(line)].join("\n");
}
