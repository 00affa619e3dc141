import { expect, test } from "bun:test";
import { Collector } from "../collector.ts";
import type { TextFormat } from "../format.ts";
import type { DnsAnswer } from "../model.ts";
import { readText } from "../text.ts";
import { dig } from "./dig.ts";
import { resolveDnsName } from "./resolve-dnsname.ts";
import { zone } from "./zone.ts";

function read(format: TextFormat, text: string): Collector {
  const collector = new Collector();
  format.read(readText("dns.txt", new TextEncoder().encode(text)), collector);
  return collector;
}

function brief({ name, type, result, serverAddress = "", targets, addresses, ttl }: DnsAnswer): string {
  const values = [
    ...targets.map(({ host, port }) => `${host}:${port}`),
    ...addresses.map(({ value }) => value),
  ];
  return `${name} ${type} ${result} [${values.join(" ")}] @${serverAddress} ${ttl ?? "-"}`;
}

const DIG = `; <<>> DiG 9.18.33 <<>> @10.5.0.2 _muster._tcp.north.example SRV
;; global options: +cmd
;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 31022
;; QUESTION SECTION:
;_muster._tcp.north.example.\tIN\tSRV

;; ANSWER SECTION:
_muster._tcp.north.example. 600\tIN\tSRV\t0 100 1688 act9.north.example.

;; ADDITIONAL SECTION:
act9.north.example.\t1200\tIN\tA\t10.5.0.19

;; SERVER: 10.5.0.2#53(10.5.0.2) (UDP)
;; MSG SIZE  rcvd: 110
`;

test("dig's answer and additional sections are read", () => {
  expect(read(dig, DIG).dns.map(brief)).toEqual([
    "_muster._tcp.north.example SRV found [act9.north.example:1688] @10.5.0.2 600",
    "act9.north.example A found [10.5.0.19] @10.5.0.2 1200",
  ]);
});

const STATUSES: readonly [string, string][] = [
  ["NXDOMAIN", "nxdomain"],
  ["SERVFAIL", "servfail"],
  ["REFUSED", "refused"],
  ["NOERROR", "nodata"],
  ["NOTIMP", "other"],
];

test.each(STATUSES)("dig's status %s without an answer is %s", (status, result) => {
  const text = `;; ->>HEADER<<- opcode: QUERY, status: ${status}, id: 7
;; QUESTION SECTION:
;_muster._tcp.west.example.\tIN\tSRV

;; AUTHORITY SECTION:
west.example.\t3600\tIN\tSOA\tns1.west.example. root.west.example. 7 900 600 86400 3600

;; SERVER: 10.5.0.2#53(10.5.0.2)
`;
  const { dns } = read(dig, text);
  expect(dns.map(brief)).toEqual([`_muster._tcp.west.example SRV ${result} [] @10.5.0.2 -`]);
  expect(dns[0]?.at.line).toBe(1);
});

test("a server that does not answer dig is one failure, wherever the complaint stands", () => {
  const before = `$ dig @10.9.9.9 _muster._tcp.west.example SRV
;; communications error to 10.9.9.9#53: timed out

; <<>> DiG 9.18.33 <<>> @10.9.9.9 _muster._tcp.west.example SRV
;; no servers could be reached
`;
  const after = `; <<>> DiG 9.16.1 <<>> @10.9.9.9 _muster._tcp.west.example SRV
;; connection timed out; no servers could be reached
`;
  for (const text of [before, after]) {
    expect(read(dig, text).dns.map(brief)).toEqual(["_muster._tcp.west.example SRV timeout [] @10.9.9.9 -"]);
  }
});

test("dig +short says what it was asked only in its prompt", () => {
  const asked =
    "$ dig +short srv _muster._tcp.north.example\n0 100 1688 act9.north.example.\n$ dig +short srv _muster._tcp.west.example\n";
  expect(read(dig, asked).dns.map(brief)).toEqual([
    "_muster._tcp.north.example SRV found [act9.north.example:1688] @ -",
    "_muster._tcp.west.example SRV nodata [] @ -",
  ]);
  expect(read(dig, "0 100 1688 act9.north.example.\n").dns).toEqual([]);
});

