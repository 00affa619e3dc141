import type { Break } from "../breaks.ts";
import { blind, forget, haunt, newcomers, overdue, silence } from "../fleet/harm.ts";
import { addressText, ipconfigText, portText, srvText } from "../fleet/network.ts";
import { DAY, type WorldHost } from "../fleet/world.ts";

/** Faults of discovery. */
export const DNS_BREAKS: readonly Break[] = [
  {
    name: "the SRV record is gone",
    first: ["D01"],
    verdict: "failing",
    wishes: { hosts: 1 },
    harm(world) {
      for (const zone of world.zones) zone.targets = [];
      for (const host of world.hosts) host.isPublishing = world.random.chance(0.5);
      const clients = newcomers(world, 2);
      for (const host of world.hosts) host.isPublishing = true;
      return () => ({
        parts: new Set(["client-dlv", "client-ato", "client-log", "srv"]),
        clients,
        hosts: world.hosts,
      });
    },
  },
  {
    name: "the SRV record names a host that is gone, beside one that is there",
    first: ["D02"],
    verdict: "degraded",
    wishes: { hosts: 1 },
    harm(world) {
      const old = `oldlic${world.random.between(1, 9)}.${world.domain}`;
      haunt(world, old);
      const clients = newcomers(world, 6, 6);
      return () => ({
        parts: new Set(["client-log", "srv", "host-dlv"]),
        clients: clients.filter(({ licences }) => licences[0]?.status === 1),
        hosts: world.hosts,
        more: {
          "probe.txt": portText({
            from: clients[0] as never,
            name: old,
            address: "10.9.8.7",
            isOpen: false,
            isPinged: false,
          }),
        },
      });
    },
  },
  {
    name: "the only SRV record names a host that is gone",
    first: ["D02", "N01", "N05", "D06", "N02"],
    verdict: "failing",
    wishes: { hosts: 1 },
    harm(world) {
      for (const zone of world.zones) zone.targets = [];
      haunt(world, `gone${world.random.between(1, 9)}.${world.domain}`);
      const clients = newcomers(world, 2);
      return () => ({
        parts: new Set(["client-dlv", "client-ato", "client-log", "srv"]),
        clients,
        hosts: [],
      });
    },
  },
  {
    name: "clients stand in a zone without the record",
    first: ["D03"],
    verdict: "failing",
    wishes: { hosts: 1 },
    harm(world) {
      const clients = newcomers(world, 3);
      const zone = `branch.${world.domain}`;
      for (const client of clients) {
        client.name = client.name.replace(client.zone, zone);
        client.zone = zone;
      }
      return () => ({
        parts: new Set(["client-dlv", "client-ato", "client-log", "ipconfig", "srv"]),
        clients,
        hosts: world.hosts,
        more: {
          "branch.txt": srvText(world, zone, [], world.random.pick(["nslookup", "dig", "Resolve-DnsName"])),
        },
        isOpen: () => true,
      });
    },
  },
  {
    name: "a client of a workgroup has no DNS suffix",
    first: ["D04"],
    verdict: "failing",
    wishes: { hosts: 1 },
    harm(world) {
      const [client] = newcomers(world, 1);
      if (client === undefined) throw new Error("a fleet has clients");
      client.name = client.name.split(".")[0] ?? "";
      blind(world, { clients: [client], from: 0, code: 0x8007007b });
      return () => ({
        parts: new Set(["client-dlv", "client-ato", "client-log"]),
        clients: [client],
        hosts: world.hosts,
        more: { "network.txt": ipconfigText(world, client, { suffix: "", connection: "" }) },
      });
    },
  },
  {
    name: "no DNS server is configured",
    first: ["D05"],
    verdict: "failing",
    harm(world) {
      const clients = newcomers(world, 1);
      blind(world, { clients, from: 0, code: world.random.pick([0x8007267c, 0x8007232a]) });
      return () => ({
        parts: new Set(["client-dlv", "client-ato", "client-log"]),
        clients,
        hosts: world.hosts,
      });
    },
  },
  {
    name: "the name of the host has no address",
    first: ["D06"],
    verdict: "failing",
    wishes: { hosts: 1 },
    harm(world) {
      const clients = newcomers(world, 2);
      const [host] = world.hosts as [WorldHost];
      silence(world, { from: world.now - 20 * DAY, code: 0x800706ba });
      const { targets } = world.zones[0] ?? { targets: [] };
      return () => ({
        parts: new Set(["client-dlv", "client-log", "host-dlv"]),
        clients,
        hosts: world.hosts,
        more: {
          "dns.txt": `${srvText(
            world,
            host.zone,
            targets.map((each) => ({ ...each, host: undefined })),
            "nslookup",
          )}\n${addressText(world, host.name, undefined)}`,
        },
      });
    },
  },
  {
    name: "the record names a port that the host does not listen on",
    first: ["D07"],
    verdict: "failing",
    wishes: { hosts: 1 },
    harm(world) {
      const [host] = world.hosts as [WorldHost];
      host.port = world.random.pick([1689, 16_880, 2000]);
      forget(world);
      const clients = newcomers(world, 2);
      return () => ({
        parts: new Set(["client-dlv", "client-log", "host-dlv", "srv"]),
        clients,
        hosts: world.hosts,
      });
    },
  },
  {
    name: "a second host may not write the record",
    first: ["D09"],
    verdict: "degraded",
    wishes: { hosts: 2, zones: false },
    harm(world) {
      const [first, second] = world.hosts as [WorldHost, WorldHost];
      for (const zone of world.zones) zone.targets = zone.targets.filter(({ host }) => host !== second);
      second.isPublishing = false;
      for (let time = world.now - 9 * DAY; time < world.now; time += DAY + 6000) {
        second.events.push({ time, id: 12293, level: 2, data: ["0x80072338", second.zone] });
      }
      const clients = overdue(world, 1);
      return () => {
        second.isPublishing = true;
        return {
          parts: new Set(["host-application", "host-dlv", "srv"]),
          clients,
          hosts: world.random.chance(0.5) ? [first, second] : [second],
        };
      };
    },
  },
  {
    name: "publishing is turned off",
    first: ["D10"],
    verdict: "failing",
    wishes: { hosts: 1 },
    harm(world) {
      for (const zone of world.zones) zone.targets = [];
      for (const host of world.hosts) host.isPublishing = false;
      const clients = newcomers(world, 2);
      return () => ({
        parts: new Set(["client-dlv", "client-log", "srv", "host-dlv"]),
        clients,
        hosts: world.hosts,
        language: world.random.pick(["en", "ja", "ja2"] as const),
      });
    },
  },
  {
    name: "a client is pinned to a host that is gone",
    first: ["D12"],
    verdict: "failing",
    wishes: { hosts: 1 },
    harm(world) {
      const [client] = newcomers(world, 1);
      if (client === undefined) throw new Error("a fleet has clients");
      const pin = `alt-lic.${world.domain}`;
      client.pin = pin;
      return () => ({
        parts: new Set(["client-dlv", "client-log", "host-dlv", "srv"]),
        clients: [client],
        hosts: world.hosts,
        more: {
          "spp.reg": `Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform]\r\n"KeyManagementServiceName"="${pin}"\r\n`,
        },
      });
    },
  },
  {
    name: "a licensed client is pinned to a host that is gone",
    first: ["D12"],
    verdict: "degraded",
    wishes: { hosts: 1 },
    harm(world) {
      const [client] = overdue(world, 1);
      if (client === undefined) throw new Error("a fleet has clients");
      client.pin = `alt-lic.${world.domain}`;
      return () => ({
        parts: new Set(["client-dlv", "client-log", "srv"]),
        clients: [client],
        hosts: world.hosts,
        days: 50,
      });
    },
  },
  {
    name: "renewals fail because DNS does not find the host any more",
    first: ["C22", "D01", "D14", "D16"],
    verdict: "degraded",
    wishes: { hosts: 1 },
    harm(world) {
      const clients = overdue(world, 2);
      blind(world, { clients, from: world.now - 35 * DAY });
      for (const client of clients) client.caches = false;
      return () => ({
        parts: new Set(["client-dlv", "client-log"]),
        clients,
        hosts: world.hosts,
        days: 50,
      });
    },
  },
];
