import { ACTIVATE, RENEW, requestData, ruleData, stateData } from "./payloads.ts";
import {
  bareName,
  DAY,
  HOUR,
  hex,
  type Licence,
  MINUTE,
  type Target,
  VALIDITY,
  type World,
  type WorldClient,
  type WorldHost,
} from "./world.ts";

const RENEWAL = 7 * DAY;
const RETRY = 2 * HOUR;
const WINDOW = 30 * DAY;
const NO_HOST = 0xc004f074;
const COUNT = 0xc004f038;

/** Lets the time of a fleet pass, from its start to its now: everyone asks, renews, restarts, and writes logs. */
export function live(world: World): void {
  const { clients, hosts, start, now } = world;
  for (const client of clients) {
    for (const licence of client.licences) {
      if (licence.cached !== undefined && licence.status === 1) {
        see(licence.cached, licence, client.cmid, licence.lastSuccess);
      }
    }
  }
  const due = new Queue<() => void>();
  const plan = (client: WorldClient, licence: Licence, after: number): void => {
    const time = presentAt(world, client, after);
    if (time <= now) due.put(time, () => plan(client, licence, attempt(world, client, licence, time)));
  };
  for (const client of clients) {
    for (const licence of client.licences) {
      const first = licence.status === 1 ? licence.lastSuccess + RENEWAL : licence.from;
      plan(client, licence, Math.max(first, start));
    }
    for (const change of client.changes) {
      due.put(change.time, () => {
        client.name = change.name ?? client.name;
        client.cmid = change.cmid ?? client.cmid;
      });
    }
  }
  for (let next = due.take(); next !== undefined; next = due.take()) next();
  for (const host of hosts) publishDaily(world, host);
  for (const client of clients) routine(world, client);
}

/** The first time from `after` on at which the machine is switched on. */
function presentAt(world: World, client: WorldClient, after: number): number {
  const { random, offset } = world;
  let time = after;
  for (let guard = 0; guard < 100; guard++) {
    const off = client.absences.find(({ from, until, isOff }) => isOff && time >= from && time < until);
    if (off !== undefined) {
      time = off.until + random.between(MINUTE, 40 * MINUTE);
      continue;
    }
    if (client.kind === "server") return time;
    const local = time + offset * MINUTE;
    const hour = (local % DAY) / HOUR;
    const weekday = new Date(local).getUTCDay();
    if (weekday === 0 || weekday === 6 || hour >= 18)
      time = nextMorning(time, offset) + random.between(0, 60 * MINUTE);
    else if (hour < 8) time += Math.round((8 - hour) * HOUR) + random.between(0, 60 * MINUTE);
    else return time;
  }
  return time;
}

function nextMorning(time: number, offset: number): number {
  const local = time + offset * MINUTE;
  return local - (local % DAY) + DAY + 8 * HOUR - offset * MINUTE;
}

/** One try to activate or renew; answers when the next one is due. */
function attempt(world: World, client: WorldClient, licence: Licence, time: number): number {
  const { random, rules } = world;
  if (licence.status === 1 && time > licence.lastSuccess + VALIDITY * MINUTE) licence.status = 5;
  const found =
    client.pin === undefined ? targetsFor(world, client, licence, time) : pinned(world, client.pin);
  if (typeof found === "number") {
    fail(client, licence, time, found, found, random.chance(0.2));
    return time + RETRY + random.between(0, 9 * MINUTE);
  }
  let at = time;
  let inner = 0;
  for (const target of found) {
    const { host, name, port } = target;
    const unreachable =
      client.absences.some(({ from, until }) => at >= from && at < until) ||
      host === undefined ||
      host.port !== port
        ? 0x800706ba
        : rules.reach(client, host, at);
    if (unreachable !== 0) {
      at += random.between(1, 40) * 1000;
      inner = unreachable;
      send(client, licence, at, `${name}:${port}`, unreachable);
      continue;
    }
    const refused = rules.refuse(client, licence, host as WorldHost);
    ask(client, licence, host as WorldHost, at, refused);
    send(client, licence, at, `${name}:${port}`, refused);
    if (refused !== 0) {
      inner = refused;
      at += 2000;
      continue;
    }
    const count = countOf(host as WorldHost, licence, at);
    const isEnough = count >= licence.edition.required;
    client.events.push({
      time: at + 700 + client.ahead,
      id: 12289,
      level: 4,
      computer: client.name,
      data: [
        [
          hex(0),
          hex(isEnough ? 0 : 0x04000000),
          isEnough ? 1 : 0,
          0,
          count,
          120,
          10_080,
          stamp(at + client.ahead),
        ].join(", "),
      ],
    });
    licence.count = count;
    if (isEnough) {
      const wasFailing = licence.lastFailure !== undefined;
      Object.assign(licence, { status: 1, lastSuccess: at, cached: host, lastFailure: undefined });
      if (wasFailing || random.chance(0.5)) {
        client.events.push({
          time: at + 1500 + client.ahead,
          id: 8197,
          level: 4,
          computer: client.name,
          data: [ruleData(RENEW, licence.edition.product, "TimerEvent")],
        });
      }
      return at + RENEWAL;
    }
    fail(client, licence, at + 2000, COUNT, COUNT, false);
    return at + RETRY + random.between(0, 9 * MINUTE);
  }
  fail(
    client,
    licence,
    at + 1000,
    inner === 0xc004f042 || inner === 0xc004f041 ? inner : NO_HOST,
    inner,
    random.chance(0.2),
  );
  return at + RETRY + random.between(0, 9 * MINUTE);
}