test("the sentences of host are read", () => {
  const text = `_muster._tcp.north.example has SRV record 0 100 1688 act9.north.example.
act9.north.example has address 10.5.0.19
Host _muster._tcp.west.example not found: 3(NXDOMAIN)
north.example has no SRV record
`;
  expect(read(dig, text).dns.map(brief)).toEqual([
    "_muster._tcp.north.example SRV found [act9.north.example:1688] @ -",
    "act9.north.example A found [10.5.0.19] @ -",
    "_muster._tcp.west.example SRV nxdomain [] @ -",
    "north.example SRV nodata [] @ -",
  ]);
});

const TABLE = `PS C:\\> Resolve-DnsName -Type SRV _vlmcs._tcp.north.example -Server 10.5.0.2

Name                                     Type   TTL   Section    NameTarget                     Priority Weight Port
----                                     ----   ---   -------    ----------                     -------- ------ ----
_vlmcs._tcp.north.example                SRV    600   Answer     act9.north.example             0        0      1688

Name       : act9.north.example
QueryType  : A
TTL        : 1200
Section    : Additional
IP4Address : 10.5.0.19

`;

test("Resolve-DnsName is read as a table and as a list", () => {
  expect(read(resolveDnsName, TABLE).dns.map(brief)).toEqual([
    "_vlmcs._tcp.north.example SRV found [act9.north.example:1688] @10.5.0.2 600",
    "act9.north.example A found [10.5.0.19] @10.5.0.2 1200",
  ]);
});

test("a table whose blanks were lost is read by its words", () => {
  const squeezed = TABLE.replaceAll(/ {2,}/g, " ").replace(
    /^-.*$/m,
    "---- ---- --- ------- ---------- -------- ------ ----",
  );
  expect(read(resolveDnsName, squeezed).dns.map(brief)[0]).toBe(
    "_vlmcs._tcp.north.example SRV found [act9.north.example:1688] @10.5.0.2 600",
  );
});

/** As a console of so many columns breaks lines, and as a program that copies from it cuts blanks at their ends. */
function folded(text: string, width: number): string {
  return text
    .split("\n")
    .flatMap((line) => line.match(new RegExp(`.{1,${width}}`, "g")) ?? [""])
    .map((line) => line.trimEnd())
    .join("\n");
}

const WIDE = `Name                                     Type   TTL   Section    NameTarget                     Priority Weight Port
----                                     ----   ---   -------    ----------                     -------- ------ ----
_vlmcs._tcp.north.example                SRV    600   Answer     act9.north.example             0        100    1688
_vlmcs._tcp.north.example                SRV    600   Answer     the-second-host.north.example  10       5      1689

`;

test("Resolve-DnsName's table is read in a console that is narrower than it is", () => {
  const whole = read(resolveDnsName, WIDE).dns.map(brief);
  expect(whole).toEqual([
    "_vlmcs._tcp.north.example SRV found [act9.north.example:1688 the-second-host.north.example:1689] @ 600",
  ]);
  expect(read(resolveDnsName, folded(WIDE, 80)).dns.map(brief)).toEqual(whole);
  // Where a break hides which columns there are, nothing is read rather than something else.
  for (let width = 60; width <= 120; width++) {
    const found = read(resolveDnsName, folded(WIDE, width)).dns.map(brief);
    expect({ width, found: [...new Set([...found, ...whole])] }).toEqual({ width, found: whole });
  }
});

const ERRORS: readonly [string, string, string][] = [
  ["DNS name does not exist", "DNS_ERROR_RCODE_NAME_ERROR", "nxdomain"],
  ["Der DNS-Name ist nicht vorhanden.", "DNS_ERROR_RCODE_NAME_ERROR", "nxdomain"],
  ["Keine Datensätze", "DNS_INFO_NO_RECORDS", "nodata"],
  ["DNS サーバー エラーです", "DNS_ERROR_RCODE_SERVER_FAILURE", "servfail"],
  ["Operation refused", "DNS_ERROR_RCODE_REFUSED", "refused"],
  ["This operation returned because the timeout period expired", "ERROR_TIMEOUT", "timeout"],
  ["No DNS servers configured for local system", "DNS_ERROR_NO_DNS_SERVERS", "other"],
];

