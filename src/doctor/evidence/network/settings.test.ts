import { expect, test } from "bun:test";
import { Collector } from "../collector.ts";
import type { NetworkSettings } from "../model.ts";
import { readText } from "../text.ts";
import { ipconfig } from "./ipconfig.ts";
import { linuxNetwork } from "./linux-network.ts";

function read(text: string): Collector {
  const collector = new Collector();
  const lines = readText("settings.txt", new TextEncoder().encode(text));
  for (const format of [ipconfig, linuxNetwork]) format.read(lines, collector);
  return collector;
}

function values(settings: NetworkSettings | undefined): unknown {
  if (settings === undefined) return undefined;
  const list = (facts: NetworkSettings["addresses"]) => facts.map(({ value }) => value).join(" ");
  return [
    settings.hostName?.value,
    settings.primarySuffix?.value,
    list(settings.searchList),
    list(settings.connectionSuffixes),
    list(settings.addresses),
    list(settings.masks),
    list(settings.gateways),
    list(settings.dnsServers),
  ];
}

const ENGLISH = `
Windows IP Configuration

   Host Name . . . . . . . . . . . . : PC-31
   Primary Dns Suffix  . . . . . . . : north.example
   Node Type . . . . . . . . . . . . : Hybrid
   IP Routing Enabled. . . . . . . . : No
   WINS Proxy Enabled. . . . . . . . : No
   DNS Suffix Search List. . . . . . : north.example
                                       group.example

Ethernet adapter Ethernet:

   Connection-specific DNS Suffix  . : lan.north.example
   Description . . . . . . . . . . . : Intel(R) 82574L Gigabit Network Connection
   Physical Address. . . . . . . . . : 00-00-5E-00-53-10
   DHCP Enabled. . . . . . . . . . . : Yes
   IPv4 Address. . . . . . . . . . . : 10.6.0.44(Preferred)
   Subnet Mask . . . . . . . . . . . : 255.255.254.0
   Lease Obtained. . . . . . . . . . : Monday, November 9, 2026 8:01:22 AM
   Lease Expires . . . . . . . . . . : Tuesday, November 17, 2026 8:01:22 AM
   Default Gateway . . . . . . . . . : 10.6.0.1
   DHCP Server . . . . . . . . . . . : 10.6.0.9
   DNS Servers . . . . . . . . . . . : 10.6.0.2
                                       10.6.0.3
   NetBIOS over Tcpip. . . . . . . . : Enabled
`;

const EXPECTED = [
  "pc-31",
  "north.example",
  "north.example group.example",
  "lan.north.example",
  "10.6.0.44",
  "255.255.254.0",
  "10.6.0.1",
  "10.6.0.2 10.6.0.3",
];

test("English ipconfig /all is read by its labels", () => {
  const { networks, readings } = read(ENGLISH);
  expect(networks.map(values)).toEqual([EXPECTED]);
  expect(networks[0]?.gateways[0]?.at).toMatchObject({
    line: 22,
    quote: "Default Gateway . . . . . . . . . : 10.6.0.1",
  });
  expect(readings.map(({ origin }) => [origin.kind, origin.language, origin.names])).toEqual([
    ["ipconfig", "en", ["pc-31", "pc-31.north.example"]],
  ]);
});

const JAPANESE: readonly (readonly [string, string])[] = [
  ["Windows IP Configuration", "Windows IP 構成"],
  ["Host Name . . . . . . . . . . . . ", "ホスト名. . . . . . . . . . . . . . ."],
  ["Primary Dns Suffix  . . . . . . . ", "プライマリ DNS サフィックス . . . . ."],
  ["DNS Suffix Search List. . . . . . ", "DNS サフィックス検索一覧. . . . . . ."],
  ["Connection-specific DNS Suffix  . ", "接続固有の DNS サフィックス . . . . ."],
  ["IPv4 Address. . . . . . . . . . . ", "IPv4 アドレス . . . . . . . . . . . ."],
  ["Subnet Mask . . . . . . . . . . . ", "サブネット マスク . . . . . . . . . ."],
  ["Default Gateway . . . . . . . . . ", "デフォルト ゲートウェイ . . . . . . ."],
  ["DNS Servers . . . . . . . . . . . ", "DNS サーバー. . . . . . . . . . . . ."],
];

