import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { addTo } from "../src/cli/verbs.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

interface Row {
  readonly slmgr: string;
  readonly verb: string;
  readonly file: string;
  readonly title: string;
}

/** The rows of docs/slmgr.md that name a verb of Muster and the test that runs it. */
function rows(): Row[] {
  const line = /^\| `\/([\w-]+)[^|\\]*(?:\\\|[^|\\]*)*` \| `muster ([\w-]+)` \| .+ \| `([^`]+)`: (.+) \|$/gm;
  return [...read("docs/slmgr.md").matchAll(line)].map(([, slmgr = "", verb = "", file = "", title = ""]) => {
    return { slmgr, verb, file, title };
  });
}

/** The verbs of slmgr that the program has. */
function verbs(): string[] {
  const program = new Command();
  addTo(program);
  return program.commands.map((command) => command.name());
}

test("the table of verbs has a row for each verb of slmgr that the program has, and for no other", () => {
  expect(
    rows()
      .map(({ verb }) => verb)
      .sort(),
  ).toEqual(verbs().sort());
});

test("each verb has the name that it has in slmgr", () => {
  for (const { slmgr, verb } of rows()) expect(verb).toBe(slmgr);
});

test("each row names a test that there is, in a file that runs the verb", () => {
  for (const { verb, file, title } of rows()) {
    expect([file, existsSync(join(ROOT, file))]).toEqual([file, true]);
    const source = read(file);
    expect([title, source.includes(`"${title}"`)]).toEqual([title, true]);
    expect([verb, file, source.includes(`"${verb}"`)]).toEqual([verb, file, true]);
  }
});

test("the README's table says the same of each verb, and of no other", () => {
  const line = /^\| `\/([\w-]+)[^`]*` \| `muster ([\w-]+)` \| `([^`]+)` \|$/gm;
  const short = [...read("README.md").matchAll(line)].map(([, slmgr, verb, file]) => ({ slmgr, verb, file }));
  expect(short).toEqual(rows().map(({ slmgr, verb, file }) => ({ slmgr, verb, file })));
});
