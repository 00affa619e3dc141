import type { Break } from "../breaks.ts";
import { NEWEST_SERVER, OFFICES } from "../fleet/editions.ts";
import { forget, newcomers, windowsOf } from "../fleet/harm.ts";
import { osppText } from "../fleet/slmgr.ts";
import { DAY, type WorldClient, type WorldHost } from "../fleet/world.ts";

/** Faults of the host and its keys. */
export const HOST_BREAKS: readonly Break[] = [
  {
    name: "the host is not activated",
    // Its figures, and leases of its clients, show that it was activated once.
    first: ["H01", "H16"],
    verdict: "failing",
    wishes: { hosts: 1 },
    harm(world) {
      const [host] = world.hosts as [WorldHost];
      host.isActivated = false;
      forget(world);
      const clients = newcomers(world, 2);
      return () => ({
        parts: new Set(["client-dlv", "client-ato", "client-log", "host-dlv"]),
        clients,
        hosts: [host],
      });
    },
  },
  {
    name: "the host was activated, and its hardware has changed",
    first: ["H16", "H01"],
    verdict: "failing",
    wishes: { hosts: 1 },
    harm(world) {
      const [host] = world.hosts as [WorldHost];
      host.isActivated = false;
      const clients = newcomers(world, 1);
      return () => ({
        parts: new Set(["client-dlv", "client-ato", "host-dlv"]),
        clients,
        hosts: [host],
        shownHosts: new Map([[host, { reason: "0xC004F00F" }]]),
      });
    },
  },
  {
    name: "the key of the host is too old for the newest servers",
    first: ["H04"],
    verdict: "failing",
    wishes: { hosts: 1, kind: "mixed", generation: 2022 },
    harm(world) {
      const clients = newcomers(world, 3);
      for (const client of clients) {
        client.kind = "server";
        client.licences.length = 1;
        windowsOf(client).edition = NEWEST_SERVER;
      }
      return () => ({
        parts: new Set(["client-dlv", "client-ato", "host-dlv", "host-log"]),
        clients: clients.slice(0, 1),
        hosts: world.hosts,
        days: 31,
      });
    },
  },
  {
    name: "the key of the host is new enough, its system is not updated for it",
    first: ["H05"],
    verdict: "failing",
    wishes: { hosts: 1, kind: "mixed", generation: 2022 },
    harm(world) {
      const [host] = world.hosts as [WorldHost];
      const clients = newcomers(world, 3);
      for (const client of clients) {
        client.kind = "server";
        client.licences.length = 1;
        windowsOf(client).edition = NEWEST_SERVER;
      }
      host.channel = "VOLUME_KMS_WS25";
      host.build = `10.0.20348.${world.random.pick([1006, 1487, 2113])}`;
      return () => ({
        parts: new Set(["client-dlv", "client-ato", "host-dlv", "host-log"]),
        clients: clients.slice(0, 1),
        hosts: [host],
        days: 31,
      });
    },
  },
  {
    name: "a client system with its own host key is asked by servers",
    first: ["H06"],
    verdict: "failing",
    wishes: { hosts: 1, kind: "mixed", generation: 2019 },
    harm(world) {
      const [host] = world.hosts as [WorldHost];
      host.channel = "VOLUME_KMS_W10";
      const { refuse } = world.rules;
      world.rules = {
        ...world.rules,
        refuse: (client, licence, at) =>
          licence.edition.required === 5 && licence.edition.pool === "Windows" && client.kind === "server"
            ? 0xc004f042
            : refuse(client, licence, at),
      };
      const servers = world.clients.filter(({ kind }) => kind === "server");
      for (const server of servers) {
        const licence = windowsOf(server);
        Object.assign(licence, {
          status: 5,
          cached: undefined,
          lastSuccess: Number.NaN,
          from: world.now - 4 * DAY,
        });
      }
      return () => ({
        parts: new Set(["client-dlv", "client-ato", "host-dlv", "host-log"]),
        clients: servers.slice(0, 1),
        hosts: [host],
        shownHosts: new Map([[host, { name: "Windows(R), Enterprise edition", build: "10.0.19041.5438" }]]),
        days: 31,
      });
    },
  },
  {
    name: "the host has no key for this Office",
    first: ["H07"],
    verdict: "failing",
    wishes: { hosts: 1, kind: "mixed", office: true },
    harm(world) {
      const [host] = world.hosts as [WorldHost];
      const pools = [...host.offices];
      host.offices.clear();
      const affected: WorldClient[] = [];
      for (const client of world.clients) {
        const [, office] = client.licences;
        if (office === undefined) continue;
        Object.assign(office, {
          status: 5,
          cached: undefined,
          lastSuccess: Number.NaN,
          from: world.now - 5 * DAY,
        });
        affected.push(client);
      }
      const other = OFFICES.find(({ pool }) => !pools.includes(pool));
      if (other !== undefined && world.random.chance(0.5)) host.offices.add(other.pool);
      const [client] = affected;
      return () => ({
        parts: new Set(["client-dlv", "host-dlv", "host-log"]),
        clients: affected.slice(0, 1),
        hosts: [host],
        days: 31,
        more:
          client === undefined
            ? {}
            : { "office.txt": osppText(world, client, client.licences[1] as WorldClient["licences"][0]) },
      });
    },
  },
  {
    name: "the host key has no activations left",
    first: ["H03", "H02"],
    verdict: "failing",
    wishes: { hosts: 1 },
    harm(world) {
      const [host] = world.hosts as [WorldHost];
      host.isActivated = false;
      forget(world);
      const clients = newcomers(world, 1);
      return () => ({
        parts: new Set(["client-dlv", "client-ato", "host-dlv"]),
        clients,
        hosts: [host],
        language: "en" as const,
        more: {
          "activation.txt": `C:\\>cscript //nologo slmgr.vbs /ato\nActivating Windows(R), ${host.edition} edition (${host.product}) ...\nError: 0xC004C008 The activation server reported that the product key could not be activated because its limit has been exceeded.\n`,
        },
      });
    },
  },
];