/** A licensed client asks the host that it knows first; the others in the order that their equal weights give them. */
function targetsFor(
  world: World,
  client: WorldClient,
  { cached }: Licence,
  time: number,
): readonly Target[] | number {
  const isHome = !client.absences.some(({ from, until }) => time >= from && time < until);
  const found = world.rules.discover(client, time);
  if (typeof found === "number" && client.caches)
    return cached !== undefined && isHome ? [{ name: cached.name, port: cached.port, host: cached }] : found;
  if (typeof found === "number") return found;
  const first = found.find(({ host }) => host !== undefined && host === cached);
  const rest = world.random.shuffled(found.filter((each) => each !== first));
  return first === undefined ? rest : [first, ...rest];
}

function pinned({ hosts }: World, pin: string): Target[] {
  const [name = "", port = "1688"] = pin.split(":");
  return [
    { name, port: Number(port), host: hosts.find((host) => host.name === name || host.address === name) },
  ];
}

/** 12288 as the client writes it. */
function send(client: WorldClient, licence: Licence, time: number, host: string, code: number): void {
  client.events.push({
    time: time + client.ahead,
    id: 12288,
    level: 4,
    computer: client.name,
    data: [
      [
        hex(code),
        hex(0),
        host,
        client.cmid,
        stamp(time + client.ahead),
        client.virtual ? 1 : 0,
        licence.status,
        minutesLeft(licence, time),
        licence.edition.product,
        licence.edition.required,
      ].join(", "),
    ],
  });
}

/** The host counts the request, and writes 12290. */
function ask(client: WorldClient, licence: Licence, host: WorldHost, time: number, code: number): void {
  const { edition, status } = licence;
  host.total++;
  host.byStatus[status] = (host.byStatus[status] ?? 0) + 1;
  if (code !== 0) host.failed++;
  if (code === 0) see(host, licence, client.cmid, time);
  host.requests.push({
    time,
    code,
    required: edition.required,
    name: client.isBare ? bareName(client.name).toUpperCase() : client.name,
    cmid: client.cmid,
    clientTime: time + client.ahead,
    virtual: client.virtual,
    status,
    minutesLeft: minutesLeft(licence, time),
    product: edition.product,
  });
}

function see(host: WorldHost, { edition }: Licence, cmid: string, time: number): void {
  const pool = host.seen.get(edition.pool) ?? new Map<string, number>();
  host.seen.set(edition.pool, pool.set(cmid, time));
  if (edition.pool === "Windows") host.largest = Math.max(host.largest, edition.required);
}

/** The current count of a host: CMIDs of 30 days, at most twice the largest count that anybody needs. */
export function countOf(host: WorldHost, { edition }: Pick<Licence, "edition">, time: number): number {
  const seen = [...(host.seen.get(edition.pool)?.values() ?? [])].filter((last) => last > time - WINDOW);
  return Math.min(seen.length, 2 * (edition.pool === "Windows" ? host.largest : 5));
}

function minutesLeft({ status, lastSuccess }: Licence, time: number): number {
  return status === 1 ? Math.max(0, Math.floor(VALIDITY - (time - lastSuccess) / MINUTE)) : 0;
}

