import { expect, test } from "bun:test";
import { azureIpconfig } from "../../../test/doctor/cloud-texts.ts";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { eventXml, exchange, HOUR, NOON } from "../../../test/doctor/texts.ts";
import { wrongCloud } from "./a05-azure-wrong-cloud.ts";

function tries(host: string): string {
  const vm = { computer: "vm1", code: 0x800706ba, host: `${host}:1688` };
  return eventXml([0, 2].flatMap((hours) => exchange({ ...vm, time: NOON + hours * HOUR })));
}
const chinese = `$ az vm show -n vm1\n${JSON.stringify({ name: "vm1", vmId: "v", location: "chinanorth3" }, null, 2)}\n`;

test("a VM in China that asks the public cloud's KMS is confirmed to ask the wrong one", async () => {
  const { findings } = await assessed({ "vm.xml": tries("azkms.core.windows.net"), "vm.json": chinese });
  expect(findings[0]).toMatchObject({
    cause: { id: "A05" },
    sighting: { verdict: "confirmed", facts: { own: "azkms.core.chinacloudapi.cn" } },
  });
});

test("a VM of the public cloud that asks the government's KMS as well", async () => {
  const files = { "vm.xml": tries("kms.core.usgovcloudapi.net"), "ip.txt": azureIpconfig("vm1") };
  expect(await judged(wrongCloud, files)).toMatchObject({
    sighting: { verdict: "confirmed", facts: { own: "azkms.core.windows.net" } },
  });
});

test("the KMS of its own cloud, by the older name too, rules it out", async () => {
  for (const host of ["azkms.core.windows.net", "kms.core.windows.net", "40.83.235.53"]) {
    const files = { "vm.xml": tries(host), "ip.txt": azureIpconfig("vm1") };
    expect(await judged(wrongCloud, files)).toMatchObject({ kind: "ruledOut" });
  }
});

test("the address of Azure's DNS alone does not tell which cloud it is", async () => {
  const files = {
    "vm.xml": tries("kms.core.usgovcloudapi.net"),
    "ip.txt": azureIpconfig("vm1").replaceAll("abc123.bx.internal.cloudapp.net", "corp.example"),
  };
  expect(await judged(wrongCloud, files)).toMatchObject({ kind: "notEvaluated" });
});
