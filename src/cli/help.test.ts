import { expect, test } from "bun:test";
import type { Command } from "commander";
import { muster } from "../../test/muster.ts";
import { buildProgram } from "./program.ts";

/** Every command that does something, by the words that call it, with the help that it prints. */
async function everyCommand(): Promise<{ words: string; command: Command; help: string }[]> {
  const leaves = (command: Command, path: string[]): { words: string; command: Command; help: string }[] => {
    if (command.commands.length > 0)
      return command.commands.flatMap((child) => leaves(child, [...path, child.name()]));
    let help = "";
    command.configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    command.outputHelp();
    return [{ words: path.join(" "), command, help }];
  };
  return leaves(await buildProgram(undefined), []);
}

test("the help of every command says what it changes and how to undo it, or that it changes nothing", async () => {
  const commands = await everyCommand();
  expect(commands.length).toBeGreaterThan(40);
  const says = (help: string) => ({
    changes: /^Changes: \S/m.test(help),
    undo: /^Undo: \S|cannot be undone/m.test(help) || /^Changes: nothing/m.test(help),
  });
  const silent = commands
    .map(({ words, help }) => ({ words, ...says(help) }))
    .filter(({ changes, undo }) => !changes || !undo);
  expect(silent).toEqual([]);
});

test("every command takes --json", async () => {
  const without = (await everyCommand()).filter(
    ({ command }) => !command.options.some(({ long }) => long === "--json"),
  );
  expect(without.map(({ words }) => words)).toEqual([]);
});

test.each<[args: string[], says: string]>([
  [["frobnicate"], "unknown command 'frobnicate'"],
  [["evnts"], "unknown command 'evnts' (did you mean events?)"],
  [["sai"], "missing required argument 'minutes'"],
  [
    ["events", "--id", "x"],
    "option '--id <number>' argument 'x' is invalid. It must be a whole number from 1 to 65535",
  ],
])(
  "muster %p is refused in one line that says what to do",
  async (args, says) => {
    const err = `muster: ${says}; run the command with --help to see how it is used.\n`;
    expect(await muster(...args)).toEqual({ exit: 2, out: "", err });
  },
  300_000,
);
