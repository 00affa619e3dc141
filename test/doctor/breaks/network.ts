import type { Break } from "../breaks.ts";
import { forget, newcomers, overdue, silence } from "../fleet/harm.ts";
import { portText } from "../fleet/network.ts";
import { DAY, HOUR, type World, type WorldClient, type WorldHost } from "../fleet/world.ts";

/** The port tests of clients, and a text that says how they ended. */
function tests(
  world: World,
  clients: readonly WorldClient[],
  how: { isOpen: boolean; isPinged: boolean },
): string {
  const [host] = world.hosts as [WorldHost];
  return clients.map((from) => portText({ from, name: host.name, address: host.address, ...how })).join("\n");
}

/** Faults of the way to the host. */
export const NETWORK_BREAKS: readonly Break[] = [
  {
    // A closed firewall and a stopped service look the same from outside.
    name: "the firewall of the host is closed",
    first: ["N01", "N02", "N05"],
    verdict: "failing",
    wishes: { hosts: 1 },
    harm(world) {
      silence(world, { from: world.now - 12 * DAY, code: 0x800706ba });
      const clients = newcomers(world, 3);
      return () => ({
        parts: new Set(["client-dlv", "client-log", "host-dlv", "host-log", "srv"]),
        clients,
        hosts: world.hosts,
        days: 31,
        more: { "port.txt": tests(world, clients, { isOpen: false, isPinged: true }) },
      });
    },
  },
  {
    name: "one client is kept from the network",
    first: ["N07", "N02"],
    verdict: "failing",
    wishes: { hosts: 1 },
    harm(world) {
      const [client] = newcomers(world, 1);
      if (client === undefined) throw new Error("a fleet has clients");
      silence(world, { clients: [client], from: 0, code: 0x800706ba });
      return () => ({
        parts: new Set(["client-dlv", "client-log", "host-dlv", "host-log", "srv"]),
        clients: [client],
        hosts: world.hosts,
        days: 31,
        more: { "port.txt": tests(world, [client], { isOpen: false, isPinged: true }) },
      });
    },
  },
  {
    name: "the service of the host is stopped",
    first: ["N05"],
    verdict: "failing",
    wishes: { hosts: 1 },
    harm(world) {
      silence(world, { from: world.now - 9 * DAY - 5 * HOUR, code: 0x800706ba });
      const clients = [...newcomers(world, 2), ...overdue(world, 2)];
      return () => ({
        parts: new Set(["client-dlv", "client-log", "host-log", "srv"]),
        clients,
        hosts: world.hosts,
        days: 31,
        more: {
          "service.txt": `PS C:\\> hostname\n${world.hosts[0]?.name.split(".")[0]}\n\nPS C:\\> Get-Service sppsvc\n\nStatus   Name               DisplayName\n------   ----               -----------\nStopped  sppsvc             Software Protection\n\n`,
        },
      });
    },
  },
  {
    // Where nothing tells from which client the port opened, it looks like a filter.
    name: "a box on the way accepts connections and breaks RPC",
    first: ["N03", "N02"],
    verdict: "failing",
    wishes: { hosts: 1 },
    harm(world) {
      const clients = newcomers(world, 2);
      silence(world, { clients, from: 0, code: world.random.pick([0x800706ba, 0x800706be, 0xc0020017]) });
      return () => ({
        parts: new Set(["client-dlv", "client-log", "host-dlv", "host-log", "srv", "ipconfig"]),
        clients,
        hosts: world.hosts,
        days: 31,
        more: { "port.txt": tests(world, clients, { isOpen: true, isPinged: true }) },
      });
    },
  },
  {
    name: "the way is closed, and only clients tell of it",
    first: ["N01", "N02", "D02", "N05"],
    verdict: "failing",
    wishes: { hosts: 1 },
    harm(world) {
      silence(world, { from: world.now - 12 * DAY, code: 0x800706ba });
      forget(world);
      const clients = newcomers(world, 2);
      return () => ({
        parts: new Set(["client-dlv", "client-ato", "client-log", "srv"]),
        clients,
        hosts: world.hosts,
        more: { "port.txt": tests(world, clients, { isOpen: false, isPinged: false }) },
      });
    },
  },
  {
    name: "licensed clients do not reach the host any more",
    first: ["N01", "N02", "D02", "N05", "C22", "N12", "N07"],
    verdict: "degraded",
    wishes: { hosts: 1 },
    harm(world) {
      const clients = overdue(world, 3);
      silence(world, { from: world.now - 25 * DAY, code: 0x800706ba });
      return () => ({
        parts: new Set(["client-dlv", "client-log", "srv"]),
        clients,
        hosts: world.hosts,
        days: 50,
      });
    },
  },
  {
    name: "the clock of a client is hours off",
    first: ["C12"],
    verdict: "failing",
    wishes: { hosts: 1 },
    harm(world) {
      const [client] = newcomers(world, 1);
      if (client === undefined) throw new Error("a fleet has clients");
      client.ahead = world.random.pick([-1, 1]) * world.random.between(5, 60) * HOUR;
      return () => ({
        parts: new Set(["client-dlv", "client-ato", "client-log", "host-log"]),
        clients: [client],
        hosts: world.hosts,
        days: 31,
      });
    },
  },
  {
    name: "the clock of a client is hours off, and only the host tells of it",
    first: ["C12"],
    verdict: "failing",
    wishes: { hosts: 1, kind: "mixed" },
    harm(world) {
      const [client] = newcomers(world, 1);
      if (client === undefined) throw new Error("a fleet has clients");
      client.ahead = world.random.pick([-1, 1]) * world.random.between(5, 30) * HOUR;
      return () => ({ parts: new Set(["host-log", "host-dlv"]), clients: [], hosts: world.hosts, days: 31 });
    },
  },
];
