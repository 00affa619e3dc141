import { expect, onTestFinished } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ConsoleStep, fill, type Known, learn, readSteps } from "./console-blocks.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const SURROUNDINGS = {
  // What npm has to say of a person's own settings is not Muster's output, and pages do not show it in their language.
  env: { ...process.env, npm_config_loglevel: "error", LC_ALL: "C.UTF-8" },
  stdin: "ignore",
  stdout: "pipe",
} as const;

/**
 * Walks through a page of the documentation as a reader would, in a folder with a checkout: writes the files that it
 * shows, runs the commands of its `console` blocks, and expects that each prints what the page says. Gives how many
 * commands there were.
 */
export async function walk(page: string): Promise<number> {
  const folder = makeCheckout();
  const steps = readSteps(await Bun.file(join(ROOT, page)).text());
  let known: Known = {};
  for (const step of steps) {
    if ("path" in step) await writeFile(join(folder, step.path), step.text);
    else known = await take(step, folder, known);
  }
  return steps.filter((step) => "command" in step).length;
}

/** Takes one step, and gives what is known after it. */
async function take(step: ConsoleStep, folder: string, known: Known): Promise<Known> {
  const command = fill(step.command, known);
  const output = await run(command, folder);
  const learned = learn(output, step.expected, known);
  expect({ command, output, isAsSaid: learned !== undefined }).toEqual({ command, output, isAsSaid: true });
  return learned ?? known;
}

/** A folder from which `npx muster` runs this checkout, and in which a walk may leave its files; gone after the test. */
function makeCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-walk-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ["src", "docs", "node_modules", "package.json"])
    symlinkSync(join(ROOT, name), join(folder, name));
  return folder;
}

async function writeFile(path: string, text: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  await Bun.write(path, text);
}

/** Runs a step as a shell would; one that ends in `&` is left running. */
async function run(command: string, cwd: string): Promise<string> {
  if (command.endsWith(" &")) return start(command.replace(/ &$/, ""), cwd);
  const shell = Bun.spawn(["bash", "-c", `exec 2>&1; ${command}`], { ...SURROUNDINGS, cwd });
  return new Response(shell.stdout).text();
}

/** Leaves a command running once it has printed its first line; its log, on stderr, is not what a page shows. */
async function start(command: string, cwd: string): Promise<string> {
  const shell = Bun.spawn(["bash", "-c", `exec ${command}`], {
    ...SURROUNDINGS,
    cwd,
    stderr: "pipe",
    detached: true,
  });
  onTestFinished(() => void process.kill(-shell.pid));
  const reader = shell.stdout.getReader();
  let output = "";
  while (!output.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) return output + (await new Response(shell.stderr).text());
    output += new TextDecoder().decode(value);
  }
  return output;
}
