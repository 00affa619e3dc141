import { afterEach, onTestFinished } from "bun:test";
import { join } from "node:path";

const MAIN = join(import.meta.dir, "..", "src", "cli", "main.ts");
/** Milliseconds; on a machine that is busy with much else, what takes a second takes a minute. */
const PATIENCE = 90_000;
const running: HostProcess[] = [];

afterEach(async () => {
  for (const host of running.splice(0)) await host.stop();
});

/** How a command ended. */
export interface Outcome {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** A `muster host run` in a process of its own. */
export interface HostProcess {
  readonly pid: number;
  readonly url: string;
  /** Where administrators reach it; undefined when it was started with --no-admin. */
  readonly admin: string | undefined;
  /** What it has printed on stderr, as far as that has arrived here; all of it after `stop`. */
  errors(): string;
  stop(): Promise<void>;
}

/** Runs `muster …` as a process of its own, without the settings of whoever runs the tests. */
export async function muster(...args: string[]): Promise<Outcome> {
  const child = spawn(args);
  const [out, err, exit] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out, err, exit };
}

/** Starts `muster host run` on this machine and waits until it answers; it ends with the test. */
export async function startHostProcess(folder: string, ...args: string[]): Promise<HostProcess> {
  const child = spawn(["host", "run", "--data", folder, "--address", "127.0.0.1", "--json", ...args]);
  let errors = "";
  const heard = collect(child.stderr, (text) => {
    errors += text;
  });
  const { value } = await child.stdout.getReader().read();
  if (value === undefined) {
    await heard;
    throw new Error(`muster host run ended at once: ${errors}`);
  }
  const { activation, admin } = JSON.parse(new TextDecoder().decode(value)) as Partial<
    Record<string, string>
  >;
  const host: HostProcess = {
    pid: child.pid,
    url: activation ?? "",
    admin,
    errors: () => errors,
    async stop() {
      child.kill("SIGTERM");
      await Promise.all([child.exited, heard]);
    },
  };
  running.push(host);
  // The afterEach above holds only in the test file that loads this module first.
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await child.exited;
  });
  return host;
}

/** Stops a host process before its test ends. */
export async function stopHostProcess(host: HostProcess): Promise<void> {
  running.splice(running.indexOf(host), 1);
  await host.stop();
}

/** Waits until something holds; what it waited for is in the message when it never does. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + PATIENCE; performance.now() < end; ) {
    if (await holds()) return;
    await Bun.sleep(50);
  }
  throw new Error(`waited in vain until ${what}`);
}

function spawn(args: string[]) {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("MUSTER_"));
  return Bun.spawn([process.execPath, MAIN, ...args], {
    env: Object.fromEntries(own),
    stdout: "pipe",
    stderr: "pipe",
  });
}

async function collect(stream: ReadableStream<Uint8Array>, tell: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) tell(decoder.decode(chunk, { stream: true }));
}
