import { expect, test } from "bun:test";
import { Collector } from "../collector.ts";
import type { Route } from "../model.ts";
import { readText } from "../text.ts";
import { azureRoutes } from "./azure-routes.ts";
import { routes } from "./routes.ts";

function read(text: string): Collector {
  const collector = new Collector();
  const lines = readText("routes.txt", new TextEncoder().encode(text));
  for (const format of [routes, azureRoutes]) format.read(lines, collector);
  return collector;
}

function brief({ source, prefix, nextHop, nextHopAddress, persistent, active, destination }: Route): string {
  const flags = `${persistent ? " persistent" : ""}${active ? "" : " inactive"}`;
  const address = nextHopAddress === undefined || nextHopAddress === nextHop ? "" : `(${nextHopAddress})`;
  return `${source} ${prefix} via ${nextHop}${address}${flags}${destination === undefined ? "" : ` to ${destination}`}`;
}

test.each([
  ["On-link", "Default"],
  ["Auf Verbindung", "Standard"],
  ["リンク上", "既定"],
])("route print is read where on-link is called %s", (onLink, standard) => {
  const { routes: found } = read(`Active Routes:
Network Destination        Netmask          Gateway       Interface  Metric
          0.0.0.0          0.0.0.0         10.6.0.1        10.6.0.44    281
         10.6.0.0    255.255.254.0   ${onLink}         10.6.0.44    281
===========================================================================
Persistent Routes:
  Network Address          Netmask  Gateway Address  Metric
          0.0.0.0          0.0.0.0         10.6.0.1  ${standard}
  169.254.169.251  255.255.255.255         10.8.0.1      20
===========================================================================
 If Metric Network Destination      Gateway
  6    281 fe80::/64                ${onLink}
`);
  expect(found.map(brief)).toEqual([
    "windows 0.0.0.0/0 via 10.6.0.1",
    "windows 10.6.0.0/23 via On-link",
    "windows 0.0.0.0/0 via 10.6.0.1 persistent",
    "windows 169.254.169.251/32 via 10.8.0.1 persistent inactive",
    "windows fe80::/64 via On-link",
  ]);
});

test("Linux routes are read from ip and from netstat", () => {
  const { routes: found } = read(`default via 10.5.2.1 dev eth0 proto dhcp src 10.5.2.3 metric 100
10.5.2.0/24 dev eth0 proto kernel scope link src 10.5.2.3
0.0.0.0         10.5.2.1        0.0.0.0         UG        0 0          0 eth0
10.5.2.0        0.0.0.0         255.255.255.0   U         0 0          0 eth0
`);
  expect(found.map(brief)).toEqual([
    "linux 0.0.0.0/0 via 10.5.2.1",
    "linux 10.5.2.0/24 via On-link",
    "linux 0.0.0.0/0 via 10.5.2.1",
    "linux 10.5.2.0/24 via On-link",
  ]);
  expect(found[0]?.interfaceAddress).toBe("10.5.2.3");
});

test("the hops that answered a traceroute lead to where it went", () => {
  const hops = [
    "  1     2 ms     1 ms     2 ms  10.40.255.4",
    "  2     *        *        *     Request timed out.",
    "  3     9 ms     9 ms     9 ms  core [10.1.0.254]",
  ];
  for (const heading of [
    "Tracing route to act.example [20.0.0.9] over a maximum of 30 hops:",
    "Routenverfolgung zu act.example [20.0.0.9]  über maximal 30 Hops:",
    "traceroute to act.example (20.0.0.9), 30 hops max, 60 byte packets",
  ]) {
    expect(read(`${heading}\n\n${hops.join("\n")}\n`).routes.map(brief)).toEqual([
      "traceroute 20.0.0.9/32 via 10.40.255.4 to 20.0.0.9",
      "traceroute 20.0.0.9/32 via 10.1.0.254 to 20.0.0.9",
    ]);
  }
});

const AZURE = [
  "azure 10.0.0.0/8 via VirtualNetworkGateway(10.40.255.4)",
  "azure 0.0.0.0/0 via VirtualAppliance(10.9.0.4)",
  "azure 0.0.0.0/0 via Internet inactive",
];

test("Azure's effective routes are read as the CLI's table", () => {
  const text = `$ az network nic show-effective-route-table -g rg1 -n nic7 -o table
Source                 State    Address Prefix    Next Hop Type          Next Hop IP
---------------------  -------  ----------------  ---------------------  -------------
VirtualNetworkGateway  Active   10.0.0.0/8        VirtualNetworkGateway  10.40.255.4
User                   Active   0.0.0.0/0         VirtualAppliance       10.9.0.4
Default                Invalid  0.0.0.0/0         Internet
`;
  expect(read(text).routes.map(brief)).toEqual(AZURE);
});

test("Azure's effective routes are read as JSON, each with its line", () => {
  const text = `{
  "value": [
    {
      "addressPrefix": ["10.0.0.0/8"],
      "nextHopIpAddress": ["10.40.255.4"],
      "nextHopType": "VirtualNetworkGateway",
      "state": "Active"
    },
    { "addressPrefix": ["0.0.0.0/0"], "nextHopIpAddress": ["10.9.0.4"], "nextHopType": "VirtualAppliance", "state": "Active" },
    { "addressPrefix": ["0.0.0.0/0"], "nextHopIpAddress": [], "nextHopType": "Internet", "state": "Invalid" }
  ]
}
`;
  const { routes: found } = read(text);
  expect(found.map(brief)).toEqual(AZURE);
  expect(found.map(({ at }) => at.line)).toEqual([4, 9, 10]);
});

test("Azure's effective routes are read as the portal shows them", () => {
  const text = `Virtual network gateway\tActive\t10.0.0.0/8\tVirtual network gateway\t10.40.255.4
User\tActive\t0.0.0.0/0\tVirtual appliance\t10.9.0.4
Default\tInvalid\t0.0.0.0/0\tInternet\t-
`;
  expect(read(text).routes.map(brief)).toEqual(AZURE);
});

test("a next hop is that of the destination in its command", () => {
  const text = `$ az network watcher show-next-hop -g rg1 --vm vm7 --source-ip 10.40.7.4 --dest-ip 20.0.0.9
{
  "nextHopIpAddress": "10.40.255.4",
  "nextHopType": "VirtualNetworkGateway",
  "routeTableId": "System Route"
}
`;
  expect(read(text).routes.map(brief)).toEqual([
    "next-hop 20.0.0.9/32 via VirtualNetworkGateway(10.40.255.4) to 20.0.0.9",
  ]);
});