test.each(ERRORS)("Resolve-DnsName's “%s” (%s) is %s in every language", (words, id, result) => {
  const text = `Resolve-DnsName : _vlmcs._tcp.west.example : ${words}
At line:1 char:1
    + CategoryInfo          : ResourceUnavailable: (_vlmcs._tcp.west.example:String) [Resolve-DnsName], Win32Exception
    + FullyQualifiedErrorId : ${id},Microsoft.DnsClient.Commands.ResolveDnsName
`;
  const { dns } = read(resolveDnsName, text);
  expect(dns.map(brief)).toEqual([`_vlmcs._tcp.west.example SRV ${result} [] @ -`]);
  expect(dns[0]?.at.quote).toBe(`Resolve-DnsName : _vlmcs._tcp.west.example : ${words}`);
});

test("a zone file's relative names, left-out owners and lifetimes are worked out", () => {
  const text = `$TTL 1h
$ORIGIN north.example.
@   IN SOA ns1 hostmaster ( 2026112201 1h 15m 1w 1h )
_vlmcs._tcp 600 IN SRV 0 0 1688 act9
            IN SRV 5 0 1688 act8.south.example.
act9        A 10.5.0.19   ; the host
$ORIGIN _tcp.south.example.
_vlmcs IN SRV 0 0 1688 act8.south.example.
`;
  expect(read(zone, text).dns.map(brief)).toEqual([
    "_vlmcs._tcp.north.example SRV found [act9.north.example:1688 act8.south.example:1688] @ 3600",
    "act9.north.example A found [10.5.0.19] @ 3600",
    "_vlmcs._tcp.south.example SRV found [act8.south.example:1688] @ 3600",
  ]);
});

test("Microsoft's DNS tools say which records are static", () => {
  const text = `PS C:\\> dnscmd ns1 /enumrecords north.example _tcp
Returned records:
_vlmcs [Aging:3731000] 600 SRV\t0 0 1688 act8.north.example.
\t\t 3600 SRV\t0 0 1688 act9.north.example.
Command completed successfully.
PS C:\\> Get-DnsServerResourceRecord -ZoneName south.example -RRType Srv

HostName                  RecordType Type       Timestamp            TimeToLive      RecordData
--------                  ---------- ----       ---------            ----------      ----------
_vlmcs._tcp               SRV        33         0                    01:00:00        [0][0][1688][act9.north.example.]
_vlmcs._tcp               SRV        33         11/2/2026 9:00:00 AM 00:10:00        [0][0][1689][act8.north.example.]
`;
  const { dns, statements } = read(zone, text);
  expect(
    dns.map(({ name, targets }) => `${name} ${targets.map(({ host, port }) => `${host}:${port}`).join(" ")}`),
  ).toEqual([
    "_vlmcs._tcp.north.example act8.north.example:1688 act9.north.example:1688",
    "_vlmcs._tcp.south.example act9.north.example:1688 act8.north.example:1689",
  ]);
  expect(statements.map(({ what, name, value }) => `${what} ${name} ${value}`)).toEqual([
    "dns-record-aging _vlmcs._tcp.north.example act8.north.example 2026-08-19T08:00:00.000Z",
    "dns-record-aging _vlmcs._tcp.north.example act9.north.example static",
    "dns-record-aging _vlmcs._tcp.south.example act9.north.example static",
    "dns-record-aging _vlmcs._tcp.south.example act8.north.example 11/2/2026 9:00:00 AM",
  ]);
});

test("sentences about records are no zone", () => {
  expect(
    read(
      zone,
      "We have an A record in north.example for it.\nthe SRV record is missing\n@ noon IN the office\n",
    ).dns,
  ).toEqual([]);
});
