import { NAME_ERROR, targetsOf } from "./build.ts";
import { DAY, type Licence, MINUTE, type World, type WorldClient, type WorldHost } from "./world.ts";

/** Ways to do harm to a fleet, of which faults are made. */

/** So many machines that are set up anew some days before now, and ask for the first time. */
export function newcomers(
  world: World,
  count: number,
  days = 3,
  isOne: (client: WorldClient) => boolean = () => true,
): WorldClient[] {
  const free = world.clients.filter((client) => client.pin === undefined && isOne(client));
  const chosen = world.random.shuffled(free).slice(0, count);
  for (const client of chosen) renew(world, client, days);
  return chosen;
}

/** Makes a machine new: it has never been activated. */
export function renew({ random, now }: World, client: WorldClient, days: number): void {
  client.lateCode = "";
  client.absences.length = 0;
  client.changes.length = 0;
  for (const licence of client.licences) {
    Object.assign(licence, { status: 5, lastSuccess: Number.NaN, cached: undefined });
    licence.from = now - Math.round(days * DAY) + random.between(0, 120 * MINUTE);
  }
}

/** Machines that were activated before the fault began, and whose renewal is due since. */
export function overdue(world: World, count: number): WorldClient[] {
  const chosen = world.random
    .shuffled(world.clients.filter(({ kind, licences }) => kind !== "laptop" && licences[0]?.status === 1))
    .slice(0, count);
  for (const client of chosen) {
    client.lateCode = "";
    client.absences.length = 0;
    client.changes.length = 0;
    client.pin = undefined;
  }
  return chosen;
}

/** From a time on, a host does not answer these clients. */
export function silence(
  world: World,
  of: { hosts?: readonly WorldHost[]; clients?: readonly WorldClient[]; from: number; code: number },
): void {
  const { reach } = world.rules;
  world.rules = {
    ...world.rules,
    reach: (client, host, time) =>
      time >= of.from && (of.hosts?.includes(host) ?? true) && (of.clients?.includes(client) ?? true)
        ? of.code
        : reach(client, host, time),
  };
}

/** From a time on, DNS answers these clients with a code. */
export function blind(
  world: World,
  of: { clients?: readonly WorldClient[]; from: number; code?: number },
): void {
  const { discover } = world.rules;
  world.rules = {
    ...world.rules,
    discover: (client, time) =>
      time >= of.from && (of.clients?.includes(client) ?? true)
        ? (of.code ?? NAME_ERROR)
        : discover(client, time),
  };
}

/** From a time on, nobody remembers the host that it was activated by. */
export function forget(world: World, clients: readonly WorldClient[] = world.clients): void {
  for (const { licences } of clients) for (const licence of licences) licence.cached = undefined;
}

/** A name in the SRV record behind which nobody is. */
export function haunt(world: World, name: string): void {
  for (const zone of world.zones) zone.targets = [...zone.targets, { name, port: 1688, host: undefined }];
}

/** The SRV records of a zone as its hosts are. */
export function republish(world: World): void {
  for (const zone of world.zones) {
    zone.targets = targetsOf(world.hosts.filter((host) => host.zone === zone.name));
  }
}

/** A licence that stands as it does. */
export function windowsOf({ licences }: WorldClient): Licence {
  const [windows] = licences;
  if (windows === undefined) throw new Error("every client has Windows");
  return windows;
}
