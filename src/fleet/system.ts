import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ADMIN_PORT } from "../host/admin/server.ts";
import type { TsigKey } from "../host/dns/index.ts";
import { OWN_STORE } from "../host/folder-store.ts";
import { type HostConfig, type RunningHost, runHost } from "../host/run.ts";
import type { Overage } from "../protocol/host-license.ts";
import { DEFAULT_PORT } from "../protocol/messages.ts";
import { Problem, problem } from "../protocol/problems.ts";
import { type DeployedProduct, type Deployment, deploy } from "./deployment.ts";
import { type Fleet, startFleet } from "./fleet.ts";
import { startZone, type Zone } from "./zone.ts";

/** What `muster up` is told. */
export interface SystemOptions {
  readonly machines: number;
  /** Hosts that share one store; 1 when left out. */
  readonly hosts?: number | undefined;
  /** `sqlite`, or the address of a PostgreSQL database, which several hosts need. */
  readonly store?: string | undefined;
  /** Where everything is kept; without it a temporary folder that goes with the system. */
  readonly folder?: string | undefined;
  /** Port of the host; without it 1688, or a free one when that is taken. */
  readonly port?: number | undefined;
  /** Port of the DNS zone; without it 15353, or a free one when that is taken. */
  readonly dnsPort?: number | undefined;
  /** Port of the host for administrators; without it 1689, or a free one when that is taken. */
  readonly adminPort?: number | undefined;
  readonly seats?: number | undefined;
  readonly overage?: Overage | undefined;
  readonly onTrouble: (sentence: string) => void;
}

/** The whole system on one machine. */
export interface System {
  readonly deployment: Deployment;
  readonly host: RunningHost;
  /** All hosts; the first is `host`. */
  readonly hosts: readonly RunningHost[];
  readonly zone: Zone;
  readonly domain: string;
  readonly fleet: Fleet;
  /** The product that the fleet's machines are clients of. */
  readonly product: DeployedProduct;
  stop(): Promise<void>;
}

const DOMAIN = "muster.test";
const LOOPBACK = "127.0.0.1";
const DNS_PORT = 15_353;
/** Here clients retry every second, so that one can watch. */
const RETRY_EVERY = 1000;

/**
 * A vendor, hosts, a DNS zone, and a fleet of real clients over real sockets. Throws what these throw, and leaves nothing
 * open then, nor the temporary folder.
 */
export async function startSystem(options: SystemOptions): Promise<System> {
  const names = namesOf(options);
  await using opened = new AsyncDisposableStack();
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "muster-up-")));
  if (options.folder === undefined) opened.defer(() => rm(folder, { recursive: true, force: true }));
  const running = await serve(options, { folder, names }, opened);
  const toClose = opened.move();
  return { ...running, stop: () => toClose.disposeAsync() };
}

/** What is opened first is closed last: the fleet ends before its hosts, and those before the zone they publish in. */
async function serve(
  options: SystemOptions,
  { folder, names }: { readonly folder: string; readonly names: readonly string[] },
  opened: AsyncDisposableStack,
): Promise<Omit<System, "stop">> {
  const { seats, overage, store, onTrouble } = options;
  const [hostName = "", ...others] = names;
  const deployment = await deploy(folder, { hostName, others, seats, overage, now: Date.now() });
  const [product] = deployment.products;
  if (product === undefined) throw new Error("a deployment has products");

  const tsigKey: TsigKey = { name: "muster-up", algorithm: "hmac-sha256", secret: randomBytes(32) };
  const addresses = Object.fromEntries(names.map((name) => [name, LOOPBACK]));
  const zone = await onPort(options.dnsPort, DNS_PORT, (port) =>
    startZone({ domain: DOMAIN, port, hosts: addresses, tsigKey, now: Date.now }),
  );
  opened.defer(() => zone.close());
  const configOf = (name: string, at: number): HostConfig => {
    const admin = { address: LOOPBACK, port: at === 0 ? (options.adminPort ?? ADMIN_PORT) : 0 };
    return {
      folder: deployment.hostFolders[at] ?? deployment.hostFolder,
      store,
      address: LOOPBACK,
      publishing: { domains: [DOMAIN], target: name, server: zone.address, tsigKey },
      admin: { ...admin, isFixed: at === 0 && options.adminPort !== undefined },
      clock: Date.now,
      onTrouble,
    };
  };
  const run = async (config: HostConfig) => {
    const running = await runHost(config);
    opened.defer(() => running.stop());
    return running;
  };
  const host = await onPort(options.port, DEFAULT_PORT, (port) => run({ ...configOf(hostName, 0), port }));
  const hosts = [host];
  for (const [at, name] of others.entries()) hosts.push(await run({ ...configOf(name, at + 1), port: 0 }));
  await Promise.all(hosts.map(({ published }) => published));
  const fleet = startFleet({
    folder: join(folder, "clients"),
    machines: options.machines,
    product,
    catalogue: deployment.catalogue,
    dnsServer: zone.address,
    domain: DOMAIN,
    retryEvery: RETRY_EVERY,
  });
  opened.defer(() => fleet.stop());
  return { deployment, host, hosts, zone, domain: DOMAIN, fleet, product };
}

/** The machine names of the hosts. Throws BAD_INPUT for several that would not share a count. */
function namesOf({ hosts = 1, store = OWN_STORE }: SystemOptions): string[] {
  if (hosts > 1 && store === OWN_STORE) {
    throw problem(
      "BAD_INPUT",
      "Several hosts share one count in PostgreSQL only; name the database with --store postgres://user@server/database.",
    );
  }
  return Array.from({ length: hosts }, (_, at) => `kms${String(at + 1).padStart(2, "0")}.${DOMAIN}`);
}

/** Starts something on the port that was asked for; when none was, on the usual one, or on a free one if that is taken. */
async function onPort<T>(
  wanted: number | undefined,
  usual: number,
  start: (port: number) => Promise<T>,
): Promise<T> {
  try {
    return await start(wanted ?? usual);
  } catch (error) {
    const isTaken = error instanceof Problem && error.name === "PORT_IN_USE";
    if (!isTaken || wanted !== undefined) throw error;
    return start(0);
  }
}
