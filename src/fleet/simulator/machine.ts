import type { AttemptResult } from "../../client/attempt.ts";
import { assembleClient, type Client } from "../../client/client.ts";
import { createMemoryStore, type LicenseReport, type Machine, type MemoryStore } from "../../client/index.ts";
import type { ClientState } from "../../client/sdk.ts";
import { NEW_STATE } from "../../client/state.ts";
import type { LoggedEvent } from "../../protocol/events.ts";
import type { LicenseState } from "../../protocol/license-state.ts";
import { DAY } from "../../protocol/time.ts";
import { DOMAIN, type Network, type Place, type Station } from "./network.ts";
import type { Random } from "./random.ts";
import type { Cancel, Timeline } from "./timeline.ts";
import type { Edition, SimulatedVendor } from "./vendor.ts";

/** What a machine shares with its world. */
export interface MachineWorld {
  readonly timeline: Timeline;
  readonly vendor: SimulatedVendor;
  readonly network: Network;
  readonly noteRequest: () => void;
  readonly noteAttempt: (result: AttemptResult) => void;
}

/** How a machine begins. */
export interface MachineBeginning {
  readonly name: string;
  readonly address: string;
  readonly product: Edition;
  readonly virtual: boolean;
  readonly random: Random;
  /** What its folder holds; a new machine's holds nothing. */
  readonly state?: ClientState;
}

/** What a machine's folder held at one moment. */
export interface Snapshot {
  readonly state: ClientState;
}

/** Kinds of hardware that a machine is known by; the first three are the model's, the rest its own. */
export const HARDWARE_KINDS = [
  "cpu",
  "product_name",
  "sys_vendor",
  "mac",
  "board_serial",
  "product_serial",
  "product_uuid",
] as const;
/** One of them. */
export type HardwareKind = (typeof HARDWARE_KINDS)[number];

const MODEL_KINDS: readonly HardwareKind[] = ["cpu", "product_name", "sys_vendor"];
/** The agent never looks again sooner than this after an attempt (`client run`). */
const LOOK_AGAIN = 10_000;
const MOST_EVENTS = 200;

/** One machine on a virtual clock: the client role is that of production, store and network are in memory. */
export class SimulatedMachine implements Station {
  readonly name: string;
  readonly address: string;
  readonly product: Edition;
  place: Place = "office";
  losesAnswers = false;
  isOn = false;
  /** How far its clock is ahead, milliseconds. */
  clockOffset = 0;
  /** Its requests that reached a host. */
  requests = 0;
  private readonly requestPeak = new DayPeak();
  private readonly attemptPeak = new DayPeak();
  private readonly world: MachineWorld;
  private readonly random: Random;
  private readonly virtual: boolean;
  private readonly hardware: Record<HardwareKind, string>;
  private fingerprint: string;
  private store: MemoryStore;
  private client: Client;
  private cancelWake: Cancel | undefined;
  private standing: LicenseState | undefined;

  constructor(world: MachineWorld, beginning: MachineBeginning) {
    this.world = world;
    this.name = beginning.name;
    this.address = beginning.address;
    this.product = beginning.product;
    this.virtual = beginning.virtual;
    this.random = beginning.random;
    this.fingerprint = this.random.fingerprint();
    this.hardware = makeHardware(this.random);
    this.store = createMemoryStore({ state: beginning.state ?? NEW_STATE, mostEvents: MOST_EVENTS });
    this.client = this.startClient();
  }

  /** Switches it on: the agent starts, reads the hardware, and makes the attempts that are due. */
  async boots(): Promise<void> {
    this.isOn = true;
    this.client = this.startClient();
    const { state } = await this.store.read();
    const { vendor } = this.world;
    if (state.products[vendor.product(this.product).id]?.key === undefined)
      await this.client.install(vendor.setupKey(this.product));
    await this.wake();
  }

  /** Switches it off; with a duration, it boots after that. */
  switchesOff(duration?: number): void {
    this.isOn = false;
    this.cancelWake?.();
    this.after(duration, () => this.boots());
  }

  /** Leaves the office with its machine on: names of hosts have no address there. */
  goesAway(duration?: number): void {
    this.place = "away";
    this.after(duration, () => this.comesBack());
  }

  /** Has no network at all. */
  losesNetwork(duration?: number): void {
    this.place = "unplugged";
    this.after(duration, () => this.comesBack());
  }

  /** Is in the office again; the agent asks when its next attempt is due. */
  comesBack(): void {
    this.place = "office";
  }

  /** Answers to it get lost; with a duration, for that long. */
  losesItsAnswers(duration?: number): void {
    this.losesAnswers = true;
    this.after(duration, () => {
      this.losesAnswers = false;
    });
  }

  /** Sets its clock so far ahead (negative is back) of the right time; 0 sets it right. The agent sees it in a moment. */
  setsClock(ahead: number): void {
    this.clockOffset = ahead;
    this.standing = undefined;
    if (this.isOn) this.wakeAt(this.world.timeline.now() + LOOK_AGAIN);
  }

