/** A command of a `console` block and what it is said to print. */
export interface ConsoleStep {
  readonly command: string;
  /** Lines; `…` stands for any text, alone on a line for any lines. */
  readonly expected: readonly string[];
}

/** The commands of all fenced `console` blocks of a Markdown text, in order; a command line starts with `$ `. */
export function readConsole(markdown: string): ConsoleStep[] {
  const blocks = [...markdown.matchAll(/^```console\n(.*?)^```$/gms)].map(([, body = ""]) => body);
  return blocks.flatMap((body) =>
    body
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const [command = "", ...expected] = part.trimEnd().split("\n");
        return { command, expected };
      }),
  );
}

/** Whether an output is what a block says. */
export function matches(output: string, expected: readonly string[]): boolean {
  const pattern = expected.map((line) =>
    line === "…" ? "(?:.*\n)*?" : `${quote(line).replaceAll("…", ".*")}\n`,
  );
  return new RegExp(`^${pattern.join("")}$`).test(
    output.endsWith("\n") || output === "" ? output : `${output}\n`,
  );
}

function quote(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
