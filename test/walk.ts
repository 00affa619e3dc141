import { expect, onTestFinished } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ConsoleStep, fill, type Known, learn, readSteps } from "./console-blocks.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Where the programs of a page lie in its folder. */
const PROGRAMS = ".programs";
/** What an installed `muster` is. */
const MUSTER = `exec "${process.execPath}" "${join(ROOT, "src/cli/main.ts")}" "$@"`;

/** What a page takes for granted of the machine that its reader sits at. */
export interface Place {
  /** Puts into the folder what the page's reader has. */
  readonly prepare?: (folder: string) => unknown;
  /** Variables of the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Programs by name, as shell scripts; `muster` is always there. */
  readonly programs?: Readonly<Record<string, string>>;
}

/**
 * Walks through a page of the documentation as a reader would, in a folder with a checkout: writes the files that it
 * shows, runs the commands of its `console` blocks, and expects that each prints what the page says. Gives how many
 * commands there were.
 */
export async function walk(page: string, { prepare, env = {}, programs = {} }: Place = {}): Promise<number> {
  const folder = makeCheckout();
  const left: (() => Promise<void>)[] = [];
  onTestFinished(async () => {
    for (const end of left) await end();
    rmSync(folder, { recursive: true, force: true });
  });
  addPrograms(folder, { muster: MUSTER, ...programs });
  await prepare?.(folder);
  const steps = readSteps(await Bun.file(join(ROOT, page)).text());
  let known: Known = {};
  for (const step of steps) {
    if ("path" in step) await writeFile(join(folder, step.path), step.text);
    else known = await take(step, { folder, env, left }, known);
  }
  return steps.filter((step) => "command" in step).length;
}

/** Where commands are run. */
interface Here {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Ends what was left running. */
  readonly left: (() => Promise<void>)[];
}

/** Takes one step, and gives what is known after it. */
async function take(step: ConsoleStep, here: Here, known: Known): Promise<Known> {
  const command = fill(step.command, known);
  const output = await run(command, here);
  const learned = learn(output, step.expected, known);
  expect({ command, output, isAsSaid: learned !== undefined }).toEqual({ command, output, isAsSaid: true });
  return learned ?? known;
}

/** A folder from which `npx muster` runs this checkout, and in which a walk may leave its files. */
function makeCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-walk-"));
  for (const name of ["src", "docs", "node_modules", "package.json"])
    symlinkSync(join(ROOT, name), join(folder, name));
  return folder;
}

function addPrograms(folder: string, programs: Readonly<Record<string, string>>): void {
  mkdirSync(join(folder, PROGRAMS));
  for (const [name, script] of Object.entries(programs))
    writeFileSync(join(folder, PROGRAMS, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

async function writeFile(path: string, text: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  await Bun.write(path, text);
}

/** Runs a step as a shell would; one that ends in `&` is left running. */
async function run(command: string, here: Here): Promise<string> {
  if (command.endsWith(" &")) return start(command.replace(/ &$/, ""), here);
  const shell = Bun.spawn(["bash", "-c", `exec 2>&1; ${command}`], surroundings(here));
  return new Response(shell.stdout).text();
}

/** Leaves a command running once it has printed its first line; its log, on stderr, is not what a page shows. */
async function start(command: string, here: Here): Promise<string> {
  const shell = Bun.spawn(["bash", "-c", `exec ${command}`], {
    ...surroundings(here),
    stderr: "pipe",
    detached: true,
  });
  const reader = shell.stdout.getReader();
  here.left.push(async () => {
    try {
      if (shell.exitCode === null && shell.signalCode === null) process.kill(-shell.pid);
    } catch {
      // A page has ended it just now.
    }
    // Its port is free for the next page when nothing of it is left that could say something.
    while (!(await reader.read()).done);
  });
  let output = "";
  while (!output.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) return output + (await new Response(shell.stderr).text());
    output += new TextDecoder().decode(value);
  }
  return output;
}

function surroundings({ folder, env }: Here) {
  return {
    cwd: folder,
    env: {
      ...process.env,
      // What npm has to say of a person's own settings is not Muster's output, and pages do not show it in their language.
      npm_config_loglevel: "error",
      LC_ALL: "C.UTF-8",
      PATH: `${join(folder, PROGRAMS)}:${process.env.PATH}`,
      ...env,
    },
    stdin: "ignore",
    stdout: "pipe",
  } as const;
}