  /** What its folder holds, to be restored or cloned. */
  async snapshot(): Promise<Snapshot> {
    return { state: (await this.store.read()).state };
  }

  /** Puts its folder back, as when a virtual machine goes back to a snapshot, and boots. */
  async restores({ state }: Snapshot): Promise<void> {
    this.store = createMemoryStore({ state, mostEvents: MOST_EVENTS });
    await this.boots();
  }

  /** Replaces parts and boots. */
  async replacesHardware(...kinds: readonly HardwareKind[]): Promise<void> {
    for (const kind of kinds) this.hardware[kind] = this.random.id();
    this.fingerprint = this.random.fingerprint();
    await this.boots();
  }

  /** The image is deployed anew, with an empty folder; name and hardware stay. */
  async isReimaged(): Promise<void> {
    await this.restores({ state: NEW_STATE });
  }

  /** Runs `muster rearm`; gives how often that can be done again. Throws REARM_LIMIT. */
  async rearms(): Promise<number> {
    const left = await this.client.rearm();
    this.standing = undefined;
    if (this.isOn) this.wakeAt(this.world.timeline.now() + LOOK_AGAIN);
    return left;
  }

  /** What a program on it is told. */
  license(): Promise<LicenseReport> {
    return this.client.status(this.world.vendor.product(this.product).id);
  }

  /** The name of its license status. */
  async status(): Promise<string> {
    return (await this.license()).name;
  }

  /** The license state, looked up again only when something may have changed. */
  async state(): Promise<LicenseState> {
    const known = this.standing;
    const isFresh = (known?.ends ?? Number.POSITIVE_INFINITY) > this.now();
    if (known && isFresh && known.reason !== "CLOCK_SKEW") return known;
    const { id } = this.world.vendor.product(this.product);
    const { products } = await this.client.describe();
    const found = products.find(({ product }) => product.id === id)?.state;
    if (found === undefined) throw new Error("the catalogue has the product of every machine");
    this.standing = found;
    return found;
  }

  /** Its events, oldest first. */
  get events(): readonly LoggedEvent[] {
    return this.store.events;
  }

  /** The most requests that reached a host, and the most attempts it made, within one day. */
  get peaks(): { readonly requests: number; readonly attempts: number } {
    return { requests: this.requestPeak.most, attempts: this.attemptPeak.most };
  }

  /** A request of it reached a host. */
  noteRequest(): void {
    this.requests++;
    this.requestPeak.note(this.world.timeline.now());
    this.world.noteRequest();
  }

  /** Its clock, milliseconds since the epoch. */
  now(): number {
    return this.world.timeline.now() + this.clockOffset;
  }

  private startClient(): Client {
    this.standing = undefined;
    const { vendor, network } = this.world;
    return assembleClient({
      store: this.store,
      catalogue: vendor.catalogue,
      machine: async () => this.describe(),
      dns: {
        srv: async (domain) => network.srv(this, domain),
        addresses: async (host) => network.addresses(this, host),
      },
      suffixes: async () => [DOMAIN],
      ask: (_, address, request) => network.ask(this, address, request),
      now: () => this.now(),
      random: this.random.next,
      newId: this.random.id,
      account: "simulator",
    });
  }

  private describe(): Machine {
    const facts = Object.entries(this.hardware).map(([kind, value]) => `${kind} ${value}`);
    return {
      name: `${this.name}.${DOMAIN}`,
      fingerprint: this.fingerprint,
      virtual: this.virtual,
      hardware: facts,
    };
  }

  /** One round of the agent. */
  private async wake(): Promise<void> {
    this.cancelWake?.();
    if (!this.isOn) return;
    const results = await this.client.activateDue();
    this.standing = undefined;
    const { timeline } = this.world;
    for (const result of results) {
      this.attemptPeak.note(timeline.now());
      this.world.noteAttempt(result);
    }
    const due = (await this.client.nextDue()) - this.clockOffset;
    this.wakeAt(Math.max(timeline.now() + LOOK_AGAIN, due));
  }

  private wakeAt(time: number): void {
    this.cancelWake?.();
    this.cancelWake = this.world.timeline.at(time, () => this.wake());
  }

  private after(duration: number | undefined, deed: () => void | Promise<void>): void {
    const { timeline } = this.world;
    if (duration !== undefined) timeline.at(timeline.now() + duration, deed);
  }
}

/** Machines of one model share what names the model. */
function makeHardware(random: Random): Record<HardwareKind, string> {
  const own = (kind: HardwareKind) => (MODEL_KINDS.includes(kind) ? "model" : random.id());
  return Object.fromEntries(HARDWARE_KINDS.map((kind) => [kind, own(kind)])) as Record<HardwareKind, string>;
}

/** The most that happened within one day. */
class DayPeak {
  most = 0;
  private day = 0;
  private number = 0;

  note(time: number): void {
    const day = Math.floor(time / DAY);
    this.number = this.day === day ? this.number + 1 : 1;
    this.day = day;
    this.most = Math.max(this.most, this.number);
  }
}
