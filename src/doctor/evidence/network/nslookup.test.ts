import { expect, test } from "bun:test";
import { Collector } from "../collector.ts";
import type { DnsAnswer } from "../model.ts";
import { readText } from "../text.ts";
import { nslookup } from "./nslookup.ts";

function read(text: string): {
  dns: readonly DnsAnswer[];
  understood: readonly number[];
  collector: Collector;
} {
  const collector = new Collector();
  const lines = nslookup.read(readText("answers.txt", new TextEncoder().encode(text)), collector);
  return { dns: collector.dns, understood: [...lines], collector };
}

/** An answer in one line. */
function brief({
  name,
  type,
  result,
  server = "",
  serverAddress = "",
  targets,
  addresses,
}: DnsAnswer): string {
  const hosts = targets.map(({ host, port, priority, weight }) => `${host}:${port}/${priority}/${weight}`);
  const values = [...hosts, ...addresses.map(({ value }) => value)].join(" ");
  return `${name} ${type} ${result} [${values}] @${server || serverAddress}`;
}

const FOUND = `C:\\>nslookup -type=srv _vlmcs._tcp.north.example
Server:  ns1.north.example
Address:  10.5.0.2

_vlmcs._tcp.north.example\tSRV service location:
          priority       = 0
          weight         = 0
          port           = 1688
          svr hostname   = act9.north.example
_vlmcs._tcp.north.example\tSRV service location:
          priority       = 10
          weight         = 5
          port           = 1689
          svr hostname   = ACT8.north.example
act9.north.example\tinternet address = 10.5.0.19
act8.north.example\tAAAA IPv6 address = 2001:db8:5::18
`;

test("two SRV records are one answer, with the addresses that came with them", () => {
  const { dns, understood, collector } = read(FOUND);
  expect(dns.map(brief)).toEqual([
    "_vlmcs._tcp.north.example SRV found [act9.north.example:1688/0/0 act8.north.example:1689/10/5] @ns1.north.example",
    "act9.north.example A found [10.5.0.19] @ns1.north.example",
    "act8.north.example AAAA found [2001:db8:5::18] @ns1.north.example",
  ]);
  expect(dns[0]?.at).toEqual({
    file: "answers.txt",
    line: 5,
    record: 0,
    quote: "_vlmcs._tcp.north.example\tSRV service location:",
  });
  expect(dns[0]?.targets[1]?.at.line).toBe(14);
  expect(understood).toContain(1);
  expect(collector.readings.map(({ origin, records }) => [origin.kind, origin.language, records])).toEqual([
    ["dns-answers", "en", 3],
  ]);
});

test("the same is read without its prompt, its indentation and behind mail quoting", () => {
  const mangled = FOUND.split("\n")
    .slice(1)
    .map((line) => `> ${line.trim().replace(/[ \t]+/g, " ")}`)
    .join("\r\n");
  expect(read(mangled).dns.map(brief)).toEqual(read(FOUND).dns.map(brief));
});

const MISSING: readonly [string, string, string][] = [
  ["English", "Server", "*** ns1.north.example can't find _vlmcs._tcp.west.example: Non-existent domain"],
  [
    "English, typographic",
    "Server",
    "*** ns1.north.example can’t find _vlmcs._tcp.west.example: Non-existent domain",
  ],
  [
    "German",
    "Server",
    "*** _vlmcs._tcp.west.example wurde von ns1.north.example nicht gefunden: Non-existent domain.",
  ],
  [
    "French",
    "Serveur",
    "*** ns1.north.example ne parvient pas à trouver _vlmcs._tcp.west.example : Non-existent domain",
  ],
  [
    "Japanese",
    "サーバー",
    "*** ns1.north.example が _vlmcs._tcp.west.example を見つけられません: Non-existent domain",
  ],
  ["Chinese", "服务器", "*** ns1.north.example 找不到 _vlmcs._tcp.west.example: Non-existent domain"],
];

test.each(MISSING)("a name that does not exist is understood in %s", (_, label, complaint) => {
  const { dns } = read(`${label}:  ns1.north.example\nAddress:  10.5.0.2\n\n${complaint}\n`);
  expect(dns.map(brief)).toEqual(["_vlmcs._tcp.west.example SRV nxdomain [] @ns1.north.example"]);
  expect(dns[0]?.at.quote).toBe(complaint);
});

const ENDS: readonly [string, string, string][] = [
  ["a server that fails", "*** UnKnown can't find _vlmcs._tcp.west.example: Server failed", "servfail"],
  ["a server that refuses", "*** UnKnown can't find _vlmcs._tcp.west.example: Query refused", "refused"],
  [
    "a server that is silent",
    "*** UnKnown can't find _vlmcs._tcp.west.example: No response from server",
    "timeout",
  ],
  [
    "questions that time out",
    "DNS request timed out.\n    timeout was 2 seconds.\n*** Request to UnKnown timed-out",
    "timeout",
  ],
  [
    "questions that time out, in Japanese",
    "DNS request timed out.\n*** UnKnown への要求がタイムアウトしました",
    "timeout",
  ],
  ["questions that time out, cut off there", "DNS request timed out.\n    timeout was 2 seconds.", "timeout"],
  [
    "a name without such records",
    "west.example\n\tprimary name server = ns1.west.example\n\tserial  = 12",
    "nodata",
  ],
];

