import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type HostIdentity, initHost, openIdentity, storePath } from "../../host/folder.ts";
import { createHost, type Host } from "../../host/host.ts";
import { judgeLicense } from "../../host/license-watch.ts";
import { changeSetting } from "../../host/settings-change.ts";
import { type LiveSituation, openSituation } from "../../host/situation.ts";
import { openSqliteStore } from "../../host/sqlite/store.ts";
import type { SettingName, Store } from "../../host/store.ts";
import { openTicketOffice } from "../../host/ticket.ts";
import { forgetUnseen } from "../../host/upkeep.ts";
import type { EventId, LoggedEvent } from "../../protocol/events.ts";
import { type ActivationAnswer, type ActivationRequest, DEFAULT_PORT } from "../../protocol/messages.ts";
import { days } from "./duration.ts";
import type { Cancel, Timeline } from "./timeline.ts";
import type { SimulatedVendor } from "./vendor.ts";

/** What a host shares with its world. */
export interface HostWorld {
  readonly timeline: Timeline;
  readonly vendor: SimulatedVendor;
  readonly folder: string;
  readonly tell: (text: string) => void;
}

/** What a host has counted. */
export interface HostFigures {
  readonly name: string;
  readonly isUp: boolean;
  /** The current count that clients are told. */
  readonly count: number;
  readonly unique: number;
  /** Machines that hold a lease which has not ended, as seats are counted. */
  readonly leased: number;
}

/** The folder of a host as it was at one moment. */
export interface HostBackup {
  readonly folder: string;
}

interface Running {
  readonly identity: HostIdentity;
  readonly store: Store;
  readonly live: LiveSituation;
  readonly host: Host;
}

/** How long before its licence ends a host gets the next one. */
const RENEW_BEFORE = days(20);

/** A host role on a virtual clock: the decisions, the store and the signatures are those of production. */
export class SimulatedHost {
  readonly name: string;
  readonly address: string;
  isUp = true;
  /** How far its clock is ahead, milliseconds. */
  clockOffset = 0;
  /** Set it to see what happens when nobody renews the host licence. */
  renewsLicense = true;
  private readonly world: HostWorld;
  private readonly folder: string;
  private isBuilt = false;
  private backups = 0;
  private cancelRenewal: Cancel | undefined;
  private running: Running | undefined;

  constructor(world: HostWorld, name: string, address: string) {
    this.world = world;
    this.name = name;
    this.address = address;
    this.folder = join(world.folder, name);
  }

  /** Sets the host up anew: another id and key pair, a new licence, and a count of 0. Its name stays. */
  async rebuild(): Promise<void> {
    await this.running?.store.close();
    if (this.isBuilt) this.world.tell(`${this.name} is rebuilt; its count starts at 0`);
    this.isBuilt = true;
    rmSync(this.folder, { recursive: true, force: true });
    const identity = await initHost(this.folder, this.name, this.world.vendor.catalogue);
    await this.world.vendor.license(this.folder, identity, this.world.timeline.now());
    await this.open();
  }

  /** Answers nobody until it comes up; with a duration, that long. */
  goesDown(duration?: number): void {
    this.isUp = false;
    this.world.tell(`${this.name} goes down`);
    if (duration !== undefined) this.later(duration, () => this.comesUp());
  }

  comesUp(): void {
    this.isUp = true;
    this.world.tell(`${this.name} is up again`);
  }

  /** Copies the host's folder. */
  async backUp(): Promise<HostBackup> {
    const folder = join(this.world.folder, `${this.name}-backup-${++this.backups}`);
    await this.current.store.close();
    mkdirSync(folder, { recursive: true });
    cpSync(this.folder, folder, { recursive: true });
    await this.open();
    return { folder };
  }

  /** Puts the host's folder back to a backup; what was counted since is lost. */
  async restore({ folder }: HostBackup): Promise<void> {
    await this.current.store.close();
    rmSync(this.folder, { recursive: true, force: true });
    cpSync(folder, this.folder, { recursive: true });
    await this.open();
    this.world.tell(`${this.name} is restored from a backup`);
  }

  /** Changes a setting as an administrator does. */
  async configure(name: SettingName, value: string): Promise<void> {
    await changeSetting(this.current.store, name, value, "simulator", this.now());
    await this.current.live.refresh();
  }

  /** Sets the host's clock; 0 sets it right. */
  setsClock(ahead: number): void {
    this.clockOffset = ahead;
  }

  /** Answers a request, or throws the Problem of its refusal. */
  activate(request: ActivationRequest, from: string): Promise<ActivationAnswer> {
    return this.current.host.activate(request, from);
  }

  async figures(): Promise<HostFigures> {
    const { store } = this.current;
    const { current, unique } = await store.figures(this.world.vendor.application, this.now());
    return {
      name: this.name,
      isUp: this.isUp,
      count: current,
      unique,
      leased: await store.leased(this.now()),
    };
  }

  /** The host's events, oldest first. */
  events(id?: EventId): Promise<LoggedEvent[]> {
    return this.current.store.events(id === undefined ? {} : { id });
  }

  /** The store of the host, for what a story wants to know beyond the figures. */
  get store(): Store {
    return this.current.store;
  }

  /** What a host does once a day beside answering. */
  async daily(): Promise<void> {
    const { store, live } = this.current;
    const event = judgeLicense(live.current().grant.license, this.now());
    if (event) await store.record([event], this.now());
    await forgetUnseen(store, live.current(), this.now());
  }

  async close(): Promise<void> {
    await this.running?.store.close();
    this.running = undefined;
  }

  private now(): number {
    return this.world.timeline.now() + this.clockOffset;
  }

  private get current(): Running {
    if (this.running === undefined) throw new Error(`${this.name} was not set up`);
    return this.running;
  }

  private later(duration: number, deed: () => void | Promise<void>): void {
    const { timeline } = this.world;
    timeline.at(timeline.now() + duration, deed);
  }

  private async open(): Promise<void> {
    const identity = openIdentity(this.folder);
    const store = openSqliteStore({ path: storePath(this.folder), machine: this.name, durable: false });
    const tickets = openTicketOffice(await store.ticketSecret());
    const live = await openSituation(this.folder, store);
    const clock = () => this.now();
    const host = createHost({
      identity,
      store,
      tickets,
      situation: live.current,
      port: () => DEFAULT_PORT,
      clock,
    });
    this.running = { identity, store, live, host };
    this.planRenewal();
  }

  /** Takes the next licence before this one ends; after a restored backup that may be at once. */
  private planRenewal(): void {
    const { timeline, vendor } = this.world;
    const { live, identity } = this.current;
    this.cancelRenewal?.();
    const ends = live.current().grant.license?.expires ?? timeline.now();
    this.cancelRenewal = timeline.at(ends - RENEW_BEFORE, async () => {
      if (!this.renewsLicense) return;
      await vendor.license(this.folder, identity, timeline.now());
      await live.refresh();
      this.planRenewal();
    });
  }
}
