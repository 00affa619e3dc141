import type { Random } from "./random.ts";
import { bareName, type Target, type World, type WorldClient, type WorldHost } from "./world.ts";

/** The tools that answer for DNS. */
export const TOOLS = ["nslookup", "nslookup-ja", "dig", "Resolve-DnsName"] as const;
export type Tool = (typeof TOOLS)[number];

/** The answer for the SRV record of a zone; none: the name does not exist. */
export function srvText(world: World, zone: string, targets: readonly Target[], tool: Tool): string {
  const name = `_vlmcs._tcp.${zone}`;
  const { name: server, address } = world.dnsServer;
  const known = targets.flatMap(({ name: target, host }) =>
    host === undefined ? [] : [[target, host.address] as const],
  );
  if (tool === "dig") {
    const head = `; <<>> DiG 9.18.33 <<>> @${address} ${name} SRV\n;; global options: +cmd\n;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: ${targets.length > 0 ? "NOERROR" : "NXDOMAIN"}, id: 4711\n;; QUESTION SECTION:\n;${name}.\tIN\tSRV\n\n`;
    const answers = targets.map((each) => `${name}. 3600\tIN\tSRV\t0 0 ${each.port} ${each.name}.\n`);
    const more = known.map(([target, at]) => `${target}.\t3600\tIN\tA\t${at}\n`);
    const sections =
      targets.length > 0
        ? `;; ANSWER SECTION:\n${answers.join("")}\n;; ADDITIONAL SECTION:\n${more.join("")}\n`
        : "";
    return `${head}${sections};; SERVER: ${address}#53(${address}) (UDP)\n`;
  }
  if (tool === "Resolve-DnsName") {
    const prompt = `PS C:\\> Resolve-DnsName -Type SRV ${name}\n`;
    if (targets.length === 0) {
      return `${prompt}Resolve-DnsName : ${name} : DNS name does not exist\nAt line:1 char:1\n+ Resolve-DnsName -Type SRV ${name}\n    + CategoryInfo          : ResourceUnavailable: (${name}:String) [Resolve-DnsName], Win32Exception\n    + FullyQualifiedErrorId : DNS_ERROR_RCODE_NAME_ERROR,Microsoft.DnsClient.Commands.ResolveDnsName\n`;
    }
    const records = table([
      ["Name", "Type", "TTL", "Section", "NameTarget", "Priority", "Weight", "Port"],
      ["----", "----", "---", "-------", "----------", "--------", "------", "----"],
      ...targets.map((each) => [name, "SRV", "3600", "Answer", each.name, "0", "0", String(each.port)]),
    ]);
    const more = known.map(
      ([target, at]) =>
        `Name       : ${target}\nQueryType  : A\nTTL        : 3600\nSection    : Additional\nIP4Address : ${at}\n`,
    );
    return `${prompt}\n${[...records, ...more].join("\n")}\n`;
  }
  const isJapanese = tool === "nslookup-ja";
  const head = `C:\\>nslookup -type=srv ${name}\n${isJapanese ? "サーバー" : "Server"}:  ${server}\nAddress:  ${address}\n\n`;
  if (targets.length === 0) {
    return `${head}*** ${isJapanese ? `${server} が ${name} を見つけられません: Non-existent domain` : `${server} can't find ${name}: Non-existent domain`}\n`;
  }
  const records = targets.map(
    (each) =>
      `${name}\tSRV service location:\n          priority       = 0\n          weight         = 0\n          port           = ${each.port}\n          svr hostname   = ${each.name}\n`,
  );
  return `${head}${records.join("")}${known.map(([target, at]) => `${target}\tinternet address = ${at}\n`).join("")}`;
}

/** Columns as wide as their widest cell. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  return [...rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" ")), ""];
}

/** The answer for the address of a host; undefined: there is none. */
export function addressText(world: World, name: string, address: string | undefined): string {
  const head = `C:\\>nslookup ${name}\nServer:  ${world.dnsServer.name}\nAddress:  ${world.dnsServer.address}\n\n`;
  return address === undefined
    ? `${head}*** ${world.dnsServer.name} can't find ${name}: Non-existent domain\n`
    : `${head}Name:    ${name}\nAddress:  ${address}\n`;
}

/** `Test-NetConnection` from a client. */
export function portText(of: {
  from: WorldClient;
  name: string;
  address: string;
  port?: number;
  isOpen: boolean;
  isPinged?: boolean;
}): string {
  const { from, name, address, port = 1688, isOpen, isPinged = true } = of;
  const warnings = isOpen
    ? ""
    : `WARNING: TCP connect to (${address} : ${port}) failed\n${isPinged ? "" : `WARNING: Ping to ${address} failed with status: TimedOut\n`}`;
  const ping = isOpen
    ? ""
    : `PingSucceeded          : ${isPinged ? "True" : "False"}\nPingReplyDetails (RTT) : ${isPinged ? 3 : 0} ms\n`;
  return `PS C:\\> Test-NetConnection ${name} -Port ${port}\n${warnings}\n\nComputerName           : ${name}\nRemoteAddress          : ${address}\nRemotePort             : ${port}\nInterfaceAlias         : Ethernet\nSourceAddress          : ${from.address}\n${ping}TcpTestSucceeded       : ${isOpen ? "True" : "False"}\n\n`;
}

