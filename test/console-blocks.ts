/** A command of a `console` block and what it is said to print. */
export interface ConsoleStep {
  readonly command: string;
  /** Lines; `…` stands for any text, alone on a line for any lines. */
  readonly expected: readonly string[];
}

/** A file that a page shows: a fenced block whose language is followed by its path, such as ```js app/start.mjs */
export interface FileStep {
  readonly path: string;
  readonly text: string;
}

export type Step = ConsoleStep | FileStep;

/** What a page calls by a name because it differs each time: learned where it is printed, filled in where it is used. */
const PLACEHOLDERS: Record<string, { readonly pattern: string; readonly read: (text: string) => string }> = {
  ...Object.fromEntries(
    ["SETUP-KEY", "HOST-KEY", "YOUR-MAK"].map((name) => [
      name,
      { pattern: "(?:[B-Y2-9]{5}-){4}[B-Y2-9]{5}", read: (text: string) => text },
    ]),
  ),
  ...Object.fromEntries(
    ["INSTALLATION-ID", "CONFIRMATION-ID"].map((name) => [
      name,
      {
        pattern: "(?: *\\d+:(?: {2}\\d{7})+\\n?)+(?<!\\n)",
        read: (text: string) => (text.match(/\b\d{7}\b/g) ?? []).join(" "),
      },
    ]),
  ),
};
const NAMES = new RegExp(`\\b(?:${Object.keys(PLACEHOLDERS).join("|")})\\b`, "g");

/** What a walk has learned so far, by placeholder. */
export type Known = Readonly<Record<string, string>>;

/** The steps of a Markdown text, in order: the commands of its `console` blocks and the files that it shows. */
export function readSteps(markdown: string): Step[] {
  const blocks = [...markdown.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)];
  return blocks.flatMap(([, language, path, body = ""]): Step[] => {
    if (path !== undefined) return [{ path, text: body }];
    return language === "console" ? readCommands(body) : [];
  });
}

function readCommands(body: string): ConsoleStep[] {
  return body
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = "", ...expected] = part.trimEnd().split("\n");
      return { command, expected };
    });
}

/** A text with what is known in the place of its placeholders. */
export function fill(text: string, known: Known): string {
  return text.replaceAll(NAMES, (name) => known[name] ?? name);
}

/** What an output teaches, added to what is known; undefined when it is not what a block says. */
export function learn(output: string, expected: readonly string[], known: Known): Known | undefined {
  const learned: string[] = [];
  const pattern = expected.map((line) => {
    if (line === "…") return "(?:.*\n)*?";
    const text = quote(fill(line, known)).replaceAll("…", ".*");
    return `${text.replaceAll(NAMES, (name) => {
      if (learned.includes(name)) return `\\k<v${learned.indexOf(name)}>`;
      return `(?<v${learned.push(name) - 1}>${PLACEHOLDERS[name]?.pattern})`;
    })}\n`;
  });
  const whole = output.endsWith("\n") || output === "" ? output : `${output}\n`;
  const match = new RegExp(`^${pattern.join("")}$`).exec(whole);
  if (match === null) return undefined;
  const values = learned.map((name, at) => [
    name,
    PLACEHOLDERS[name]?.read(match.groups?.[`v${at}`] ?? "") ?? "",
  ]);
  return { ...known, ...Object.fromEntries(values) };
}

function quote(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
