/** Texts of machines in clouds, made for tests: every machine invented, every address of a cloud's KMS real. */

import { ipconfig } from "./texts.ts";

/** `az network nic show-effective-route-table -o table`: rows of prefix, kind of next hop, its address; Active unless said. */
export function effectiveRoutes(
  rows: readonly (readonly [prefix: string, hop: string, address?: string, state?: string])[],
): string {
  const cells = rows.map(([prefix, hop, address = "", state = "Active"]) =>
    [hop === "Internet" ? "Default" : "User", state, prefix, hop, address]
      .map((cell, at) => cell.padEnd([23, 9, 18, 23, 0][at] ?? 0))
      .join("")
      .trimEnd(),
  );
  return [
    "$ az network nic show-effective-route-table -g rg1 -n nic1 -o table",
    "Source                 State    Address Prefix    Next Hop Type          Next Hop IP",
    "---------------------  -------  ----------------  ---------------------  -------------",
    ...cells,
    "",
  ].join("\n");
}

/** `route print` with these active routes (prefix, mask, gateway, interface) and persistent ones. */
export function routePrint(
  active: readonly (readonly [string, string, string, string])[],
  persistent: readonly (readonly [string, string, string])[] = [],
): string {
  const rule = "=".repeat(75);
  return [
    "C:\\>route print -4",
    rule,
    "IPv4 Route Table",
    rule,
    "Active Routes:",
    "Network Destination        Netmask          Gateway       Interface  Metric",
    ...active.map((cells) => `  ${cells.map((cell) => cell.padStart(16)).join(" ")}     25`),
    rule,
    "Persistent Routes:",
    ...(persistent.length === 0
      ? ["  None"]
      : [
          "  Network Address          Netmask  Gateway Address  Metric",
          ...persistent.map((cells) => `  ${cells.map((cell) => cell.padStart(16)).join(" ")}      15`),
        ]),
    rule,
    "",
  ].join("\r\n");
}

/** `ipconfig /all` of a VM in Azure's public cloud. */
export function azureIpconfig(hostName = "vm1", servers: readonly string[] = ["168.63.129.16"]): string {
  const suffix = "abc123.bx.internal.cloudapp.net";
  return ipconfig({ hostName, connection: suffix, search: [suffix], address: "10.40.7.4", servers });
}

/** One rule of an Azure Firewall, as the CLI prints it. */
export function firewallRule(
  kind: "application" | "network",
  of: { ports?: readonly string[]; addresses?: readonly string[]; names?: readonly string[] },
): string {
  const rule =
    kind === "application"
      ? {
          name: "allow-activation",
          ruleType: "ApplicationRule",
          protocols: [{ protocolType: "Https", port: 1688 }],
          targetFqdns: of.names ?? ["azkms.core.windows.net"],
        }
      : {
          name: "allow-1688",
          ruleType: "NetworkRule",
          ipProtocols: ["TCP"],
          destinationPorts: of.ports ?? ["1688"],
          destinationAddresses: of.addresses ?? [],
          destinationFqdns: of.names ?? [],
        };
  return `$ az network firewall policy rule-collection-group list -g rg1 --policy-name p1\n${JSON.stringify([rule], null, 2)}\n`;
}
