import { editions, OFFICES } from "./editions.ts";
import { type Random, randomOf } from "./random.ts";
import {
  DAY,
  type Edition,
  HOUR,
  type Licence,
  type Rules,
  type Target,
  type World,
  type WorldClient,
  type WorldHost,
} from "./world.ts";

/** What kind of fleet it is to be; everything left out is chosen by the seed. */
export interface Wishes {
  readonly clients?: number;
  readonly hosts?: 1 | 2;
  readonly kind?: "mixed" | "servers";
  readonly office?: boolean;
  /** Generation of host keys, 2016 to 2025. */
  readonly generation?: number;
  /** Each host in a zone of its own. */
  readonly zones?: boolean;
}

const DOMAINS = [
  "nordlicht.example",
  "corp.velvet-moth.example",
  "ad.hinode-kogyo.example",
  "intra.quarzwerk.test",
  "lan.blue-heron.example",
  "hq.sakuragi.example",
  "int.osprey.test",
];
const HOST_NAMES = ["lizenz", "actv", "vlsrv", "ninsho", "kmsvc", "key-mgmt-", "infra-lic"];
const PC_NAMES = ["wks", "NB", "desk-", "tok", "PCX", "bureau", "stn"];
const SERVER_NAMES = ["db", "app-", "SRVFILE", "web", "build-", "hyp"];

/** A fleet that is well, before its time has passed. */
export function worldOf(seed: number, wishes: Wishes = {}): World {
  const random = randomOf(seed);
  const midnight = weekdayOf(Date.UTC(2024, random.below(30), random.between(1, 28)));
  const now = midnight + random.between(8 * 60, 22 * 60) * 60_000;
  const isServers = (wishes.kind ?? (random.chance(0.25) ? "servers" : "mixed")) === "servers";
  const hostCount = wishes.hosts ?? (random.chance(0.3) ? 2 : 1);
  const least = (isServers ? 7 : 32) * hostCount;
  const count = wishes.clients ?? random.between(least, isServers ? 60 : random.pick([60, 90, 300]));
  const domain = random.pick(DOMAINS);
  const hasZones = hostCount === 2 && (wishes.zones ?? random.chance(0.3));
  const generation = wishes.generation ?? random.pick([2019, 2022, 2022, 2025]);
  const offices = (wishes.office ?? (!isServers && random.chance(0.4))) ? [random.pick(OFFICES)] : [];
  const start = now - 50 * DAY;
  const hosts = Array.from({ length: hostCount }, (_, at) =>
    hostOf(random, {
      at,
      domain: hasZones ? `${at === 0 ? "north" : "south"}.${domain}` : domain,
      generation,
      now,
    }),
  );
  for (const host of hosts) for (const { pool } of offices) host.offices.add(pool);
  const zones = (hasZones ? hosts.map(({ zone }) => zone) : [domain]).map((name) => ({
    name,
    targets: targetsOf(hosts.filter(({ zone }) => zone === name)),
  }));
  const clients = Array.from({ length: Math.max(count, least) }, (_, at) => {
    const host = hosts[at % hostCount] as WorldHost;
    return clientOf(random, { at, zone: host.zone, host, isServers, offices, generation, start });
  });
  const world: World = {
    random,
    seed,
    now,
    start,
    offset: random.pick([-480, -300, 0, 60, 120, 330, 540, 540, 600]),
    domain,
    dnsServer: { name: `dc${random.between(1, 4)}.${domain}`, address: `10.${random.between(1, 200)}.0.10` },
    hosts,
    clients,
    zones,
    rules: { reach: () => 0, discover: () => 0, refuse: () => 0 },
    noise: [],
  };
  world.rules = rulesOf(world);
  return world;
}

/** The day, or the Tuesday after it: evidence is taken when people are at work. */
function weekdayOf(day: number): number {
  const weekday = new Date(day).getUTCDay();
  return weekday === 0 ? day + 2 * DAY : weekday === 6 ? day + 3 * DAY : day;
}

export function targetsOf(hosts: readonly WorldHost[]): Target[] {
  return hosts.map((host) => ({ name: host.name, port: host.port, host }));
}

/** RPC_S_SERVER_UNAVAILABLE, DNS_ERROR_RCODE_NAME_ERROR. */
const UNREACHABLE = 0x800706ba;
export const NAME_ERROR = 0x8007232b;

