import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readEvents } from "../../src/client/event-log.ts";
import { readState } from "../../src/client/state-file.ts";
import { type Deployment, type DeploymentOptions, deploy } from "../../src/fleet/deployment.ts";
import { storePath } from "../../src/host/folder.ts";
import { eventFields } from "../../src/protocol/events.ts";
import { type Bind, startBind } from "../bind.ts";
import { type Machine, type Started, startNetwork } from "../doctor-real/network.ts";
import { fingerprintOf } from "../requests.ts";
import type { Equipment, Order, Told } from "./clients.ts";
import { Ledger } from "./ledger.ts";
import { startRelay } from "./relay.ts";
import { readStored, type Stored } from "./stored.ts";
import { readLines, type Switch, startSwitch } from "./switch.ts";
import { type Verdict, verdict } from "./verdict.ts";

/** The domain of everybody. */
const DOMAIN = "corp.example";
const RESOLVER = "10.79.0.2";
const DATABASE = "10.79.0.5";
/** Milliseconds; longer than a host takes that others keep busy. */
const PATIENT = 15_000;
const CLIENTS = fileURLToPath(import.meta.resolve("./clients.ts"));

/** Machines on a switch whose cables can be made bad: a name server's, a database's, two for hosts, two full of clients. */
export interface BadNetwork {
  readonly cables: Switch;
  readonly kms01: Machine;
  readonly kms02: Machine;
  readonly office: Machine;
  readonly branch: Machine;
  /** Begins a story with a zone of these records, a new vendor and its hosts, which are not started. */
  begin(options?: StoryOptions): Promise<Story>;
  remove(): Promise<void>;
}

/** What a story begins with. */
export interface StoryOptions extends Partial<DeploymentOptions> {
  /** Lines of the zone; one SRV record for kms01 unless told. */
  readonly records?: readonly string[];
  /** The address of a database that all hosts share, as this machine reaches it; a file of each unless told. */
  readonly database?: string;
}

const HOSTS = ["kms01 A 10.79.0.11", "kms02 A 10.79.0.12"];
/** The SRV record that leads to a host. */
export const srvOf = (name: string, priority = 0, weight = 0, port = 1688) =>
  `_muster._tcp SRV ${priority} ${weight} ${port} ${name}`;

/** Has machines know each other's hardware addresses for good, so that nobody asks for them over a bad cable. */
async function acquaint(machines: readonly Machine[]): Promise<void> {
  const entries = await Promise.all(
    machines.map(async ({ address, run }) => {
      const shown = await run("ip", "-oneline", "link", "show", "eth0");
      const [, hardware = ""] = /link\/ether (\S+)/.exec(shown.out) ?? [];
      return { address, entry: `ip neigh replace ${address} lladdr ${hardware} dev eth0 nud permanent` };
    }),
  );
  for (const { address, run } of machines) {
    const others = entries.filter((each) => each.address !== address);
    const { err } = await run("sh", "-c", others.map(({ entry }) => entry).join(" && "));
    if (err !== "") throw new Error(err);
  }
}

/** Makes the machines; the same seed gives the cables the same luck. */
export async function startBadNetwork(seed: number): Promise<BadNetwork> {
  const cables = startSwitch(seed);
  const network = await startNetwork({ domain: DOMAIN, resolver: RESOLVER, resolving: "", wiring: cables });
  const dns = await network.add("dns", RESOLVER);
  const [kms01, kms02] = [await network.add("kms01", "10.79.0.11"), await network.add("kms02", "10.79.0.12")];
  const [office, branch] = [
    await network.add("office", "10.79.0.21"),
    await network.add("branch", "10.79.0.22"),
  ];
  const db = await network.add("db", DATABASE);
  await acquaint([dns, kms01, kms02, office, branch, db]);
  return {
    cables,
    kms01,
    kms02,
    office,
    branch,
    async begin({ records = [srvOf("kms01")], database, ...options } = {}) {
      const folder = mkdtempSync(join(tmpdir(), "muster-faults-"));
      const place = { zone: DOMAIN, address: RESOLVER, port: 53, within: dns.within };
      const bind = await startBind({ ...place, records: [...HOSTS, ...records] });
      const deployment = await deploy(folder, { hostName: "kms01", now: Date.now(), ...options });
      const relay =
        database && (await startRelay(db, 5432, Number(new URL(database).port), join(folder, "db")));
      const seats = options.seats;
      return new Story({ folder, bind, deployment, cables, database, relay, seats });
    },
    remove: () => network.stop(),
  };
}

interface StoryParts {
  readonly folder: string;
  readonly bind: Bind;
  readonly deployment: Deployment;
  readonly cables: Switch;
  readonly database: string | undefined;
  readonly relay: { stop(): Promise<void> } | "" | undefined;
  readonly seats: number | undefined;
}

/** One deployment whose network something is done to. */
export class Story {
  readonly deployment: Deployment;
  readonly bind: Bind;
  private readonly parts: StoryParts;
  private readonly hosts: Started[] = [];
  private readonly crowds = new Map<string, Crowd>();
  private readonly names = new Set<string>();

