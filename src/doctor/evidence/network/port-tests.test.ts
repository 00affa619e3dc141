import { expect, test } from "bun:test";
import { Collector } from "../collector.ts";
import type { Probe } from "../model.ts";
import { readText } from "../text.ts";
import { netstat } from "./netstat.ts";
import { portTools } from "./port-tools.ts";
import { testConnection } from "./test-connection.ts";

function read(text: string): Collector {
  const collector = new Collector();
  const lines = readText("ports.txt", new TextEncoder().encode(text));
  for (const format of [testConnection, portTools, netstat]) format.read(lines, collector);
  return collector;
}

function brief({ tool, host, address, port, protocol, result }: Probe): string {
  return `${tool} ${protocol} ${host}${address === undefined ? "" : `(${address})`}:${port} ${result}`;
}

const FAILED = `PS C:\\> Test-NetConnection act9.north.example -Port 1688
WARNING: TCP connect to (10.5.0.19 : 1688) failed
WARNING: Ping to 10.5.0.19 failed with status: DestinationHostUnreachable


ComputerName           : act9.north.example
RemoteAddress          : 10.5.0.19
RemotePort             : 1688
InterfaceAlias         : Ethernet
SourceAddress          : 10.5.3.7
PingSucceeded          : False
PingReplyDetails (RTT) : 0 ms
TcpTestSucceeded       : False

`;

test("a failed Test-NetConnection is a failed port and a failed ping, once each", () => {
  const { probes } = read(FAILED);
  expect(probes.map(brief)).toEqual([
    "Test-NetConnection tcp act9.north.example(10.5.0.19):1688 unreachable",
    "Test-NetConnection icmp act9.north.example(10.5.0.19):0 unreachable",
  ]);
  expect(probes[0]).toMatchObject({
    source: "10.5.3.7",
    at: { line: 13, quote: "TcpTestSucceeded       : False" },
  });
});

test("a ping that timed out does not say why the port failed", () => {
  const { probes } = read(FAILED.replace("DestinationHostUnreachable", "TimedOut"));
  expect(probes.map(({ result }) => result)).toEqual(["failed", "timeout"]);
});

test("a port that answered is open", () => {
  const text = FAILED.split("\n")
    .filter((line) => !/WARNING|Ping/.test(line))
    .join("\n")
    .replace(": False", ": True");
  expect(read(text).probes.map(brief)).toEqual([
    "Test-NetConnection tcp act9.north.example(10.5.0.19):1688 open",
  ]);
});

test.each(["WARNING", "警告", "WARNUNG"])("a warning alone tells of the port: %s", (label) => {
  expect(read(`${label}: TCP connect to (10.5.0.16 : 1688) failed\n`).probes.map(brief)).toEqual([
    "Test-NetConnection tcp 10.5.0.16:1688 failed",
  ]);
});

test("a name that does not resolve fails for the port that was asked for", () => {
  const text = `PS C:\\> Test-NetConnection act7.north.example -Port 1688
WARNING: Name resolution of act7.north.example failed

ComputerName   : act7.north.example
RemoteAddress  :
PingSucceeded  : False
`;
  expect(read(text).probes.map(brief)).toEqual([
    "Test-NetConnection tcp act7.north.example:1688 failed",
    "Test-NetConnection icmp act7.north.example:0 failed",
  ]);
});