const ROUTED: readonly (readonly [string, string])[] = [
  ["Windows IP Configuration", "Konfiguracja IP systemu Windows"],
  ["Host Name ", "Nazwa hosta "],
  ["Primary Dns Suffix ", "Sufiks podstawowej domeny DNS "],
  ["DNS Suffix Search List", "Lista przeszukiwania sufiksów DNS "],
  ["Connection-specific DNS Suffix  . ", "Sufiks DNS konkretnego połączenia"],
  ["IPv4 Address", "Adres IPv4 "],
  ["Subnet Mask ", "Maska podsieci "],
  ["Default Gateway ", "Brama domyślna "],
  ["DNS Servers ", "Serwery DNS "],
];

test.each([
  ["Japanese by its labels", JAPANESE, "ja"],
  ["a language without labels here by order and kind of value", ROUTED, ""],
])("%s", (_, words, language) => {
  const text = words.reduce((all, [from, to]) => all.replace(from, to), ENGLISH);
  const { networks } = read(text);
  expect(networks.map(values)).toEqual([EXPECTED]);
  expect(networks[0]?.origin.language).toBe(language);
});

test("lost indentation and non-breaking blanks do no harm", () => {
  const text = ENGLISH.split("\n")
    .map((line) => line.trim().replaceAll(" . ", "\u00a0.\u00a0"))
    .join("\r\n");
  expect(read(text).networks.map(values)).toEqual([EXPECTED]);
});

test("without DHCP the servers follow the gateway, whatever the language", () => {
  const text = ROUTED.reduce((all, [from, to]) => all.replace(from, to), ENGLISH)
    .split("\n")
    .filter((line) => !/Lease|DHCP Server/.test(line))
    .join("\n");
  expect(read(text).networks.map(values)).toEqual([EXPECTED]);
});

test("a blank primary suffix is stated, a missing one is not", () => {
  const blank = ENGLISH.replace(": north.example", ": ");
  expect(read(blank).networks[0]?.primarySuffix?.value).toBe("");
  expect(read(blank.replace(/.*Primary.*\n/, "")).networks[0]?.primarySuffix).toBeUndefined();
});

test("two machines in one file are two items", () => {
  const { networks } = read(`${ENGLISH}${ENGLISH.replace("PC-31", "PC-32")}`);
  expect(networks.map(({ origin }) => origin.names[0])).toEqual(["pc-31", "pc-32"]);
});

test("a Linux machine's addresses, servers and suffixes are read", () => {
  const { networks } = read(`kim@web3:~$ ip addr
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500
    inet 10.5.2.3/24 brd 10.5.2.255 scope global dynamic eth0
kim@web3:~$ cat /etc/resolv.conf
# made by hand
search north.example south.example
nameserver 10.5.0.2
kim@web3:~$ resolvectl status
Current DNS Server: 10.5.0.2
       DNS Servers: 10.5.0.2
                    10.5.0.3
        DNS Domain: north.example
`);
  expect(
    networks.map((each) => (values(each) as string[]).filter((value) => value !== "" && value !== undefined)),
  ).toEqual([
    ["10.5.2.3"],
    ["north.example south.example", "10.5.0.2"],
    ["north.example", "10.5.0.2 10.5.0.3"],
  ]);
  expect(networks.map(({ origin }) => origin.names)).toEqual([["web3"], ["web3"], ["web3"]]);
});

test("sentences about search and domain are no settings", () => {
  expect(read("search the logs first\ndomain controllers are fine.\nnameserver is down\n").networks).toEqual(
    [],
  );
});
