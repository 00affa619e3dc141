import { expect, test } from "bun:test";
import { Collector } from "../collector.ts";
import { TEXT_FORMATS } from "../formats.ts";
import { readText } from "../text.ts";

/** Lines that no reader knows. */
function unread(printed: string): string[] {
  const text = readText("a.txt", new TextEncoder().encode(printed));
  const collector = new Collector();
  const understood = new Set(TEXT_FORMATS.flatMap((format) => [...format.read(text, collector)]));
  return text.lines
    .filter(({ number, text }) => text.trim() !== "" && !understood.has(number))
    .map((line) => line.text);
}

const answer = (heading: string) => `C:\\>nslookup kms.tailspin.example
Server:  dc1.tailspin.example
Address:  10.61.0.1

${heading}
Name:    kms.tailspin.example
Address:  10.61.0.9
`;

test.each([
  ["nslookup's heading", answer("Non-authoritative answer:")],
  ["nslookup's heading in German", answer("Nicht autorisierende Antwort:")],
  ["nslookup's heading in Japanese", answer("権限のない回答:")],
  [
    "timedatectl",
    `               Local time: Fri 2026-03-20 09:12:44 CET
           Universal time: Fri 2026-03-20 08:12:44 UTC
                 RTC time: Fri 2026-03-20 08:12:44
                Time zone: Europe/Berlin (CET, +0100)
System clock synchronized: yes
              NTP service: active
          RTC in local TZ: no`,
  ],
  [
    "ip addr",
    `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 1000
    link/ether 02:42:0a:3d:00:02 brd ff:ff:ff:ff:ff:ff link-netnsid 0
    inet 10.61.0.2/24 brd 10.61.0.255 scope global dynamic eth0
       valid_lft 3600sec preferred_lft 1800sec`,
  ],
  [
    "ss",
    `State     Recv-Q Send-Q Local Address:Port  Peer Address:Port Process
LISTEN    0      128          0.0.0.0:1688       0.0.0.0:*`,
  ],
  [
    "chronyc tracking",
    `Reference ID    : C0248F97 (ntp1.tailspin.example)
Stratum         : 3
Ref time (UTC)  : Fri Mar 20 09:10:11 2026
System time     : 0.000012345 seconds slow of NTP time
Last offset     : -0.000003254 seconds
Root delay      : 0.012345 seconds
Leap status     : Normal`,
  ],
])("no line of it is of no known kind: %s", (_, printed) => {
  expect(unread(printed)).toEqual([]);
});

test("words that nothing prints stay unknown beside them", () => {
  expect(unread(`${answer("Non-authoritative answer:")}\nWe tried this twice: no change.`)).toEqual([
    "We tried this twice: no change.",
  ]);
});
