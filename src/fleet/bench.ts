import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "../../package.json";
import { storePath } from "../host/folder.ts";
import { newId } from "../protocol/ids.ts";
import type { ActivationRequest } from "../protocol/messages.ts";
import { formatTime } from "../protocol/time.ts";
import { type DeployedProduct, deploy } from "./deployment.ts";
import { fillDatabase, fillStore } from "./fill.ts";
import { runLoad } from "./load.ts";

/** What a benchmark is told. */
export interface BenchOptions {
  readonly connections: readonly number[];
  /** Runs of each server at each number of connections; the best and the worst are dropped. */
  readonly rounds: number;
  /** Requests of one run on the fastest server; slower ones get fewer. */
  readonly requests: number;
  /** Machines that are in the host's store beforehand; the load comes from some of them. */
  readonly known: number;
  /** Runs a second host that knows so many machines, named "beside". */
  readonly beside?: number;
  /** An empty PostgreSQL database: runs a second host on it, named "muster, PostgreSQL". */
  readonly store?: string | undefined;
  readonly onProgress: (done: number, of: number) => void;
}

/** What was measured of one server at one number of connections: means over the runs that were kept. */
export interface BenchRow {
  readonly connections: number;
  readonly server: string;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** A benchmark with the machine it ran on. */
export interface BenchReport {
  readonly machine: string;
  readonly versions: string;
  readonly known: number;
  readonly rounds: number;
  readonly rows: readonly BenchRow[];
}

/** A server to be measured. */
interface Contestant {
  readonly name: string;
  readonly command: string[];
  /** The share of the requests it is given. */
  readonly share: number;
  readonly bodies: string[];
  readonly environment?: Readonly<Record<string, string>>;
}

interface Running extends Contestant {
  readonly url: string;
  readonly stop: () => Promise<unknown>;
}

const MAIN = join(import.meta.dir, "../cli/main.ts");
const BASELINES = join(import.meta.dir, "../../bench/servers");
const ASKING = 1000;
/** The name of the host on PostgreSQL in a report. */
export const ON_POSTGRES = "muster, PostgreSQL";

/**
 * Measures a host of this Muster beside an empty server and the obvious one, all in one run on one machine, turn by
 * turn, so that what else the machine does falls on all of them. The baselines come with the sources only.
 */
export async function runBench(options: BenchOptions): Promise<BenchReport> {
  const folder = mkdtempSync(join(tmpdir(), "muster-bench-"));
  const running: Running[] = [];
  try {
    const muster = await host("muster", join(folder, "muster"), options.known);
    const beside =
      options.beside === undefined ? [] : [await host("beside", join(folder, "beside"), options.beside)];
    const shared =
      options.store === undefined
        ? []
        : [await sharedHost(ON_POSTGRES, join(folder, "shared"), options.known, options.store)];
    for (const contestant of [...baselines(folder, muster.bodies), muster, ...beside, ...shared]) {
      running.push({ ...contestant, ...(await start(contestant)) });
    }
    const rows = await measure(running, options);
    const { known, rounds } = options;
    return { ...describeMachine(), known, rounds, rows };
  } finally {
    await Promise.all(running.map(({ stop }) => stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A server's figure beside the same figure of another one at the same number of connections. */
export function ratio(
  report: BenchReport,
  row: BenchRow,
  of: string,
  figure: "perSecond" | "p99",
): number | undefined {
  const base = report.rows.find(
    ({ server, connections }) => server === of && connections === row.connections,
  );
  return base === undefined ? undefined : row[figure] / base[figure];
}

async function measure(running: Running[], options: BenchOptions): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const total = options.connections.length * options.rounds * running.length;
  let done = 0;
  for (const connections of options.connections) {
    const runs = running.map((server) => ({
      server,
      figures: [] as { perSecond: number; p50: number; p99: number }[],
    }));
    for (let round = 0; round < options.rounds; round++) {
      for (const { server, figures } of runs) {
        const requests = Math.ceil(options.requests * server.share * Math.min(1, connections / 16));
        const result = await runLoad({ url: server.url, connections, bodies: server.bodies, requests });
        if (result.statuses[200] !== result.requests)
          throw new Error(`${server.name}: ${JSON.stringify(result.statuses)}`);
        figures.push(result);
        options.onProgress(++done, total);
      }
    }
    for (const { server, figures } of runs) {
      const mean = (of: (figure: (typeof figures)[number]) => number) => trimmedMean(figures.map(of));
      const [perSecond, p50, p99] = [
        mean((run) => run.perSecond),
        mean((run) => run.p50),
        mean((run) => run.p99),
      ];
      rows.push({ connections, server: server.name, perSecond, p50, p99 });
    }
  }
  return rows;
}

/** The mean without the best and the worst, where there are enough of them. */
export function trimmedMean(values: readonly number[]): number {
  const sorted = values.toSorted((one, two) => one - two);
  const kept = sorted.length > 2 ? sorted.slice(1, -1) : sorted;
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
}

/** Renewals: each machine is known, and shows no ticket, as one does whose last answer was lost. */
function askers({ application, product, required }: DeployedProduct, cmids: readonly string[]): string[] {
  return Array.from({ length: ASKING }, (_, at) => {
    const request: ActivationRequest = {
      version: 1,
      application,
      product,
      cmid: cmids[Math.floor((at * cmids.length) / ASKING)] ?? newId(),
      machine: { name: `pc-${at}`, fingerprint: at.toString(16).padStart(64, "0"), virtual: false },
      status: 1,
      minutesLeft: 249_120,
      required,
      time: formatTime(Date.now()),
      nonce: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url"),
    };
    return JSON.stringify(request);
  });
}

async function host(name: string, folder: string, known: number): Promise<Contestant> {
  const { hostFolder, product } = await deployOne(folder);
  const bodies = askers(product, fillStore(storePath(hostFolder), product, known, Date.now()));
  return contestant(name, hostFolder, bodies);
}

async function sharedHost(name: string, folder: string, known: number, store: string): Promise<Contestant> {
  const { hostFolder, product } = await deployOne(folder);
  const bodies = askers(product, await fillDatabase(store, product, known, Date.now()));
  // Not as an argument: it may hold a password.
  return { ...contestant(name, hostFolder, bodies), environment: { MUSTER_HOST_STORE: store } };
}

async function deployOne(folder: string): Promise<{ hostFolder: string; product: DeployedProduct }> {
  const { hostFolder, products } = await deploy(folder, { hostName: "kms01", now: Date.now() });
  const [product] = products;
  if (product === undefined) throw new Error("a deployment has products");
  return { hostFolder, product };
}

function contestant(name: string, hostFolder: string, bodies: string[]): Contestant {
  const options = [
    "--no-dns",
    "--no-admin",
    "--rate-limit",
    "0",
    "--log-level",
    "error",
    "--json",
    "--address",
    "127.0.0.1",
    "--port",
    "0",
    "--data",
    hostFolder,
  ];
  return { name, command: [...self(), "host", "run", ...options], share: 1, bodies };
}

function baselines(folder: string, bodies: string[]): Contestant[] {
  if (!existsSync(BASELINES)) return [];
  const server = (name: string, share: number, file: string, ...options: string[]) => {
    return { name, command: [process.execPath, join(BASELINES, file), folder, ...options], share, bodies };
  };
  return [
    server("empty", 1, "empty.ts"),
    server("obvious", 1 / 20, "obvious.ts"),
    server("obvious, WAL", 1 / 20, "obvious.ts", "wal"),
  ];
}

/** How to start this Muster again: by its sources, or as the one executable. */
export function self(): string[] {
  return existsSync(MAIN) ? [process.execPath, MAIN] : [process.execPath];
}

async function start({ command, environment }: Contestant): Promise<Pick<Running, "url" | "stop">> {
  const env = { ...process.env, ...environment };
  const child = Bun.spawn(command, { stdout: "pipe", stderr: "inherit", env });
  const { value } = await child.stdout.getReader().read();
  const { activation } = JSON.parse(new TextDecoder().decode(value)) as { activation: string };
  const stop = () => {
    child.kill();
    return child.exited;
  };
  return { url: activation, stop };
}

function describeMachine(): { machine: string; versions: string } {
  const [cpu] = cpus();
  return {
    machine: `${cpus().length} × ${cpu?.model.trim() ?? "unknown processor"}, ${process.platform} ${process.arch}`,
    versions: `Muster ${version}, Bun ${Bun.version}`,
  };
}
