import { onTestFinished } from "bun:test";
import { join } from "node:path";
import type { Outcome } from "./muster.ts";

const MAIN = join(import.meta.dir, "..", "src", "cli", "main.ts");

/** How a command is run. */
export interface RunOptions {
  /** The folder it runs in. */
  readonly cwd: string;
  /** What its environment has beside that of the tests, without what is Muster's or a proxy's there. */
  readonly env?: Record<string, string> | undefined;
  /** What it reads from standard input; nothing unless given. */
  readonly input?: string | undefined;
}

/** Runs `muster …` in a folder, with an environment and an input of one's own. */
export async function musterIn(args: readonly string[], options: RunOptions): Promise<Outcome> {
  const child = spawn(args, options);
  const [out, err, exit] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out, err, exit };
}

/** A `muster vendor serve` in a process of its own. */
export interface VendorProcess {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts `muster vendor serve` on a free port of this machine and waits until it serves; it ends with the test. */
export async function startVendorProcess(folder: string, ...args: string[]): Promise<VendorProcess> {
  const child = spawn(["vendor", "serve", "--data", folder, "--json", ...args], { cwd: folder });
  const { value } = await child.stdout.getReader().read();
  if (value === undefined) {
    throw new Error(`muster vendor serve ended at once: ${await new Response(child.stderr).text()}`);
  }
  const stop = async () => {
    child.kill("SIGTERM");
    await child.exited;
  };
  onTestFinished(stop);
  const { url } = JSON.parse(new TextDecoder().decode(value).split("\n")[0] ?? "") as { url: string };
  return { url, stop };
}

function spawn(args: readonly string[], { cwd, env = {}, input }: RunOptions) {
  const own = Object.entries(process.env).filter(([name]) => !/^MUSTER_|_PROXY$/i.test(name));
  return Bun.spawn([process.execPath, MAIN, ...args], {
    cwd,
    env: { ...Object.fromEntries(own), ...env },
    stdin: input === undefined ? "ignore" : new TextEncoder().encode(input),
    stdout: "pipe",
    stderr: "pipe",
  });
}
