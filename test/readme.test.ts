import { afterAll, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ConsoleStep, matches, readConsole } from "./console-blocks.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Process groups that are left running. */
const background: number[] = [];

afterAll(() => {
  for (const group of background) process.kill(-group);
});

/** A folder from which `npx muster` runs this checkout, and in which the tour may leave its files. */
async function makeCheckout(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "muster-readme-"));
  for (const name of ["src", "node_modules", "package.json"])
    symlinkSync(join(ROOT, name), join(folder, name));
  return folder;
}

/** What npm has to say of a person's own settings is not Muster's output. */
const ENVIRONMENT = { ...process.env, npm_config_loglevel: "error" };

/** Runs a step as a shell would; one that ends in `&` is left running once it has printed its first line. */
async function run(command: string, cwd: string): Promise<string> {
  const isBackground = command.endsWith(" &");
  const shell = Bun.spawn(["bash", "-c", `exec ${command.replace(/ &$/, "")} 2>&1`], {
    cwd,
    env: ENVIRONMENT,
    stdin: "ignore",
    stdout: "pipe",
    detached: true,
  });
  if (!isBackground) return new Response(shell.stdout).text();
  background.push(shell.pid);
  const reader = shell.stdout.getReader();
  let output = "";
  while (!output.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) break;
    output += new TextDecoder().decode(value);
  }
  return output;
}

test("the README's five minutes do what they say", async () => {
  const folder = await makeCheckout();
  const steps = readConsole(await Bun.file(join(ROOT, "README.md")).text());
  const keys: Record<string, string> = {};
  const fill = (text: string) => text.replaceAll(/\b(SETUP-KEY|HOST-KEY)\b/g, (name) => keys[name] ?? name);
  const learn = ({ expected }: ConsoleStep, output: string) => {
    const name = expected.join("\n").match(/\b(?:SETUP-KEY|HOST-KEY)$/m)?.[0];
    const key = output.match(/([B-Y2-9]{5}-){4}[B-Y2-9]{5}/)?.[0];
    if (name && key && !keys[name]) keys[name] = key;
  };
  expect(steps.length).toBeGreaterThan(15);
  for (const step of steps) {
    const command = fill(step.command);
    const output = await run(command, folder);
    learn(step, output);
    const expected = step.expected.map(fill);
    expect({ command, output, isAsSaid: matches(output, expected) }).toEqual({
      command,
      output,
      isAsSaid: true,
    });
  }
  await rm(folder, { recursive: true, force: true });
}, 120_000);

test("a console block that says something else is not taken for right", () => {
  expect(matches("Product activated successfully.\n", ["Product activated successfully."])).toBe(true);
  expect(matches("count 2\nrest\n", ["count …", "…"])).toBe(true);
  expect(matches("count 2\n", ["count 3"])).toBe(false);
  expect(matches("count 2\nmore\n", ["count 2"])).toBe(false);
  expect(matches("a\nb\nc\n", ["…", "c"])).toBe(true);
  expect(matches("a\nb\n", ["…", "c"])).toBe(false);
});
