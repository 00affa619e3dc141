import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Outcome } from "../muster.ts";

const MAIN = join(import.meta.dir, "..", "..", "src", "cli", "main.ts");

/** Machines of a network of their own, each with its name, its address and its resolver: Linux namespaces. */
export interface Network {
  /** Puts a machine into it. */
  add(name: string, address: string): Promise<Machine>;
  /** Ends all machines, and everything that runs on them. */
  stop(): Promise<void>;
}

/** One machine of it. */
export interface Machine {
  readonly name: string;
  readonly address: string;
  /** The command by which a program is started here. */
  readonly within: readonly string[];
  /** Runs a program to its end. */
  run(...command: readonly string[]): Promise<Outcome>;
  /** Runs `muster …` to its end. */
  muster(...args: readonly string[]): Promise<Outcome>;
  /** The same, started by another program, such as one that changes its clock. */
  musterBy(starter: readonly string[], ...args: readonly string[]): Promise<Outcome>;
  /** Starts `muster …`, and gives it when it has printed its first line. It ends with the network. */
  start(...args: readonly string[]): Promise<Started>;
}

/** A program that goes on running. */
export interface Started {
  stop(): Promise<void>;
}

interface NetworkOptions {
  /** Domain of every machine. */
  readonly domain: string;
  /** Address of the name server of every machine. */
  readonly resolver: string;
  /** The options of their resolv.conf; one second and one try unless told. */
  readonly resolving?: string;
  /** What connects the machines; a bridge of the system's unless told. */
  readonly wiring?: Wiring;
}

/** What connects machines. */
export interface Wiring {
  /** Gives the machine whose namespaces a process is in an interface `eth0`, which is down still. */
  connect(name: string, pid: number): Promise<void>;
  stop(): Promise<void>;
}

/** Holds namespaces until its standard input closes, as it does when whoever started it ends in any way. */
const HOLD = "echo ready; exec cat >/dev/null";
const MACHINE = `hostname "$1" && mount --bind "$2" /etc/resolv.conf && mount --bind "$3" /etc/hosts && ip link set lo up && ${HOLD}`;

/** Makes a network without machines. Needs root, and fails without in one sentence. */
export async function startNetwork(options: NetworkOptions): Promise<Network> {
  const { domain, resolver, resolving = "options timeout:1 attempts:1", wiring } = options;
  if (process.getuid?.() !== 0) {
    throw new Error("These tests make machines of network namespaces, which needs root: run them as root.");
  }
  const folder = mkdtempSync(join(tmpdir(), "muster-network-"));
  const holders: Holder[] = [];
  const started = new Set<Started>();
  const wires = wiring ?? (await startBridge());
  const resolv = join(folder, "resolv.conf");
  writeFileSync(resolv, `search ${domain}\nnameserver ${resolver}\n${resolving}\n`);

  const add = async (name: string, address: string): Promise<Machine> => {
    const hosts = join(folder, `hosts-${name}`);
    writeFileSync(hosts, `127.0.0.1 localhost\n${address} ${name}.${domain} ${name}\n`);
    const namespaces = ["--net", "--uts", "--mount"];
    const holder = await holdNamespaces([...namespaces, "sh", "-c", MACHINE, "sh", name, resolv, hosts]);
    holders.push(holder);
    const { pid } = holder;
    const within = ["nsenter", "-t", `${pid}`, "-n", "-u", "-m"];
    await wires.connect(name, pid);
    await outcomesOf(
      [...within, "ip", "addr", "add", `${address}/24`, "dev", "eth0"],
      [...within, "ip", "link", "set", "eth0", "up"],
      // Half a second, in the place of three, until a machine is known not to be there.
      [...within, "sh", "-c", "echo 150 >/proc/sys/net/ipv4/neigh/eth0/retrans_time_ms"],
    );
    const muster = (args: readonly string[], starter: readonly string[] = []) => [
      ...within,
      ...starter,
      process.execPath,
      MAIN,
      ...args,
    ];
    return {
      name,
      address,
      within,
      run: (...command) => outcomeOf([...within, ...command]),
      muster: (...args) => outcomeOf(muster(args)),
      musterBy: (starter, ...args) => outcomeOf(muster(args, starter)),
      start: async (...args) => {
        const program = await startUntilHeard(muster(args));
        started.add(program);
        return program;
      },
    };
  };

  return {
    add,
    async stop() {
      for (const program of started) await program.stop();
      for (const holder of holders) await holder.end();
      await wires.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startBridge(): Promise<Wiring> {
  const script = `ip link set lo up && ip link add lan type bridge && ip link set lan up && ${HOLD}`;
  const bridge = await holdNamespaces(["--net", "sh", "-c", script]);
  let ports = 0;
  return {
    async connect(_, pid) {
      ports += 1;
      const port = `port${ports}`;
      const ends = [port, "netns", `${bridge.pid}`, "type", "veth", "peer", "eth0", "netns", `${pid}`];
      await outcomesOf(
        ["ip", "link", "add", ...ends],
        ["nsenter", "-t", `${bridge.pid}`, "-n", "ip", "link", "set", port, "master", "lan", "up"],
      );
    },
    stop: () => bridge.end(),
  };
}

async function outcomesOf(...commands: readonly (readonly string[])[]): Promise<void> {
  for (const command of commands) {
    const { exit, err } = await outcomeOf(command);
    if (exit !== 0) throw new Error(`${command.join(" ")}: ${err}`);
  }
}

interface Holder {
  readonly pid: number;
  end(): Promise<void>;
}

async function holdNamespaces(command: readonly string[]): Promise<Holder> {
  const holder = Bun.spawn(["unshare", ...command], { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
  const { value } = await holder.stdout.getReader().read();
  if (value === undefined) {
    throw new Error(
      `No namespace could be made, which these tests need (in a container: --privileged): ${await new Response(holder.stderr).text()}`,
    );
  }
  return {
    pid: holder.pid,
    async end() {
      await holder.stdin.end();
      await holder.exited;
    },
  };
}

async function startUntilHeard(command: readonly string[]): Promise<Started> {
  const child = Bun.spawn([...command], { env: surroundings(), stdout: "pipe", stderr: "pipe" });
  const { value } = await child.stdout.getReader().read();
  if (value === undefined) {
    throw new Error(`${command.join(" ")} ended at once: ${await new Response(child.stderr).text()}`);
  }
  return {
    async stop() {
      child.kill("SIGTERM");
      await child.exited;
    },
  };
}

async function outcomeOf(command: readonly string[]): Promise<Outcome> {
  const child = Bun.spawn([...command], { env: surroundings(), stdout: "pipe", stderr: "pipe" });
  const [out, err, exit] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out, err, exit };
}

/** Settings of a Muster in use on this machine stay out. */
function surroundings(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("MUSTER_")));
}
