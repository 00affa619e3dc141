import { self } from "../bench.ts";

/** A host in a process of its own. */
export interface HostProcess {
  readonly port: number;
  /** Ends it as a power cut does. */
  cut(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Megabytes of memory, one for each half second that it ran, and the most there ever was. */
  memory(): { readonly samples: readonly number[]; readonly peak: number };
}

const SAMPLE_EVERY = 500;
const KIBIBYTE = 1024;
const MEGABYTE = 1e6;

/** Starts `muster host run` in a folder; `store` as `--store` takes it, else the one in its folder. */
export async function startHostProcess(
  folder: string,
  options: { store?: string | undefined; port?: number | undefined } = {},
): Promise<HostProcess> {
  const samples: number[] = [];
  let peak = 0;
  let port = options.port ?? 0;
  let child: Bun.Subprocess<"ignore", "pipe", "inherit"> | undefined;
  let sampling: Timer | undefined;

  const sample = async (pid: number) => {
    const status = await Bun.file(`/proc/${pid}/status`)
      .text()
      .catch(() => "");
    const read = (name: string) =>
      (Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) * KIBIBYTE) / MEGABYTE;
    if (read("VmRSS") > 0) samples.push(read("VmRSS"));
    peak = Math.max(peak, read("VmHWM"));
  };
  const start = async () => {
    const arguments_ = ["--no-dns", "--no-admin", "--rate-limit", "0", "--log-level", "fatal", "--json"];
    const where = ["--address", "0.0.0.0", "--port", String(port)];
    const command = [...self(), "host", "run", ...arguments_, ...where, "--data", folder];
    const env = { ...process.env, ...(options.store && { MUSTER_HOST_STORE: options.store }) };
    const started = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "inherit", env });
    child = started;
    const { value } = await started.stdout.getReader().read();
    if (value === undefined)
      throw new Error("A host of the storm does not start; its folder or its store is unusable.");
    const { activation } = JSON.parse(new TextDecoder().decode(value)) as { activation: string };
    port = Number(new URL(activation).port);
    sampling = setInterval(() => sample(started.pid), SAMPLE_EVERY);
  };
  const end = async (signal: NodeJS.Signals) => {
    clearInterval(sampling);
    if (child) await sample(child.pid);
    child?.kill(signal);
    await child?.exited;
  };
  await start();
  return {
    get port() {
      return port;
    },
    start,
    cut: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
    memory: () => ({ samples, peak }),
  };
}
