import { expect, test } from "bun:test";
import { azureIpconfig } from "../../../test/doctor/cloud-texts.ts";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  ato,
  clientDlv,
  eventXml,
  exchange,
  HOUR,
  hostDlv,
  ipconfig,
  NOON,
  nslookup,
  portTest,
  registryExport,
} from "../../../test/doctor/texts.ts";
import { migratedVm } from "./a08-migrated-vm.ts";

const SPP = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform";
const AZURE = "azkms.core.windows.net";
const pin = registryExport({ [SPP]: { KeyManagementServiceName: "kms01.corp.example" } });
function tries(host = "kms01.corp.example", code = 0x800706ba): string {
  return eventXml(
    [0, 2].flatMap((hours) =>
      exchange({ computer: "vm1", time: NOON + hours * HOUR, code, host: `${host}:1688` }),
    ),
  );
}

test("a VM of Azure pinned to its former host, with Azure's within reach, is confirmed", async () => {
  const { findings } = await assessed({
    "vm.xml": tries(),
    "vm.reg": pin,
    "ip.txt": azureIpconfig("vm1"),
    "port.txt": portTest(AZURE, true, "20.118.99.224"),
  });
  expect(findings[0]).toMatchObject({
    cause: { id: "A08" },
    sighting: { verdict: "confirmed", facts: { kind: "in-azure", own: AZURE } },
  });
});

test("without the registry it is likely", async () => {
  const files = { "vm.xml": tries(), "ip.txt": azureIpconfig("vm1") };
  expect(await judged(migratedVm, files)).toMatchObject({ sighting: { verdict: "likely" } });
});

test("a company's host that answers a VM of Azure is as it should be", async () => {
  const log = exchange({ computer: "vm1", time: NOON, answer: { activated: true, count: 50 } });
  const files = { "vm.xml": eventXml(log), "vm.reg": pin, "ip.txt": azureIpconfig("vm1") };
  expect(await judged(migratedVm, files)).not.toMatchObject({ kind: "seen" });
});

test("a host that DNS names for the VM is meant to serve it, dead or not", async () => {
  const dns = nslookup("corp.example", [{ host: "kms01.corp.example" }]);
  const files = { "vm.xml": tries(), "ip.txt": azureIpconfig("vm1"), "dns.txt": dns };
  expect(await judged(migratedVm, files)).not.toMatchObject({ kind: "seen" });
});

test("a VM of Azure that is told nothing and finds nothing lacks Azure's host, not a record or suffix", async () => {
  const { findings } = await assessed({
    "vm.txt": `${ato(0x8007232b)}${clientDlv({ status: "Notification" })}`,
    "ip.txt": azureIpconfig("vm1"),
    "dns.txt": nslookup("abc123.bx.internal.cloudapp.net", []),
  });
  expect(findings[0]).toMatchObject({ cause: { id: "A08" }, sighting: { facts: { kind: "untold" } } });
  expect(findings.map(({ cause: { id } }) => id)).not.toContain("D04");
});

test("a machine at home that still asks Azure's KMS likely came from there", async () => {
  const { findings } = await assessed({
    "pc.xml": tries(AZURE),
    "ip.txt": ipconfig({ hostName: "vm1", suffix: "corp.example" }),
    "dns.txt": nslookup("corp.example", [{ host: "kms01.corp.example" }]),
  });
  expect(findings[0]).toMatchObject({
    cause: { id: "A08" },
    sighting: { verdict: "likely", facts: { kind: "home", asked: AZURE } },
  });
});

test("a refusal by a host of one's own that is in evidence is a matter of its key", async () => {
  const log = exchange({
    computer: "vm1",
    time: NOON,
    answer: { activated: false, count: 50, code: 0xc004f042 },
  });
  const files = { "vm.xml": eventXml(log), "vm.reg": pin, "ip.txt": azureIpconfig("vm1") };
  expect(await judged(migratedVm, files)).toMatchObject({ sighting: { verdict: "likely" } });
  const host = `C:\\>hostname\r\nkms01\r\n\r\nC:\\>slmgr /dlv\r\n${hostDlv({ channel: "VOLUME_KMS_WS16" })}`;
  expect(await judged(migratedVm, { ...files, "kms01.txt": host })).not.toMatchObject({ kind: "seen" });
});
