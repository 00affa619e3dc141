import { join } from "node:path";
import { type AttemptResult, type Client, createClient } from "../client/index.ts";
import { fingerprintOf } from "../client/machine.ts";
import { LICENSE_STATUS, type LicenseStatus } from "../protocol/license-state.ts";
import type { DeployedProduct } from "./deployment.ts";

/** What a fleet is made of. */
export interface FleetOptions {
  /** Each machine keeps its files in a folder of its own below this one. */
  readonly folder: string;
  readonly machines: number;
  readonly product: DeployedProduct;
  /** The signed catalogue. */
  readonly catalogue: string;
  /** `address:port` of the DNS server, and the domain the machines are in. */
  readonly dnsServer: string;
  readonly domain: string;
  /** Milliseconds between two attempts of a machine that is not activated. */
  readonly retryEvery: number;
}

/** A fleet at one moment. */
export interface FleetState {
  readonly machines: number;
  readonly licensed: number;
  /** How many machines are in which license status. */
  readonly byStatus: ReadonlyMap<LicenseStatus, number>;
  /** The highest count any answer told. */
  readonly count: number;
  /**
   * True when nothing changes any more although machines are left: each of them has asked twice since the last
   * machine was activated and since the count last grew.
   */
  readonly isStuck: boolean;
  /** The newest failure, of those machines that are not activated. */
  readonly failure: AttemptResult | undefined;
}

/** Many clients at once, each with its own folder, its own sockets and its own clock of attempts. */
export interface Fleet {
  state(): FleetState;
  /** Resolves when every machine is activated or no more can be. */
  settled(): Promise<FleetState>;
  stop(): Promise<void>;
}

interface Machine {
  readonly client: Client;
  status: LicenseStatus;
  last: AttemptResult | undefined;
  attemptsSinceProgress: number;
}

const ATTEMPTS_WITHOUT_PROGRESS = 2;
/** How long a licensed machine waits before it looks whether its renewal is due, in milliseconds. */
const LOOK_EVERY = 60_000;

/** Starts a fleet. Its machines come up one after the other within `retryEvery`, as after a power cut. */
export function startFleet(options: FleetOptions): Fleet {
  const stopping = new AbortController();
  const { signal } = stopping;
  const machines = Array.from({ length: options.machines }, (_, at) => makeMachine(options, at + 1));
  const waiting: ((state: FleetState) => void)[] = [];
  let licensed = 0;
  let count = 0;

  const noteProgress = () => {
    const before = { licensed, count };
    licensed = machines.filter(({ status }) => status === LICENSE_STATUS.licensed).length;
    count = Math.max(count, ...machines.map(({ last }) => last?.count ?? 0));
    if (licensed === before.licensed && count === before.count) return;
    for (const machine of machines) machine.attemptsSinceProgress = 0;
  };
  const tellWhenSettled = () => {
    const now = state();
    if (now.licensed < now.machines && !now.isStuck) return;
    for (const tell of waiting.splice(0)) tell(now);
  };
  const state = (): FleetState => {
    const left = machines.filter(({ status }) => status !== LICENSE_STATUS.licensed);
    const byStatus = new Map<LicenseStatus, number>();
    for (const { status } of machines) byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
    const isStuck =
      left.length > 0 &&
      left.every(({ attemptsSinceProgress }) => attemptsSinceProgress >= ATTEMPTS_WITHOUT_PROGRESS);
    const failure = left.map(({ last }) => last).findLast((last) => last !== undefined);
    return { machines: machines.length, licensed, byStatus, count, isStuck, failure };
  };
  const live = async (machine: Machine, at: number) => {
    await pause((at * options.retryEvery) / machines.length, signal);
    await machine.client.install(options.product.setupKey, options.catalogue);
    while (!signal.aborted) {
      const results = await attempt(machine, signal);
      machine.last = results.at(-1) ?? machine.last;
      machine.status = (await machine.client.status()).status;
      machine.attemptsSinceProgress++;
      noteProgress();
      tellWhenSettled();
      await pause(machine.status === LICENSE_STATUS.licensed ? LOOK_EVERY : options.retryEvery, signal);
    }
  };
  const lives = Promise.all(machines.map(live)).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });

  return {
    state,
    settled: () =>
      Promise.race([
        new Promise<FleetState>((resolve) => {
          waiting.push(resolve);
          tellWhenSettled();
        }),
        lives.then(() => state()),
      ]),
    async stop() {
      stopping.abort();
      await lives;
    },
  };
}

function makeMachine({ folder, dnsServer, domain }: FleetOptions, number: number): Machine {
  const name = `pc-${String(number).padStart(3, "0")}`;
  const client = createClient({
    dir: join(folder, name),
    machine: { name: `${name}.${domain}`, fingerprint: fingerprintOf([name]), virtual: false },
    dns: [dnsServer],
    suffixes: [domain],
  });
  return { client, status: LICENSE_STATUS.unlicensed, last: undefined, attemptsSinceProgress: 0 };
}

/** A machine that is not activated asks again whatever its host's interval says; a licensed one renews when it is due. */
async function attempt({ client, status }: Machine, signal: AbortSignal): Promise<AttemptResult[]> {
  if (status === LICENSE_STATUS.licensed) return client.activateDue(signal);
  return [await client.activate(undefined, signal)];
}

/** Waits, or less when the signal comes. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
