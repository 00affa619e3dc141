import { expect, test } from "bun:test";
import fc from "fast-check";
import { Collector } from "../collector.ts";
import type { Place } from "../place.ts";
import { type EvidenceText, readText } from "../text.ts";
import { networkFormats } from "./formats.ts";

/** A little of everything, one command after the other. */
const SESSION = `C:\\>hostname
ACT9
C:\\>nslookup -type=srv _vlmcs._tcp.north.example
Server:  ns1.north.example
Address:  10.5.0.2

_vlmcs._tcp.north.example\tSRV service location:
          priority       = 0
          weight         = 0
          port           = 1688
          svr hostname   = act9.north.example
act9.north.example\tinternet address = 10.5.0.19
*** ns1.north.example can't find _vlmcs._tcp.west.example: Non-existent domain
C:\\>dig @10.5.0.2 _muster._tcp.north.example SRV
; <<>> DiG 9.18.33 <<>> @10.5.0.2 _muster._tcp.north.example SRV
;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 31022
;_muster._tcp.north.example.\tIN\tSRV
_muster._tcp.north.example. 600\tIN\tSRV\t0 100 1688 act9.north.example.
C:\\>type north.zone
$ORIGIN north.example.
_vlmcs._tcp 600 IN SRV 0 0 1688 act9
Name                                     Type   TTL   Section    NameTarget                     Priority Weight Port
----                                     ----   ---   -------    ----------                     -------- ------ ----
_vlmcs._tcp.north.example                SRV    600   Answer     act9.north.example             0        0      1688

Resolve-DnsName : _vlmcs._tcp.west.example : DNS name does not exist
ComputerName           : act9.north.example
RemoteAddress          : 10.5.0.19
RemotePort             : 1688
PingSucceeded          : False
TcpTestSucceeded       : False

Connecting to 10.5.0.19:1688 (warmup): from 10.5.3.7:51811: 1.45ms
TCP port 1688 (unknown service): FILTERED
  TCP    10.60.4.23:51877       10.20.1.15:1688        ESTABLISHED     5416
C:\\>ipconfig /all
Windows IP Configuration

   Host Name . . . . . . . . . . . . : ACT9
   Primary Dns Suffix  . . . . . . . :

Ethernet adapter Ethernet:

   IPv4 Address. . . . . . . . . . . : 10.6.0.44(Preferred)
   Subnet Mask . . . . . . . . . . . : 255.255.254.0
   Default Gateway . . . . . . . . . : 10.6.0.1
C:\\>route print
          0.0.0.0          0.0.0.0         10.6.0.1        10.6.0.44    281
Tracing route to act.example [20.0.0.9] over a maximum of 30 hops:
  1     2 ms     1 ms     2 ms  10.40.255.4
User\tActive\t0.0.0.0/0\tVirtual appliance\t10.9.0.4
{
  "nextHopIpAddress": "10.40.255.4",
  "nextHopType": "VirtualNetworkGateway"
}
[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft]
"BackupProductKeyDefault"="ABCDE-FGHIJ-KLMNP-QRSTU-VWXY9"
"List"=hex(7):6e,00,2e,00,\\
  78,00,00,00
    DisableDnsPublishing    REG_DWORD    0x1
<SkipRearm>1</SkipRearm>
<ProductKey>ABCDE-FGHIJ-KLMNP-QRSTU-VWXY9</ProductKey>
Tracking ns1.north.example [10.5.0.2:123].
13:05:00, +22620.5012345s
2026-03-28 16:42:07, Info       [0x0f005f] SYSPRP ===          Beginning of a new sysprep run          ===
2026-03-28 16:42:07, Info       [0x0f005f] SYSPRP ParseCommands:Found supported command line option 'OOBE'
SERVICE_NAME: sppsvc
        STATE              : 1  STOPPED
Rule Name:                            KMS (TCP-In)
----------------------------------------------------------------------
Enabled:                              No
Direction:                            In
Profiles:                             Domain
LocalPort:                            1688
Action:                               Allow
Current Edition : ServerStandardEval
[01]: KB5034770
    inet 10.5.2.3/24 brd 10.5.2.255 scope global dynamic eth0
`;

