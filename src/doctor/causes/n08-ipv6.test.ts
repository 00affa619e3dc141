import { describe, expect, test } from "bun:test";
import { judged } from "../../../test/doctor/evidence.ts";
import { musterLog, musterSent } from "../../../test/doctor/muster-log.ts";
import {
  cmid,
  eventXml,
  exchange,
  HOUR,
  ipconfig,
  NOON,
  nslookup,
  registryExport,
} from "../../../test/doctor/texts.ts";
import { onlyIpv6 } from "./n08-ipv6.ts";

const SPP = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform";
const name = "C:\\>hostname\r\npc1\r\n";
const lost = (host: string) =>
  eventXml(
    [0, 2].flatMap((hours) =>
      exchange({ computer: "pc1.corp.example", time: NOON + hours * HOUR, code: 0x800706ba, host }),
    ),
  );
const dig = (answer: boolean, type: "A" | "AAAA") =>
  `; <<>> DiG 9.18.28 <<>> ${type} kms01.corp.example\n;; global options: +cmd\n;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 4711\n;; flags: qr aa rd ra; QUERY: 1, ANSWER: ${answer ? 1 : 0}, AUTHORITY: 0, ADDITIONAL: 1\n\n;; QUESTION SECTION:\n;kms01.corp.example.\t\tIN\t${type}\n\n${answer ? `;; ANSWER SECTION:\nkms01.corp.example.\t3600\tIN\t${type}\t2001:db8::15\n\n` : ""};; Query time: 1 msec\n;; SERVER: 10.1.0.10#53(10.1.0.10) (UDP)\n\n`;

describe("an address in the place of a name", () => {
  test("is cut at its colons", async () => {
    const registry = registryExport({ [SPP]: { KeyManagementServiceName: "2001:db8::15" } });
    const files = { "pc1.xml": lost("2001:db8:::15"), "spp.reg": registry, "name.txt": name };
    expect(await judged(onlyIpv6, files)).toMatchObject({
      kind: "seen",
      sighting: { verdict: "confirmed", severity: "error", facts: { isLiteral: true, clients: ["pc1"] } },
    });
  });

  test("is well understood by Muster", async () => {
    const log = musterLog(
      [0, 2].map((hours) =>
        musterSent({
          machine: "pc1.corp.example",
          time: NOON + hours * HOUR,
          code: "0x8007274C",
          host: "[2001:db8::15]:1688",
          cmid: cmid(1),
        }),
      ),
    );
    expect((await judged(onlyIpv6, { "pc1.xml": log })).kind).not.toBe("seen");
  });
});

describe("a name that has IPv6 addresses only", () => {
  const files = {
    "pc1.xml": lost("kms01.corp.example:1688"),
    "dns.txt": nslookup("corp.example", [{ host: "kms01.corp.example" }]),
    "dig.txt": dig(true, "AAAA") + dig(false, "A"),
  };

  test("is out of reach for a client that has none", async () => {
    const own = { ...files, "ipconfig.txt": ipconfig({ hostName: "pc1", suffix: "corp.example" }) };
    expect(await judged(onlyIpv6, own)).toMatchObject({
      sighting: { verdict: "confirmed", facts: { isLiteral: false, host: "kms01.corp.example" } },
    });
  });

  test("is not, for a client that has IPv6", async () => {
    const own = {
      ...files,
      "ipconfig.txt": ipconfig({ hostName: "pc1", suffix: "corp.example", address: "2001:db8::77" }),
    };
    expect((await judged(onlyIpv6, own)).kind).not.toBe("seen");
  });
});

test("a host with an IPv4 address rules it out", async () => {
  const files = {
    "dns.txt": nslookup("corp.example", [{ host: "kms01.corp.example", address: "10.1.0.15" }]),
  };
  expect(await judged(onlyIpv6, files)).toMatchObject({ kind: "ruledOut" });
});
