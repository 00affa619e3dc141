import { onTestFinished } from "bun:test";
import { join } from "node:path";

const MAIN = join(import.meta.dir, "..", "..", "src", "cli", "main.ts");

/** A `muster host run` that faults happen to. */
export interface FaultHost {
  readonly pid: number;
  readonly url: string;
  /** Where administrators reach it; undefined without `--admin-port`. */
  readonly admin: string | undefined;
  /** What it has printed on stderr so far. */
  errors(): string;
  signal(name: NodeJS.Signals): void;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and waits for its end. */
  stop(): Promise<number>;
}

/** How a host is started. */
export interface FaultHostOptions {
  /** Its folder. */
  readonly folder: string;
  /** `sqlite` or the address of a database. */
  readonly store?: string | undefined;
  /** More arguments; `--no-admin` unless there is an `--admin-port`. */
  readonly args?: readonly string[] | undefined;
  /** More environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** What starts it, such as `nsenter …`. */
  readonly within?: readonly string[] | undefined;
  /** Told its process id before it serves. */
  readonly onStarted?: ((pid: number) => void) | undefined;
}

/** Starts a host on a free port, and waits until it serves; it ends with the test. Throws with what it printed. */
export async function startFaultHost(options: FaultHostOptions): Promise<FaultHost> {
  const { folder, store, args = [], env = {}, within = [], onStarted } = options;
  const own = Object.entries(process.env).filter(([name]) => !/^MUSTER_|^FAKETIME|^LD_PRELOAD$/.test(name));
  const fixed = ["--data", folder, "--port", "0", "--no-dns", "--rate-limit", "0", "--json"];
  const address = args.includes("--address") ? [] : ["--address", "127.0.0.1"];
  const admin = args.includes("--admin-port") ? [] : ["--no-admin"];
  const from = store === undefined ? [] : ["--store", store];
  const command = [...within, process.execPath, MAIN, "host", "run"];
  const child = Bun.spawn([...command, ...fixed, ...address, ...admin, ...from, ...args], {
    env: { ...Object.fromEntries(own), ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  onStarted?.(child.pid);
  let errors = "";
  const heard = collect(child.stderr, (text) => {
    errors += text;
  });
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await child.exited;
    await heard;
    return child.exitCode ?? -1;
  };
  onTestFinished(async () => {
    await end("SIGKILL");
  });
  const { value } = await child.stdout.getReader().read();
  if (value === undefined) {
    await end("SIGKILL");
    throw new Error(`muster host run ended at once: ${errors}`);
  }
  const ready = JSON.parse(new TextDecoder().decode(value)) as { activation: string; admin?: string };
  return {
    pid: child.pid,
    url: ready.activation,
    admin: ready.admin,
    errors: () => errors,
    signal: (name) => child.kill(name),
    kill: async () => void (await end("SIGKILL")),
    stop: () => end("SIGTERM"),
  };
}

async function collect(stream: ReadableStream<Uint8Array>, tell: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) tell(decoder.decode(chunk, { stream: true }));
}