  constructor(parts: StoryParts) {
    this.parts = parts;
    this.deployment = parts.deployment;
    this.bind = parts.bind;
  }

  /** The edition that five machines activate. */
  get product() {
    const product = this.deployment.products.find(({ required }) => required === 5);
    if (product === undefined) throw new Error("a deployment has a server edition");
    return product;
  }

  /** Starts a host, the first of the deployment unless told, at the port that clients expect. */
  async startHost(machine: Machine, at = 0): Promise<Started> {
    const { database } = this.parts;
    const where = ["--data", this.deployment.hostFolders[at] ?? "", "--address", machine.address];
    const store = database?.replace(/@.*\//, `@${DATABASE}:5432/`);
    const options = [...(store === undefined ? [] : ["--store", store]), "--no-admin", "--no-dns", "--json"];
    const host = await machine.start("host", "run", ...where, ...options);
    this.hosts.push(host);
    return host;
  }

  /** Lets clients of a machine try to activate at once: once, and with patience, unless told. */
  async activate(
    machine: Machine,
    names: readonly string[],
    { tries = 1, timeout = PATIENT }: Partial<Omit<Order, "names">> = {},
  ): Promise<Told[]> {
    const { folder } = this.parts;
    for (const name of names) this.names.add(name);
    const { catalogueFile } = this.deployment;
    const { setupKey } = this.product;
    const crowd =
      this.crowds.get(machine.name) ??
      startCrowd(machine, { folder, domain: DOMAIN, catalogueFile, setupKey });
    this.crowds.set(machine.name, crowd);
    return crowd.order({ names, tries, timeout });
  }

  /** What a client has kept. */
  stateOf(name: string) {
    return readState(readFileSync(join(this.parts.folder, name, "license.json"), "utf8"));
  }

  /** What a client has logged: `12288 CODE HOST` of each request, `12289 CODE activated count` of each answer. */
  eventsOf(name: string): string[] {
    return readEvents(join(this.parts.folder, name)).flatMap(({ id, info }) => {
      if (id === 12288) {
        const { code, host } = eventFields(12288, info);
        return [`12288 ${code} ${host}`];
      }
      if (id !== 12289) return [];
      const { code, activated, count } = eventFields(12289, info);
      return [`12289 ${code} ${activated} ${count}`];
    });
  }

  /** What all clients know, as a ledger. */
  ledger(): Ledger {
    const ledger = new Ledger(this.product);
    for (const name of this.names) {
      const state = this.stateOf(name);
      const answers = this.eventsOf(name).filter((event) => event.startsWith("12289")).length;
      const asker = ledger.newAsker();
      Object.assign(asker, {
        name,
        cmid: state.cmid,
        fingerprint: fingerprintOf(name),
        asked: 1,
        answers,
        sequence: Number.parseInt(state.ticket?.slice(0, 12) ?? "0", 16),
        leaseExpires: leaseEnd(state.products[this.product.product]?.grant?.lease),
      });
      ledger.answered += answers > 0 ? 1 : 0;
      ledger.acknowledged += answers;
    }
    return ledger;
  }

  stored(): Promise<Stored> {
    return readStored(this.parts.database ?? storePath(this.deployment.hostFolder));
  }

  /** Holds what the clients know against what the store has. */
  async judge(): Promise<Verdict> {
    return verdict(this.ledger(), await this.stored(), { seats: this.parts.seats, now: Date.now() });
  }

  async end(): Promise<void> {
    await this.parts.cables.mend();
    for (const crowd of this.crowds.values()) await crowd.stop();
    for (const host of this.hosts) await host.stop();
    if (this.parts.relay) await this.parts.relay.stop();
    await this.bind.stop();
    rmSync(this.parts.folder, { recursive: true, force: true });
  }
}

interface Crowd {
  order(order: Order): Promise<Told[]>;
  stop(): Promise<void>;
}

function startCrowd(machine: Machine, equipment: Equipment): Crowd {
  const command = [...machine.within, process.execPath, CLIENTS, JSON.stringify(equipment)];
  const child = Bun.spawn(command, { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
  const lines = readLines(child.stdout);
  let turn: Promise<unknown> = Promise.resolve();
  return {
    order(order) {
      const result = turn.then(async () => {
        child.stdin.write(`${JSON.stringify(order)}\n`);
        await child.stdin.flush();
        const { value } = await lines.next();
        if (value !== undefined) return JSON.parse(value) as Told[];
        throw new Error(`The clients ended: ${await new Response(child.stderr).text()}`);
      });
      turn = result.catch(() => {});
      return result;
    },
    async stop() {
      child.kill();
      await child.exited;
    },
  };
}

/** When a lease ends, milliseconds since the epoch; 0 without one. Read as any library for JWT reads it. */
function leaseEnd(lease: string | undefined): number {
  if (lease === undefined) return 0;
  const [, payload = ""] = lease.split(".");
  return (JSON.parse(Buffer.from(payload, "base64url").toString()) as { exp: number }).exp * 1000;
}
