import type { Random } from "./random.ts";

export const MINUTE = 60_000;
export const HOUR: number = 60 * MINUTE;
export const DAY: number = 24 * HOUR;
/** Minutes of a whole lease. */
export const VALIDITY = 259_200;

/** Something that a machine writes into a log; `data` as the event holds it. */
export interface Happening {
  readonly time: number;
  readonly id: number;
  readonly level: number;
  readonly data: readonly string[];
  /** Name of the machine at that time; its present one when it is left out. */
  readonly computer?: string;
}

/** A product that clients run. */
export interface Edition {
  readonly product: string;
  /** As `slmgr` names it. */
  readonly name: string;
  readonly lastFive: string;
  readonly required: 5 | 25;
  readonly pool: string;
  /** 2016 to 2025: the key of a host must be as new. */
  readonly generation: number;
  build: string;
}

/** How one product on one machine stands. */
export interface Licence {
  edition: Edition;
  /** License status as the events number it. */
  status: number;
  lastSuccess: number;
  /** The first time it may ask, milliseconds since the epoch. */
  from: number;
  cached: WorldHost | undefined;
  /** The host that activated it last, and what that host counted. */
  count: number;
  lastFailure: { code: number; inner: number; time: number } | undefined;
}

export interface WorldClient {
  /** Full name, in the case in which the machine writes it. */
  name: string;
  zone: string;
  cmid: string;
  kind: "server" | "desktop" | "laptop";
  readonly address: string;
  readonly virtual: boolean;
  /** Whether it calls itself by its bare name in capitals. */
  readonly isBare: boolean;
  readonly licences: Licence[];
  /** How far its clock is ahead of the true time, in milliseconds. */
  ahead: number;
  /** Times at which it is switched off, or out of reach of the network. */
  readonly absences: { from: number; until: number; isOff: boolean }[];
  pin: string | undefined;
  /** Whether it asks the host that it knows when DNS names none. */
  caches: boolean;
  /** What its service logs a minute before each success, and at log-on after it; `""` for nothing. */
  lateCode: string;
  /** Changes that come at a time: a new name, a new CMID. */
  readonly changes: { time: number; name?: string; cmid?: string }[];
  readonly events: Happening[];
  readonly rearms: number;
}

export interface WorldHost {
  name: string;
  readonly zone: string;
  readonly address: string;
  channel: string;
  generation: number;
  readonly edition: string;
  build: string;
  pid: string;
  readonly product: string;
  readonly lastFive: string;
  /** Where it listens. */
  port: number;
  isActivated: boolean;
  isPublishing: boolean;
  readonly downtimes: { from: number; until: number }[];
  readonly requests: HandledRequest[];
  readonly events: Happening[];
  /** When each CMID of a pool was last seen. */
  readonly seen: Map<string, Map<string, number>>;
  largest: number;
  total: number;
  failed: number;
  readonly byStatus: number[];
  /** Office versions whose host key it has. */
  readonly offices: Set<string>;
}

export interface HandledRequest {
  readonly time: number;
  readonly code: number;
  readonly required: number;
  readonly name: string;
  readonly cmid: string;
  readonly clientTime: number;
  readonly virtual: boolean;
  readonly status: number;
  readonly minutesLeft: number;
  readonly product: string;
}

/** What the network does to a try: nothing, or the code that the client gets. */
export interface Rules {
  /** 0 when the host's address answers. */
  reach(client: WorldClient, host: WorldHost, time: number): number;
  /** Hosts that the SRV record names to this client, or the code of DNS. */
  discover(client: WorldClient, time: number): readonly Target[] | number;
  /** What a host that is reached says; 0 when it counts the request. */
  refuse(client: WorldClient, licence: Licence, host: WorldHost): number;
}

/** A line of the SRV record; `host` is undefined when nobody stands behind the name any more. */
export interface Target {
  readonly name: string;
  readonly port: number;
  readonly host: WorldHost | undefined;
}

export interface World {
  readonly random: Random;
  readonly seed: number;
  /** True time at which evidence is taken. */
  readonly now: number;
  readonly start: number;
  /** Minutes to add to UTC where the logs are exported. */
  readonly offset: number;
  readonly domain: string;
  readonly dnsServer: { readonly name: string; readonly address: string };
  hosts: WorldHost[];
  readonly clients: WorldClient[];
  readonly zones: { readonly name: string; targets: Target[] }[];
  rules: Rules;
  /** The noise that was put in, for messages of tests. */
  readonly noise: string[];
}

/** The bare name of a machine. */
export function bareName(name: string): string {
  return name.split(".")[0] ?? name;
}

export function hex(code: number): string {
  return `0x${code.toString(16).toUpperCase().padStart(8, "0")}`;
}