test.each(ENDS)("%s is told apart", (_, lines, result) => {
  const { dns } = read(
    `PS C:\\> nslookup -q=srv _vlmcs._tcp.west.example 10.5.0.9\nServer:  UnKnown\nAddress:  10.5.0.9\n\n${lines}\n`,
  );
  expect(dns.map(brief)).toEqual([`_vlmcs._tcp.west.example SRV ${result} [] @10.5.0.9`]);
});

test("that the server's own name is not found says nothing of the question", () => {
  const { dns } = read(`C:\\>nslookup act9.north.example 10.5.0.9
DNS request timed out.
    timeout was 2 seconds.
*** Can't find server name for address 10.5.0.9: Timed out
Server:  UnKnown
Address:  10.5.0.9

Name:    act9.north.example
Addresses:  2001:db8:5::19
          10.5.0.19
Aliases:  kms.north.example
`);
  expect(dns.map(brief)).toEqual([
    "act9.north.example AAAA found [2001:db8:5::19] @10.5.0.9",
    "act9.north.example A found [10.5.0.19] @10.5.0.9",
    "kms.north.example AAAA found [2001:db8:5::19] @10.5.0.9",
    "kms.north.example A found [10.5.0.19] @10.5.0.9",
  ]);
});

const PROMPT = `C:\\>nslookup
Default Server:  ns1.north.example
Address:  10.5.0.2

> set type=srv
> _vlmcs._tcp.north.example
Server:  ns1.north.example
Address:  10.5.0.2

*** ns1.north.example can't find _vlmcs._tcp.north.example: Non-existent domain
> set type=a
> act9.north.example
Server:  ns1.north.example
Address:  10.5.0.2

Name:    act9.north.example
Address:  10.5.0.19

> exit
`;

test("several questions at the program's own prompt are several answers", () => {
  expect(read(PROMPT).dns.map(brief)).toEqual([
    "_vlmcs._tcp.north.example SRV nxdomain [] @ns1.north.example",
    "act9.north.example A found [10.5.0.19] @ns1.north.example",
  ]);
});

test("a complaint that the console wrapped at 80 columns is joined again", () => {
  const whole = "*** UnKnown can't find _vlmcs._tcp.a-rather-long-name.north.example: Server failed";
  const { dns } = read(
    `C:\\>nslookup -type=srv _vlmcs._tcp.a-rather-long-name.north.example\nServer:  UnKnown\nAddress:  10.5.0.9\n\n${whole.slice(0, 80)}\n${whole.slice(80)}\n`,
  );
  expect(dns[0]?.result).toBe("servfail");
  expect(dns[0]?.at).toMatchObject({ line: 5, quote: whole });
});

test("a question for an address is answered with a name", () => {
  const { dns } = read(
    "C:\\>nslookup 10.5.0.19\nServer:  ns1\nAddress:  10.5.0.2\n\nName:    act9.north.example\nAddress:  10.5.0.19\n",
  );
  expect(dns.map(brief)).toEqual(["10.5.0.19 PTR found [act9.north.example:0/0/0] @ns1"]);
});

test("what Linux prints is understood, and whose machine it was", () => {
  const { dns } = read(`kim@web3:~$ nslookup -type=srv _muster._tcp.north.example
Server:\t\t127.0.0.53
Address:\t127.0.0.53#53

Non-authoritative answer:
_muster._tcp.north.example\tservice = 0 100 1688 act9.north.example.

kim@web3:~$ nslookup -type=srv _muster._tcp.west.example
Server:\t\t127.0.0.53
Address:\t127.0.0.53#53

** server can't find _muster._tcp.west.example: NXDOMAIN

kim@web3:~$ nslookup -type=srv _muster._tcp.west.example 10.9.9.9
;; connection timed out; no servers could be reached
`);
  expect(dns.map(brief)).toEqual([
    "_muster._tcp.north.example SRV found [act9.north.example:1688/0/100] @127.0.0.53",
    "_muster._tcp.west.example SRV nxdomain [] @127.0.0.53",
    "_muster._tcp.west.example SRV timeout [] @10.9.9.9",
  ]);
  expect(dns[0]?.origin.names).toEqual(["web3"]);
});

test("an address list in a note is no answer", () => {
  expect(read("Host: act9.north.example\nIP: 10.5.0.19\n\nServer: act9\nModel: 10.5\n").dns).toEqual([]);
});
