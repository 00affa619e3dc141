import { type Deployment, deploy } from "../../src/fleet/deployment.ts";
import { storePath } from "../../src/host/folder.ts";
import { makeFolder } from "../folders.ts";
import type { PostgresServer } from "../postgres.ts";
import { type FaultHost, type FaultHostOptions, startFaultHost } from "./host.ts";
import { Ledger } from "./ledger.ts";
import { type Load, type LoadOptions, startLoad } from "./load.ts";
import { readStored } from "./stored.ts";
import { type Verdict, verdict } from "./verdict.ts";

/** The kinds of store, as the table names them. */
export type StoreKind = "SQLite" | "PostgreSQL";

/** How a site is made. */
export interface SiteOptions {
  /** Keeps the count in a database of this server; without, one host keeps it in its own folder. */
  readonly postgres?: PostgresServer | undefined;
  /** How many hosts share it. */
  readonly hosts?: number;
  /** Leases there may be at once, no more being granted. */
  readonly seats?: number | undefined;
  /** How each host is started, beside its folder and store. */
  readonly host?: Partial<FaultHostOptions>;
  readonly load?: Partial<LoadOptions>;
  /** Where it gets a folder; one of temporary files unless given. */
  readonly folder?: string;
}

/** A customer's hosts, and machines that ask them without end. */
export interface Site {
  readonly store: StoreKind;
  readonly deployment: Deployment;
  /** For `readStored`. */
  readonly place: string;
  readonly ledger: Ledger;
  readonly load: Load;
  /** The hosts that run now; one that was killed stays in its place until it is started again. */
  readonly hosts: readonly FaultHost[];
  /** Starts one of them; again when it was killed. */
  start(at: number, more?: Partial<FaultHostOptions>): Promise<FaultHost>;
  /** Waits for so many more answers. */
  serves(answers?: number): Promise<void>;
  /** Lets all machines have their answer, stops the hosts, and judges. */
  judge(options?: { countsGrow?: boolean; now?: number }): Promise<Verdict>;
}

const PATIENCE = 120_000;
/** Machines that want one of few seats. */
const RUSH = 400;

/** Deploys hosts, starts them, and has machines ask. */
export async function startSite(options: SiteOptions = {}): Promise<Site> {
  const { postgres, seats, folder = makeFolder() } = options;
  const others = Array.from({ length: (options.hosts ?? 1) - 1 }, (_, at) => `kms0${at + 2}`);
  const limit = seats === undefined ? {} : { seats, overage: "deny" as const };
  const deployment = await deploy(folder, { hostName: "kms01", others, now: Date.now(), ...limit });
  const [product] = deployment.products;
  if (product === undefined) throw new Error("a deployment has products");
  const database = await postgres?.makeDatabase();
  const hosts: FaultHost[] = [];
  const start = async (at: number, more: Partial<FaultHostOptions> = {}) => {
    const ofOne = deployment.hostFolders[at] ?? deployment.hostFolder;
    const host = await startFaultHost({ folder: ofOne, store: database, ...options.host, ...more });
    hosts[at] = host;
    return host;
  };
  for (const at of deployment.hostFolders.keys()) await start(at);
  const ledger = new Ledger(product);
  const urls = () => hosts.map(({ url }) => url);
  const machines = seats === undefined ? {} : { machines: RUSH };
  const load = await startLoad({ ledger, urls, ...machines, ...options.load });
  const place = database ?? storePath(deployment.hostFolder);
  return {
    store: database === undefined ? "SQLite" : "PostgreSQL",
    deployment,
    place,
    ledger,
    load,
    hosts,
    start,
    async serves(answers = 50) {
      const until = ledger.acknowledged + answers;
      for (const end = performance.now() + PATIENCE; ledger.acknowledged < until; await Bun.sleep(10)) {
        if (performance.now() < end) continue;
        const told = hosts.map((host) => host.errors()).join("");
        throw new Error(`${until - ledger.acknowledged} answers have not come. The hosts said: ${told}`);
      }
    },
    async judge({ countsGrow = true, now = Date.now() } = {}) {
      await load.stop();
      await Promise.all(hosts.map((host) => host.stop()));
      return verdict(ledger, await readStored(place), { seats, now, countsGrow });
    },
  };
}