/** `ipconfig /all` of a client: with a suffix of its own network, and a VPN if it has one. */
export function ipconfigText(
  world: World,
  client: WorldClient,
  of: { suffix?: string; connection?: string; vpn?: boolean } = {},
): string {
  const { suffix = client.zone, connection = client.zone, vpn = false } = of;
  const tunnel = vpn
    ? `\nPPP adapter Office VPN:\n\n   Connection-specific DNS Suffix  . : ${client.zone}\n   Description . . . . . . . . . . . : Office VPN\n   Physical Address. . . . . . . . . :\n   DHCP Enabled. . . . . . . . . . . : No\n   IPv4 Address. . . . . . . . . . . : 10.250.3.17(Preferred)\n   Subnet Mask . . . . . . . . . . . : 255.255.255.255\n   DNS Servers . . . . . . . . . . . : ${world.dnsServer.address}\n   NetBIOS over Tcpip. . . . . . . . : Enabled\n`
    : "";
  return `
Windows IP Configuration

   Host Name . . . . . . . . . . . . : ${bareName(client.name)}
   Primary Dns Suffix  . . . . . . . : ${suffix}
   Node Type . . . . . . . . . . . . : Hybrid
   IP Routing Enabled. . . . . . . . : No
   WINS Proxy Enabled. . . . . . . . : No
${suffix === "" ? "" : `   DNS Suffix Search List. . . . . . : ${suffix}\n`}
Ethernet adapter Ethernet:

   Connection-specific DNS Suffix  . : ${vpn ? "fritz.box" : connection}
   Description . . . . . . . . . . . : Intel(R) Ethernet Connection I219-LM
   Physical Address. . . . . . . . . : 00-00-5E-00-53-${String(10 + (client.address.length % 80))}
   DHCP Enabled. . . . . . . . . . . : Yes
   IPv4 Address. . . . . . . . . . . : ${vpn ? "192.168.178.23" : client.address}(Preferred)
   Subnet Mask . . . . . . . . . . . : 255.255.255.0
   Default Gateway . . . . . . . . . : ${vpn ? "192.168.178.1" : gatewayOf(client)}
   DNS Servers . . . . . . . . . . . : ${vpn ? "192.168.178.1" : world.dnsServer.address}
   NetBIOS over Tcpip. . . . . . . . : Enabled
${tunnel}`;
}

/** `route print` of a client. */
export function routesText(client: WorldClient): string {
  const gateway = gatewayOf(client);
  const net = client.address.replace(/\d+$/, "0");
  const row = (...cells: string[]) =>
    cells.map((cell, at) => cell.padStart([17, 17, 16, 17, 7][at] ?? 8)).join("");
  return `===========================================================================
Interface List
  6...00 00 5e 00 53 71 ......Intel(R) Ethernet Connection I219-LM
  1...........................Software Loopback Interface 1
===========================================================================

IPv4 Route Table
===========================================================================
Active Routes:
Network Destination        Netmask          Gateway       Interface  Metric
${row("0.0.0.0", "0.0.0.0", gateway, client.address, "25")}
${row(net, "255.255.255.0", "On-link", client.address, "281")}
${row("127.0.0.0", "255.0.0.0", "On-link", "127.0.0.1", "331")}
${row("224.0.0.0", "240.0.0.0", "On-link", "127.0.0.1", "331")}
===========================================================================
Persistent Routes:
  None
`;
}

function gatewayOf({ address }: WorldClient): string {
  return address.replace(/\d+$/, "1");
}

/** Panther's `setupact.log` of the machine that an image was made from. */
export function setupactText(random: Random, time: number, isGeneralized: boolean): string {
  const stamp = new Date(time).toISOString().slice(0, 19).replace("T", " ");
  const line = (code: string, text: string) => `${stamp}, Info       ${code} SYSPRP ${text}`;
  const options = isGeneralized
    ? ["GENERALIZE", "OOBE", "SHUTDOWN"]
    : ["OOBE", random.pick(["REBOOT", "SHUTDOWN", "QUIT"])];
  return `${[
    `${stamp}, Info                  SYSPRP ========================================================`,
    `${stamp}, Info                  SYSPRP ===          Beginning of a new sysprep run          ===`,
    `${stamp}, Info                  SYSPRP ========================================================`,
    line("[0x0f004d]", `The time is now ${stamp}`),
    line("[0x0f0054]", "ValidatePrivileges:User has required privileges to sysprep machine"),
    ...options.map((option) =>
      line("[0x0f005f]", `ParseCommands:Found supported command line option '${option}'`),
    ),
    line(
      "[0x0f00ba]",
      "SYSPRP RunExternalDlls:Running platform actions specified in action file for phase 3",
    ),
    line("[0x0f0057]", "Shutdown: Sysprep has finished"),
  ].join("\r\n")}\r\n`;
}

/** `w32tm /stripchart` against a server: how far this machine is behind it, in seconds. */
export function clockText(server: string, address: string, behind: number): string {
  const sign = behind < 0 ? "-" : "+";
  const offset = `${sign}${Math.abs(behind).toFixed(7).padStart(10, "0")}s`;
  return `C:\\>w32tm /stripchart /computer:${server} /samples:3 /dataonly
Tracking ${server} [${address}:123].
Collecting 3 samples.
The current time is 3/10/2026 10:12:01 AM.
10:12:01, ${offset}
10:12:03, ${offset}
10:12:05, ${offset}
`;
}

/** The host that a machine's answers come from, as its own name server tells its address. */
export function hostAddressText(world: World, host: WorldHost): string {
  return addressText(world, host.name, host.address);
}