function fail(
  client: WorldClient,
  licence: Licence,
  time: number,
  code: number,
  inner: number,
  isNetwork: boolean,
): void {
  licence.lastFailure = { code, inner, time };
  const rule = licence.status === 1 ? RENEW : ACTIVATE;
  client.events.push({
    time: time - 500 + client.ahead,
    id: 8230,
    level: 4,
    computer: client.name,
    data: [stateData(licence.edition.product, licence.edition.lastFive, licence.status)],
  });
  client.events.push({
    time: time + client.ahead,
    id: 8198,
    level: 2,
    computer: client.name,
    data: [
      `hr=${hex(code)}`,
      ruleData(rule, licence.edition.product, isNetwork ? "NetworkAvailable" : "TimerEvent"),
    ],
  });
}

/** 12294 every day while the host is up. */
function publishDaily(world: World, host: WorldHost): void {
  if (!host.isPublishing || !host.isActivated) return;
  const minute = world.random.between(0, 1439 * MINUTE);
  for (let time = world.start - (world.start % DAY) + minute; time < world.now; time += DAY + 6000) {
    if (host.downtimes.some(({ from, until }) => time >= from && time < until)) continue;
    host.events.push({ time, id: 12294, level: 4, data: [host.zone] });
  }
}

/** What the service writes when it wakes up and goes to sleep around each try. */
function routine(world: World, client: WorldClient): void {
  const windows = client.licences[0];
  if (windows === undefined) return;
  const tries = client.events.filter(({ id }) => id === 12288).map(({ time }) => time);
  for (const time of tries) {
    const build = windows.edition.build;
    client.events.push(
      { time: time - 9000, id: 900, level: 4, data: ["TriggerStarted:6"] },
      { time: time - 6000, id: 902, level: 4, data: [build] },
      { time: time - 5000, id: 1003, level: 4, data: requestData(windows.edition.product, windows.status) },
      {
        time: time + 31_000,
        id: 16384,
        level: 4,
        data: [`${new Date(time + RENEWAL).toISOString().slice(0, 19)}Z`, "RulesEngine"],
      },
      { time: time + 31_040, id: 903, level: 4, data: [] },
    );
  }
  if (client.lateCode !== "") stumble(world, client);
  if (world.random.chance(0.3)) {
    for (let time = world.start; time < world.now; time += world.random.between(2, 9) * DAY) {
      client.events.push(
        { time, id: 8200, level: 2, data: ["hr=0x80072EE7"] },
        {
          time: time + 420,
          id: 8208,
          level: 2,
          data: ["hr=0x80072EE7", "{99d92734-d682-4d71-983e-d6ec3f16059f}"],
        },
      );
    }
  }
}

/** 8198 of a machine whose network comes late: before it renews, and when somebody logs on soon after. */
function stumble({ random, now }: World, client: WorldClient): void {
  const [windows] = client.licences;
  const renewed = client.events.filter(({ id, data }) => id === 12289 && / 1, 0, /.test(data[0] ?? ""));
  for (const { time } of renewed) {
    for (const [at, trigger] of [
      [time - 50_000, "NetworkAvailable"],
      [time + random.between(60 * MINUTE, 240 * MINUTE), "UserLogon"],
    ] as const) {
      if (at > now || random.chance(0.5)) continue;
      const data = [`hr=${client.lateCode}`, ruleData(RENEW, windows?.edition.product ?? "", trigger)];
      client.events.push({ time: at, id: 8198, level: 2, data });
    }
  }
}

export function stamp(time: number): string {
  const [, year, month, day, clock] = /^(\d+)-(\d+)-(\d+)T(\d+:\d+)/.exec(new Date(time).toISOString()) ?? [];
  return `${year}/${Number(month)}/${Number(day)} ${clock}`;
}

/** Things to do, by their times. */
class Queue<Item> {
  private readonly heap: { time: number; item: Item }[] = [];

  put(time: number, item: Item): void {
    let at = this.heap.push({ time, item }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.timeAt(parent) <= time) break;
      this.swap(at, parent);
      at = parent;
    }
  }

  take(): Item | undefined {
    const top = this.heap[0];
    const last = this.heap.pop();
    if (top === undefined || last === undefined || this.heap.length === 0) return top?.item;
    this.heap[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const least = this.timeAt(right) < this.timeAt(left) ? right : left;
      if (!(this.timeAt(least) < this.timeAt(at))) return top.item;
      this.swap(at, least);
      at = least;
    }
  }

  private timeAt(at: number): number {
    return this.heap[at]?.time ?? Number.POSITIVE_INFINITY;
  }

  private swap(one: number, two: number): void {
    const [first, second] = [this.heap[one], this.heap[two]];
    if (first === undefined || second === undefined) return;
    this.heap[one] = second;
    this.heap[two] = first;
  }
}
