import { newId } from "../protocol/ids.ts";
import { problem } from "../protocol/problems.ts";
import { accountName } from "./account.ts";
import { createAsk, type Fetch, type HostTls } from "./ask.ts";
import { createAskVendor, type OnlineVendor, parseVendorUrl } from "./ask-vendor.ts";
import { assembleClient, type Client } from "./client.ts";
import type { Dns } from "./discovery.ts";
import { createDns } from "./dns.ts";
import { openFolder } from "./folder.ts";
import { describeMachine, type MachineOptions } from "./machine.ts";
import { createReach } from "./reach.ts";
import type { Machine } from "./request.ts";
import type { LicenseStore } from "./store.ts";
import { machineSuffixes } from "./suffixes.ts";

export { type AgentEvent, type AgentOptions, runAgent } from "./agent.ts";
export type { AttemptResult } from "./attempt.ts";
export type { Client } from "./client.ts";
export type { ClientDescription, ProductDescription } from "./description.ts";
export type { Dns, SrvRecord } from "./discovery.ts";
export { createDns } from "./dns.ts";
export { readEvents } from "./event-log.ts";
export { isClientFolder, openFolder } from "./folder.ts";
export { describeMachine } from "./machine.ts";
export type { Machine } from "./request.ts";
export * from "./sdk.ts";

/** How a client is made; everything but the store has a default. */
export interface ClientOptions {
  /** The folder to keep everything in, or a store in its place. */
  readonly dir?: string;
  readonly store?: LicenseStore;
  /** The signed catalogue that was shipped inside the program; without it, `install` keeps one in the store. */
  readonly catalogue?: string;
  /** Whole, or what is to differ from the machine it runs on. */
  readonly machine?: Machine | MachineOptions;
  /** How to ask DNS, or `address:port` of the servers to ask. */
  readonly dns?: Dns | readonly string[];
  /** The domains to look for a host in; without them, the machine's DNS suffixes. */
  readonly suffixes?: readonly string[];
  /** Milliseconds for connecting to one address and getting its answer. */
  readonly timeout?: number;
  /** How hosts are spoken to by TLS; without it, those that were set with https:// are, and no other. */
  readonly tls?: HostTls;
  /** Where a MAK is activated: the address of the vendor's server. */
  readonly vendor?: string;
  /** Milliseconds for the vendor to answer. */
  readonly vendorTimeout?: number;
  readonly fetch?: Fetch;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Gives [0, 1). */
  readonly random?: () => number;
}

const TIMEOUT = 5_000;
const VENDOR_TIMEOUT = 30_000;

/** Makes the client role of one machine, for Node, Deno and Bun. */
export function createClient(options: ClientOptions): Client {
  const { machine, dns, suffixes, timeout = TIMEOUT } = options;
  const store = options.store ?? (options.dir === undefined ? undefined : openFolder(options.dir));
  if (store === undefined)
    throw problem("BAD_INPUT", "A client needs a folder (dir) or a store to keep its licence in.");
  return assembleClient({
    store,
    catalogue: options.catalogue,
    machine: async () => (isWhole(machine) ? machine : describeMachine(machine)),
    dns: dns === undefined || isServers(dns) ? createDns({ servers: dns ?? [] }) : dns,
    suffixes: suffixes === undefined ? machineSuffixes : async () => suffixes,
    ask: createAsk({
      timeout,
      ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
      ...(options.tls === undefined ? {} : { tls: options.tls }),
    }),
    // Who gives another fetch than the runtime's has another network as well.
    reach: options.fetch === undefined ? createReach(timeout) : undefined,
    vendor: options.vendor === undefined ? undefined : onlineVendor(options.vendor, options),
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
    newId,
    account: accountName(),
  });
}

function onlineVendor(url: string, { vendorTimeout = VENDOR_TIMEOUT, fetch }: ClientOptions): OnlineVendor {
  return { url: parseVendorUrl(url), ask: createAskVendor({ timeout: vendorTimeout, fetch }) };
}

function isServers(dns: Dns | readonly string[]): dns is readonly string[] {
  return Array.isArray(dns);
}

function isWhole(machine: Machine | MachineOptions | undefined): machine is Machine {
  return machine?.name !== undefined && machine.fingerprint !== undefined && "virtual" in machine;
}
