import { join } from "node:path";

const MAIN = join(import.meta.dir, "..", "..", "src", "cli", "main.ts");

/** Runs `muster …`, and kills it after so many milliseconds unless it has ended by then. True when it was killed. */
export async function runKilled(args: readonly string[], after: number): Promise<boolean> {
  const child = start(args);
  const timer = setTimeout(() => child.kill("SIGKILL"), after);
  await child.exited;
  clearTimeout(timer);
  return child.signalCode === "SIGKILL";
}

/** Runs `muster …` to its end, which must be a good one. Gives how long it took, milliseconds. */
export async function runWhole(args: readonly string[]): Promise<number> {
  const started = performance.now();
  const child = start(args);
  if ((await child.exited) !== 0)
    throw new Error(`muster ${args.join(" ")}: ${await new Response(child.stderr).text()}`);
  return performance.now() - started;
}

function start(args: readonly string[]) {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("MUSTER_"));
  const env = Object.fromEntries(own);
  return Bun.spawn([process.execPath, MAIN, ...args], { env, stdout: "ignore", stderr: "pipe" });
}
