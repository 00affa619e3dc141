import type { Break } from "../breaks.ts";
import { newcomers, silence, windowsOf } from "../fleet/harm.ts";
import { routesText } from "../fleet/network.ts";
import { DAY, type World, type WorldClient, type WorldHost } from "../fleet/world.ts";

/** A machine of a cloud, which asks the cloud's own host. */
function tenant(world: World, of: { name: string; address: string }): WorldClient {
  const [client] = newcomers(world, 1);
  const [host] = world.hosts as [WorldHost];
  if (client === undefined) throw new Error("a fleet has clients");
  Object.assign(host, { name: of.name, address: of.address });
  Object.assign(client, { pin: `${of.name}:1688`, kind: "server", virtual: true });
  windowsOf(client).from = world.now - 2 * DAY;
  silence(world, { clients: [client], from: 0, code: 0x800706ba });
  return client;
}

function test(client: WorldClient, name: string, address: string): string {
  return `PS C:\\> Test-NetConnection ${name} -Port 1688\nWARNING: TCP connect to (${address} : 1688) failed\nWARNING: Ping to ${address} failed with status: TimedOut\n\n\nComputerName           : ${name}\nRemoteAddress          : ${address}\nRemotePort             : 1688\nInterfaceAlias         : Ethernet\nSourceAddress          : ${client.address}\nPingSucceeded          : False\nPingReplyDetails (RTT) : 0 ms\nTcpTestSucceeded       : False\n\n`;
}

/** Faults of clouds. */
export const CLOUD_BREAKS: readonly Break[] = [
  {
    name: "Azure: everything is sent through the tunnel to the office",
    first: ["A01"],
    verdict: "failing",
    wishes: { hosts: 1, kind: "servers" },
    harm(world) {
      const name = "azkms.core.windows.net";
      const client = tenant(world, { name, address: "20.118.99.224" });
      return () => ({
        parts: new Set(["client-dlv", "client-log"]),
        clients: [client],
        hosts: [],
        more: {
          "test.txt": test(client, name, "20.118.99.224"),
          "routes.txt": `Source                 State    Address Prefix    Next Hop Type          Next Hop IP
---------------------  -------  ----------------  ---------------------  -------------
Default                Active   ${client.address.replace(/\.\d+\.\d+$/, ".0.0/16")}     VnetLocal
VirtualNetworkGateway  Active   0.0.0.0/0         VirtualNetworkGateway  10.3.255.4
Default                Invalid  0.0.0.0/0         Internet
`,
        },
      });
    },
  },
  {
    name: "AWS: the routes to the host were baked into the image",
    first: ["W01"],
    verdict: "failing",
    wishes: { hosts: 1, kind: "servers" },
    harm(world) {
      const name = "169.254.169.250";
      const client = tenant(world, { name, address: name });
      return () => ({
        parts: new Set(["client-dlv", "client-log"]),
        clients: [client],
        hosts: [],
        more: {
          "test.txt": test(client, name, name),
          "route.txt": routesText(client).replace(
            "Persistent Routes:\n  None",
            "Persistent Routes:\n  Network Address          Netmask  Gateway Address  Metric\n  169.254.169.250  255.255.255.255     172.31.16.1      15\n  169.254.169.251  255.255.255.255     172.31.16.1      15\n  169.254.169.254  255.255.255.255     172.31.16.1      15",
          ),
        },
      });
    },
  },
];
