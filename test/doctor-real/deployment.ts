import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Deployment, deploy } from "../../src/fleet/deployment.ts";
import { type Bind, startBind } from "../bind.ts";
import { type Outcome, until } from "../muster.ts";
import { type Machine, type Started, startNetwork } from "./network.ts";

/** The domain of everybody. */
export const DOMAIN = "corp.example";
const RESOLVER = "10.77.0.2";
const RECORDS = ["kms01 A 10.77.0.11", "kms02 A 10.77.0.12"];

/** What `muster doctor --format json` printed, as far as these stories look at it. */
export interface Report {
  readonly exit: number;
  readonly verdict: string;
  readonly findings: readonly Finding[];
  readonly evidence: readonly { readonly file: string; readonly kind: string; readonly machine: string }[];
}

interface Finding {
  readonly id: string;
  readonly verdict: string;
  readonly severity: string;
  readonly why: string;
  readonly affects: readonly string[];
  readonly evidence: readonly { readonly file: string; readonly quote: string }[];
}

/** Real machines: a name server's, two for hosts, six clients. Only what a story starts runs on them. */
export interface Site {
  readonly kms01: Machine;
  readonly kms02: Machine;
  readonly pcs: readonly Machine[];
  /** Begins a story: a zone without hosts, a new vendor and its first host, clients that have nothing. */
  begin(records?: readonly string[], now?: number): Promise<Story>;
  remove(): Promise<void>;
}

/** Makes the machines. */
export async function startSite(): Promise<Site> {
  const network = await startNetwork({ domain: DOMAIN, resolver: RESOLVER });
  const dns = await network.add("dns", RESOLVER);
  const [kms01, kms02] = [await network.add("kms01", "10.77.0.11"), await network.add("kms02", "10.77.0.12")];
  const pcs: Machine[] = [];
  for (const at of [1, 2, 3, 4, 5, 6]) pcs.push(await network.add(`pc-${at}`, `10.77.0.2${at}`));
  return {
    kms01,
    kms02,
    pcs,
    async begin(records = [], now = Date.now()) {
      const folder = mkdtempSync(join(tmpdir(), "muster-story-"));
      const place = { zone: DOMAIN, address: RESOLVER, port: 53, within: dns.within };
      const bind = await startBind({ ...place, records: [...RECORDS, ...records] });
      const deployment = await deploy(folder, { hostName: `kms01.${DOMAIN}`, now });
      return new Story(folder, bind, deployment);
    },
    remove: () => network.stop(),
  };
}

/** One deployment that something may be done to. */
export class Story {
  readonly folder: string;
  readonly bind: Bind;
  readonly deployment: Deployment;
  /** Seconds that clients and the doctor wait for an answer: long, but where somebody is silent for good. */
  patience = 30;
  private readonly hosts: Started[] = [];
  private bundles = 0;

  constructor(folder: string, bind: Bind, deployment: Deployment) {
    this.folder = folder;
    this.bind = bind;
    this.deployment = deployment;
  }

  async end(): Promise<void> {
    for (const host of this.hosts) await host.stop();
    await this.bind.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Where a client keeps its files, of whichever machine. */
  folderOf({ name }: Machine): string {
    return join(this.folder, name);
  }

  /** Starts a host that publishes itself, and waits until it has tried that. */
  async startHost(machine: Machine, more: readonly string[] = [], folder = this.deployment.hostFolder) {
    const publishing = ["--dns-domain", DOMAIN, "--dns-server", RESOLVER];
    const key = more.includes("--tsig-key") ? [] : ["--tsig-key", this.bind.keyFile];
    const options = ["--data", folder, "--no-admin", "--json", ...publishing, ...key, ...more];
    const host = await machine.start("host", "run", ...options);
    this.hosts.push(host);
    if (more.includes("--no-dns")) return;
    await until("the host has tried to publish itself", async () => {
      const { out } = await machine.muster("events", "--json", "--data", folder);
      return /"id":1229[34]\b/.test(out);
    });
  }

  /** Gives machines the setup key of the edition that five machines activate. */
  async install(...machines: readonly Machine[]): Promise<void> {
    const { products, catalogueFile } = this.deployment;
    const key = products.find(({ required }) => required === 5)?.setupKey ?? "";
    for (const machine of machines) {
      const data = ["--data", this.folderOf(machine)];
      sound(await machine.muster("ipk", key, "--catalogue", catalogueFile, ...data));
    }
  }

  /** Lets machines try to activate, one after the other; gives their exit codes. */
  async activate(...machines: readonly Machine[]): Promise<number[]> {
    const exits: number[] = [];
    const patience = ["--timeout", `${this.patience}`];
    for (const machine of machines) {
      const { exit } = await machine.muster("ato", ...patience, "--data", this.folderOf(machine));
      exits.push(exit);
    }
    return exits;
  }

  /** Collects the evidence of a machine, and gives the path of the bundle. */
  async collect(machine: Machine, data = this.folderOf(machine), ...more: string[]): Promise<string> {
    this.bundles += 1;
    const bundle = join(this.folder, `${machine.name}-${this.bundles}.zip`);
    sound(await machine.muster("collect", "-o", bundle, "--data", data, ...more));
    return bundle;
  }

  /** What the doctor makes of a machine's and its host's bundles. */
  async diagnose(machine: Machine, ...bundles: readonly string[]): Promise<Report> {
    return reported(await machine.muster("doctor", "--format", "json", ...bundles));
  }

  /** What the doctor makes of a machine, or of bundles, with a look at the network from it. */
  async diagnoseLive(machine: Machine, ...bundles: readonly string[]): Promise<Report> {
    const live = ["--format", "json", "--live", "--timeout", `${this.patience}`];
    const what = bundles.length > 0 ? bundles : ["--data", this.folderOf(machine)];
    return reported(await machine.muster("doctor", ...what, ...live));
  }
}

function sound(outcome: Outcome): Outcome {
  if (outcome.exit !== 0) throw new Error(`${outcome.out}${outcome.err}`);
  return outcome;
}

function reported({ out, err, exit }: Outcome): Report {
  if (out === "") throw new Error(err);
  return { ...(JSON.parse(out) as Omit<Report, "exit">), exit };
}