function read(text: EvidenceText): { collector: Collector; lines: Set<number> } {
  const collector = new Collector();
  const lines = new Set<number>();
  for (const format of networkFormats) for (const number of format.read(text, collector)) lines.add(number);
  return { collector, lines };
}

/** Every place in what was read. */
function places(value: unknown): Place[] {
  if (typeof value !== "object" || value === null) return [];
  if ("quote" in value) return [value as Place];
  return Object.values(value).flatMap(places);
}

function items(collector: Collector): readonly unknown[] {
  const { dns, probes, connections, networks, routes, registry, clocks, sysprep, statements } = collector;
  return [
    ...dns,
    ...probes,
    ...connections,
    ...networks,
    ...routes,
    ...registry,
    ...clocks,
    ...sysprep,
    ...statements,
  ];
}

test("every kind of thing is found in one text that holds them all", () => {
  const { collector } = read(readText("session.txt", new TextEncoder().encode(SESSION)));
  const { dns, probes, connections, networks, routes, registry, clocks, sysprep, statements } = collector;
  const lists = { dns, probes, connections, networks, routes, registry, clocks, sysprep, statements };
  const empty = Object.entries(lists).filter(([, list]) => list.length === 0);
  expect(empty.map(([name]) => name)).toEqual([]);
  expect([...new Set(dns.map(({ tool }) => tool))].sort()).toEqual([
    "Resolve-DnsName",
    "dig",
    "nslookup",
    "zone",
  ]);
});

/** Real text cut, shuffled, doubled, and with rubbish between. */
const mangled = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...SESSION.split("\n")) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom(...SESSION.split("\n")), fc.nat(60))
          .map(([line, end]) => line.slice(0, end)),
      },
      { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.constantFrom(...' .-:[]{}\\"=*;\t01a'), fc.nat(3_000))
          .map(([unit, times]) => unit.repeat(times)),
      },
    ),
    { maxLength: 60 },
  )
  .map((lines) => lines.join("\n"));

test("whatever stands in a text, every reader comes to an end, and quotes what stands there", () => {
  fc.assert(
    fc.property(mangled, (whole) => {
      const text = readText("mangled.txt", new TextEncoder().encode(whole));
      const { collector, lines } = read(text);
      for (const number of lines) expect(text.lines[number - 1]?.number).toBe(number);
      for (const { line, quote, file } of items(collector).flatMap(places)) {
        expect(file).toBe("mangled.txt");
        // A value of the registry that goes on in the next line is quoted whole, without the mark of that.
        const stands = (text.lines[line - 1]?.text.trim() ?? "").replace(/\\$/, "");
        if (!stands.includes("ABCDE-")) expect(quote.startsWith(stands.slice(0, 40).trim())).toBe(true);
      }
      // Of one that is cut off in the text, nobody can make a key.
      expect(JSON.stringify(items(collector))).not.toContain("ABCDE-FGHIJ-KLMNP-QRSTU-VWXY9");
    }),
    { numRuns: 300 },
  );
});

test("any bytes are read to their end", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
      read(readText("bytes.bin", bytes));
    }),
    { numRuns: 300 },
  );
});

test("the order in which a text was truncated changes nothing of what stands before", () => {
  const lines = SESSION.split("\n");
  const whole = read(readText("session.txt", new TextEncoder().encode(SESSION))).collector.routes;
  for (let end = 0; end < lines.length; end += 1) {
    const { routes } = read(
      readText("session.txt", new TextEncoder().encode(lines.slice(0, end).join("\n"))),
    ).collector;
    expect(whole.slice(0, routes.length).map(({ prefix }) => prefix)).toEqual(
      routes.map(({ prefix }) => prefix),
    );
  }
});