/** A network and hosts without a fault. */
function rulesOf(world: World): Rules {
  return {
    reach: (_client, host, time) =>
      host.downtimes.some(({ from, until }) => time >= from && time < until) ? UNREACHABLE : 0,
    discover: ({ zone, absences }, time) => {
      if (absences.some(({ from, until }) => time >= from && time < until)) return NAME_ERROR;
      const targets = world.zones.find(({ name }) => name === zone)?.targets ?? [];
      return targets.length === 0 ? NAME_ERROR : targets;
    },
    refuse: ({ ahead }, { edition }, host) => {
      if (!host.isActivated) return 0xc004f041;
      if (Math.abs(ahead) > 4 * HOUR) return 0xc004f06c;
      if (edition.pool === "Windows" ? edition.generation > host.generation : !host.offices.has(edition.pool))
        return 0xc004f042;
      return 0;
    },
  };
}

const BUILDS: Readonly<Record<number, string>> = {
  2016: "14393",
  2019: "17763",
  2022: "20348",
  2025: "26100",
};

export function hostOf(
  random: Random,
  of: { at: number; domain: string; generation: number; now: number; since?: number },
): WorldHost {
  const { at, domain, generation, now } = of;
  const since = new Date(of.since ?? now - random.between(120, 1200) * DAY);
  const day = Math.floor((since.getTime() - Date.UTC(since.getUTCFullYear(), 0, 0)) / DAY);
  const stamp = `${String(day).padStart(3, "0")}${since.getUTCFullYear()}`;
  const build = `10.0.${BUILDS[generation]}.${random.between(5000, 7900)}`;
  return {
    name: `${random.pick(HOST_NAMES)}${random.between(1, 9)}${"ab"[at] ?? at}.${domain}`,
    zone: domain,
    address: `10.${random.between(1, 200)}.${random.between(1, 9)}.${20 + at}`,
    channel: `VOLUME_KMS_WS${generation - 2000}`,
    generation,
    edition: random.pick(["ServerStandard", "ServerDatacenter"]),
    build,
    pid: `03612-00206-${random.digits(3)}-${random.digits(6)}-03-1033-${BUILDS[generation]}.0000-${stamp}`,
    product: random.uuid(),
    lastFive: Array.from({ length: 5 }, () => random.pick([..."BCDFGHJKMPQRTVWXY2346789"])).join(""),
    port: 1688,
    isActivated: true,
    isPublishing: true,
    downtimes: [],
    requests: [],
    events: [],
    seen: new Map(),
    largest: 0,
    total: random.between(3000, 60_000),
    failed: 0,
    byStatus: [0, 0, 0, 0, 0, 0, 0],
    offices: new Set(),
  };
}

function clientOf(
  random: Random,
  of: {
    at: number;
    zone: string;
    host: WorldHost;
    isServers: boolean;
    offices: readonly Edition[];
    generation: number;
    start: number;
  },
): WorldClient {
  const { at, zone, host, start } = of;
  const isServer = of.isServers || random.chance(0.15);
  const kind = isServer ? "server" : random.pick(["desktop", "laptop"] as const);
  const edition = random.pick(editions(isServer ? "server" : "client", of.generation));
  const isNew = random.chance(0.04);
  const licence = (each: Edition): Licence => ({
    edition: each,
    status: isNew ? 5 : 1,
    from: isNew ? start + random.between(12 * DAY, 45 * DAY) : start,
    lastSuccess: isNew ? Number.NaN : start - random.between(0, 7 * DAY),
    cached: isNew ? undefined : host,
    count: 0,
    lastFailure: undefined,
  });
  const office = of.offices[0];
  const hasOffice = office !== undefined && !isServer && random.chance(0.8);
  const prefix = PC_NAMES[(zone.length + (of.isServers ? 1 : 0)) % PC_NAMES.length] ?? "pc";
  const bare = `${isServer ? random.pick(SERVER_NAMES) : prefix}${String(at + 1).padStart(3, "0")}`;
  return {
    name: `${bare}.${zone}`,
    zone,
    cmid: random.uuid(),
    kind,
    address: `10.${50 + (zone.length % 90)}.${at >> 7}.${(at % 120) + 100}`,
    virtual: isServer && random.chance(0.7),
    isBare: random.chance(0.2),
    licences: [licence(edition), ...(hasOffice ? [licence(office)] : [])],
    ahead: random.between(-90, 90) * 1000,
    absences: [],
    pin: undefined,
    lateCode: "",
    caches: true,
    changes: [],
    events: [],
    rearms: random.pick([1001, 1001, 1000, 998, 3]),
  };
}
