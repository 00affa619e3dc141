import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Overage } from "../../protocol/host-license.ts";
import type { LicenseStatus } from "../../protocol/license-state.ts";
import type { Policy } from "../../protocol/policy.ts";
import { DAY } from "../../protocol/time.ts";
import { Diary } from "./diary.ts";
import { HOUR } from "./duration.ts";
import { type HostFigures, SimulatedHost } from "./host.ts";
import { type MachineBeginning, SimulatedMachine, type Snapshot } from "./machine.ts";
import { Network } from "./network.ts";
import { type Random, seededRandom } from "./random.ts";
import { type Deed, Timeline } from "./timeline.ts";
import { type Edition, SimulatedVendor } from "./vendor.ts";

/** What a world is made with; everything has a default. */
export interface WorldOptions {
  readonly seed?: number;
  /** Milliseconds since the epoch; a Thursday. */
  readonly start?: number;
  /** What is to differ from the default policy, of both editions; `required` is the client edition's. */
  readonly policy?: Partial<Policy>;
  /** Machines that may hold a lease at once; no limit without it. */
  readonly seats?: number;
  readonly overage?: Overage;
  /** For how many days a host licence is valid. */
  readonly licenseDays?: number;
}

/** How machines come to be. */
export interface MachinesOptions {
  readonly product?: Edition;
  /** The machines are called `name-001` and so on. */
  readonly name?: string;
  readonly virtual?: boolean;
  /** They are first switched on within this time, milliseconds; an hour without it. */
  readonly within?: number;
  /** What their folders hold; a new machine's holds nothing. */
  readonly snapshot?: Snapshot | undefined;
}

/** The world at the end of one day. */
export interface Sample {
  /** Days since the start. */
  readonly day: number;
  readonly hosts: readonly HostFigures[];
  /** How many machines, switched on or off, are in which license status. */
  readonly byStatus: ReadonlyMap<LicenseStatus, number>;
}

const START = Date.parse("2026-01-01T00:00:00Z");
const FIRST_HOST = 10;

/** Makes a world: a vendor, no host and no machine yet, and a clock that stands still until it is run. */
export function simulate(options: WorldOptions = {}): World {
  return new World(options);
}

/**
 * Hosts and machines on one virtual clock, deterministic by its seed. Close it when done: hosts keep their stores in
 * a temporary folder.
 */
export class World {
  readonly hosts: SimulatedHost[] = [];
  readonly machines: SimulatedMachine[] = [];
  readonly samples: Sample[] = [];
  readonly diary: Diary;
  readonly start: number;
  readonly vendor: SimulatedVendor;
  private readonly timeline: Timeline;
  private readonly network = new Network();
  private readonly folder = mkdtempSync(join(tmpdir(), "muster-simulate-"));
  private readonly random: Random;
  private readonly removeFolder = () => {
    process.removeListener("exit", this.removeFolder);
    rmSync(this.folder, { recursive: true, force: true });
  };

  constructor({ seed = 1, start = START, policy = {}, seats, overage, licenseDays = 365 }: WorldOptions) {
    this.start = start;
    this.random = seededRandom(seed);
    this.timeline = new Timeline(start);
    this.diary = new Diary(start);
    // Whatever ends the program, nothing of a world stays.
    process.once("exit", this.removeFolder);
    try {
      this.vendor = new SimulatedVendor(this.folder, { policy, seats, overage, licenseDays }, start);
    } catch (error) {
      this.removeFolder();
      throw error;
    }
    this.planEndOfDay(1);
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.timeline.now();
  }

  /** Sets up a host, licensed and published in DNS. */
  async host(name = `kms0${this.hosts.length + 1}`): Promise<SimulatedHost> {
    const { timeline, vendor, folder } = this;
    const address = `10.0.0.${FIRST_HOST + this.hosts.length}`;
    const host = new SimulatedHost(
      { timeline, vendor, folder, tell: (text) => this.tell(text) },
      name,
      address,
    );
    await host.rebuild();
    this.hosts.push(host);
    this.network.hosts.push(host);
    return host;
  }

  /** New machines, which are switched on one after the other. */
  fleet(number: number, options: MachinesOptions = {}): SimulatedMachine[] {
    const { product = "client", name = "pc", virtual = false, within = HOUR, snapshot } = options;
    return Array.from({ length: number }, (_, at) => {
      const random = this.random.fork(`${name}-${at + 1}-${this.machines.length}`);
      const machine = this.addMachine({
        name: `${name}-${String(at + 1).padStart(3, "0")}`,
        product,
        virtual,
        random,
        ...snapshot,
      });
      this.after(random.next() * within, () => machine.boots());
      return machine;
    });
  }

  /** Plans a deed so long from now. */
  after(duration: number, deed: Deed): void {
    this.timeline.at(this.now() + duration, deed);
  }

  /** Plans a deed for a day since the start, and an hour of it. */
  onDay(day: number, deed: Deed, hour = 0): void {
    this.timeline.at(this.start + day * DAY + hour * HOUR, deed);
  }

  /** Plans a deed again and again, the first time after one interval. */
  every(interval: number, deed: Deed): void {
    this.after(interval, async () => {
      await deed();
      this.every(interval, deed);
    });
  }

  /** Lets so much time pass. */
  async run(duration: number): Promise<void> {
    await this.timeline.runUntil(this.now() + duration);
  }

  /** Writes down what people want to read of. */
  tell(text: string): void {
    this.diary.tell(this.now(), text);
  }

  /** How the world is now. */
  async sample(): Promise<Sample> {
    const byStatus = new Map<LicenseStatus, number>();
    for (const machine of this.machines) {
      const { status } = await machine.state();
      byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
    }
    const day = Math.round((this.now() - this.start) / DAY);
    return { day, byStatus, hosts: await Promise.all(this.hosts.map((host) => host.figures())) };
  }

  async close(): Promise<void> {
    for (const host of this.hosts) await host.close();
    this.vendor.close();
    this.removeFolder();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private addMachine(beginning: Omit<MachineBeginning, "address">): SimulatedMachine {
    const { timeline, vendor, network, diary } = this;
    const number = this.machines.length;
    const machine = new SimulatedMachine(
      {
        timeline,
        vendor,
        network,
        noteRequest: () => diary.noteRequest(this.now()),
        noteAttempt: (result) => diary.noteAttempt(this.now(), result),
      },
      { ...beginning, address: `10.${1 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}` },
    );
    this.machines.push(machine);
    return machine;
  }

  /** The last moment of a day: what is planned for the start of the next one has not happened yet. */
  private planEndOfDay(day: number): void {
    this.timeline.at(this.start + day * DAY - 1, async () => {
      for (const host of this.hosts) if (host.isUp) await host.daily();
      this.samples.push(await this.sample());
      this.planEndOfDay(day + 1);
    });
  }
}
