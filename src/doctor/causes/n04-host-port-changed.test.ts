import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  eventXml,
  exchange,
  HOUR,
  hostDlv,
  NOON,
  nslookup,
  registryExport,
} from "../../../test/doctor/texts.ts";
import { hostPortChanged } from "./n04-host-port-changed.ts";

const computer = "pc1.corp.example";
const lost = (port: number) =>
  eventXml(
    [0, 2].flatMap((hours) =>
      exchange({
        computer,
        time: NOON + hours * HOUR,
        code: 0x800706ba,
        host: `kms01.corp.example:${port}`,
      }),
    ),
  );
const host = (port: number) => `C:\\>hostname\r\nkms01\r\n\r\n${hostDlv({ port, time: NOON + 6 * HOUR })}`;
const SPP = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform";
const pin = `C:\\>hostname\r\npc1\r\n`;

test("a registered host with the old port meets a host that listens on another", async () => {
  const registry = registryExport({ [SPP]: { KeyManagementServiceName: "kms01.corp.example" } });
  const files = { "pc1.xml": lost(1688), "spp.reg": registry, "name.txt": pin, "kms01.txt": host(1699) };
  expect(await judged(hostPortChanged, files)).toMatchObject({
    kind: "seen",
    sighting: {
      verdict: "confirmed",
      severity: "error",
      facts: { clients: ["pc1"], asked: 1688, isStated: false, listening: 1699 },
    },
  });
  expect((await assessed(files)).findings[0]?.cause.id).toBe("N04");
});

test("requests to a port that DNS does not name tell of a registered host", async () => {
  const dns = nslookup("corp.example", [{ host: "kms01.corp.example", port: 1699 }]);
  const files = { "pc1.xml": lost(1688), "dns.txt": dns, "kms01.txt": host(1699) };
  expect(await judged(hostPortChanged, files)).toMatchObject({ sighting: { verdict: "confirmed" } });
});

test("a wrong port in the SRV record is the record's fault", async () => {
  const dns = nslookup("corp.example", [{ host: "kms01.corp.example", port: 1688 }]);
  const files = { "pc1.xml": lost(1688), "dns.txt": dns, "kms01.txt": host(1699) };
  expect((await judged(hostPortChanged, files)).kind).not.toBe("seen");
  expect((await assessed(files)).findings[0]?.cause.id).toBe("D07");
});

test("the same number on both sides is none", async () => {
  const registry = registryExport({ [SPP]: { KeyManagementServiceName: "kms01.corp.example:1699" } });
  const files = { "pc1.xml": lost(1699), "spp.reg": registry, "name.txt": pin, "kms01.txt": host(1699) };
  expect(await judged(hostPortChanged, files)).toMatchObject({ kind: "ruledOut" });
});