const TOOLS: readonly [string, string, string][] = [
  [
    "psping",
    "Connecting to 10.5.0.19:1688 (warmup): from 10.5.3.7:51811: 1.45ms",
    "psping tcp 10.5.0.19:1688 open",
  ],
  [
    "psping, refused",
    "Connecting to 10.5.0.19:1688 (warmup): The remote computer refused the network connection.",
    "psping tcp 10.5.0.19:1688 refused",
  ],
  [
    "psping, silent",
    "Connecting to 10.5.0.19:1688: This operation returned because the timeout period expired.",
    "psping tcp 10.5.0.19:1688 timeout",
  ],
  ["tcping", "Probing 10.5.0.19:1688/tcp - Port is open - time=1.204ms", "tcping tcp 10.5.0.19:1688 open"],
  [
    "tcping, silent",
    "Probing 10.5.0.19:1688/tcp - No response - time=2005.1ms",
    "tcping tcp 10.5.0.19:1688 timeout",
  ],
  [
    "nc",
    "Connection to act9.north.example (10.5.0.19) 1688 port [tcp/*] succeeded!",
    "nc tcp act9.north.example(10.5.0.19):1688 open",
  ],
  [
    "nc, refused",
    "nc: connect to act9.north.example port 1688 (tcp) failed: Connection refused",
    "nc tcp act9.north.example:1688 refused",
  ],
  [
    "nc, silent",
    "nc: connect to act9.north.example port 1688 (tcp) timed out: Operation now in progress",
    "nc tcp act9.north.example:1688 timeout",
  ],
  [
    "nc, no way",
    "nc: connect to 10.5.0.19 port 1688 (tcp) failed: No route to host",
    "nc tcp 10.5.0.19:1688 unreachable",
  ],
  [
    "traditional nc",
    "act9.north.example [10.5.0.19] 1688 (?) open",
    "nc tcp act9.north.example(10.5.0.19):1688 open",
  ],
  [
    "ncat",
    "$ ncat -vz act9.north.example 1688\nNcat: Connection refused.",
    "ncat tcp act9.north.example:1688 refused",
  ],
  [
    "telnet on Windows",
    "Connecting To act9...Could not open connection to the host, on port 1688: Connect failed",
    "telnet tcp act9:1688 failed",
  ],
  [
    "telnet on Linux",
    "$ telnet act9.north.example 1688\nTrying 10.5.0.19...\nConnected to act9.north.example.",
    "telnet tcp act9.north.example:1688 open",
  ],
  [
    "telnet on Linux, refused",
    "$ telnet act9.north.example 1688\ntelnet: Unable to connect to remote host: Connection refused",
    "telnet tcp act9.north.example:1688 refused",
  ],
  [
    "curl, cut off after connecting",
    "$ curl -v http://act9:1688/\n* Connected to act9 (10.5.0.19) port 1688 (#0)\ncurl: (56) Recv failure: Connection reset by peer",
    "curl tcp act9:1688 reset",
  ],
  [
    "curl, refused",
    "$ curl -v telnet://act9:1688\n* connect to 10.5.0.19 port 1688 failed: Connection refused\ncurl: (7) Failed to connect to act9 port 1688 after 2 ms: Connection refused",
    "curl tcp act9(10.5.0.19):1688 refused",
  ],
  [
    "bash",
    "bash: /dev/tcp/act9.north.example/1688: Connection refused",
    "bash tcp act9.north.example:1688 refused",
  ],
  [
    "nmap",
    "Nmap scan report for act9.north.example (10.5.0.19)\nPORT     STATE    SERVICE\n1688/tcp filtered nsjtp-data",
    "nmap tcp act9.north.example:1688 timeout",
  ],
  ["ping", "C:\\>ping act9\nAntwort von 10.5.0.19: Bytes=32 Zeit=1ms TTL=127", "ping icmp act9:0 open"],
  [
    "ping, lost",
    "$ ping -c 2 act9\n2 packets transmitted, 0 received, 100% packet loss, time 1ms",
    "ping icmp act9:0 timeout",
  ],
];

test.each(TOOLS)("%s is understood", (_, text, probe) => {
  expect(read(`${text}\n`).probes.map(brief)).toEqual([probe]);
});

test.each([
  ["LISTENING", "open"],
  ["NOT LISTENING", "refused"],
  ["FILTERED", "timeout"],
])("PortQry's %s is %s", (state, result) => {
  const text = `Querying target system called:

 act8.north.example

Attempting to resolve name to IP address...

Name resolved to 10.5.0.18

querying...

TCP port 1688 (unknown service): ${state}
`;
  expect(read(text).probes.map(brief)).toEqual([`PortQry tcp act8.north.example(10.5.0.18):1688 ${result}`]);
});

test("of several tries one that got through decides", () => {
  const text = `Connecting to 10.5.0.19:1688: This operation returned because the timeout period expired.
Connecting to 10.5.0.19:1688: from 10.5.3.7:51812: 0.92ms
Connecting to 10.5.0.19:1688: This operation returned because the timeout period expired.
`;
  const { probes } = read(text);
  expect(probes.map(brief)).toEqual(["psping tcp 10.5.0.19:1688 open"]);
  expect(probes[0]).toMatchObject({ milliseconds: 0.92, at: { line: 2 } });
});

test("sockets are read from netstat, ss and PowerShell, in any language", () => {
  const { connections } = read(`  TCP    10.60.4.23:51877       10.20.1.15:1688        HERGESTELLT     5416
  TCP    [::]:1688              [::]:0                 LISTENING       4
  UDP    0.0.0.0:123            *:*                                    992
tcp        0      0 0.0.0.0:1688            0.0.0.0:*               LISTEN      77/muster
SYN-SENT   0      1          10.5.2.3:44812      10.5.0.19:1688

LocalAddress                        LocalPort RemoteAddress                       RemotePort State       AppliedSetting OwningProcess
------------                        --------- -------------                       ---------- -----       -------------- -------------
10.5.0.19                           1688      10.5.3.7                            51811      Established Internet       4120
`);
  expect(
    connections.map(
      ({ local, localPort, remote, remotePort, state }) =>
        `${local}:${localPort} ${remote}:${remotePort} ${state}`,
    ),
  ).toEqual([
    "10.60.4.23:51877 10.20.1.15:1688 HERGESTELLT",
    ":::1688 :::0 LISTENING",
    "0.0.0.0:1688 0.0.0.0:0 LISTEN",
    "10.5.2.3:44812 10.5.0.19:1688 SYN-SENT",
    "10.5.0.19:1688 10.5.3.7:51811 Established",
  ]);
});
