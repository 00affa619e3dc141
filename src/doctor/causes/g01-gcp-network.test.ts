import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { ato, clientDlv, eventXml, exchange, ipconfig, NOON, portTest } from "../../../test/doctor/texts.ts";
import { gcpEgress, gcpLicense, gcpPrivateAccess } from "./g01-gcp-network.ts";

const HOST = "kms.windows.googlecloud.com";
const vm = { computer: "web1", time: NOON, host: `${HOST}:1688` };
const stuck = {
  "vm.xml": eventXml(exchange({ ...vm, code: 0x800706ba })),
  "port.txt": portTest(HOST, false, "35.190.247.13"),
};
function instance(address: string): string {
  const accessConfigs = address === "" ? [] : [{ natIP: address }];
  const said = { kind: "compute#instance", name: "web1", networkInterfaces: [{ accessConfigs }] };
  return `$ gcloud compute instances describe web1 --format=json\n${JSON.stringify(said, null, 2)}\n`;
}
function subnet(isOn: boolean): string {
  const said = { kind: "compute#subnetwork", name: "default", privateIpGoogleAccess: isOn };
  return `$ gcloud compute networks subnets describe default --format=json\n${JSON.stringify(said, null, 2)}\n`;
}

describe("external address and Private Google Access decide between the two", () => {
  test.each([
    ["both", "34.1.2.3", true, "G01"],
    ["an address only", "34.1.2.3", false, "G01"],
    ["private access only", "", true, "G01"],
    ["neither", "", false, "G02"],
  ] as const)("%s", async (_, address, isOn, first) => {
    const { findings } = await assessed({
      ...stuck,
      "instance.txt": instance(address),
      "subnet.txt": subnet(isOn),
    });
    const held = findings.filter(({ sighting: { verdict } }) => verdict !== "possible");
    expect(held.map(({ cause: { id } }) => id)).toEqual([first]);
  });

  test("unknown, both are possible, and the report asks for them", async () => {
    for (const cause of [gcpEgress, gcpPrivateAccess]) {
      expect(await judged(cause, stuck)).toMatchObject({
        sighting: { verdict: "possible", wants: ["gcp-network"] },
      });
    }
  });
});

test("an instance that is served has neither fault", async () => {
  const files = { "vm.xml": eventXml(exchange({ ...vm, answer: { activated: true, count: 50 } })) };
  for (const cause of [gcpEgress, gcpPrivateAccess, gcpLicense])
    expect(await judged(cause, files)).not.toMatchObject({ kind: "seen" });
});

const stopped = {
  "vm.txt": `${ato(0x8007007b)}${clientDlv({ status: "Notification" })}`,
  "ip.txt": ipconfig({
    hostName: "web1",
    search: ["c.project-1.internal", "google.internal"],
    servers: ["169.254.169.254"],
  }),
};

test("a script that skips a brought image is confirmed, and no suffix is missed", async () => {
  const said = "Image imported into GCE via BYOL workflow, skipping GCE activation\r\n";
  const { findings } = await assessed({ ...stopped, "activate.txt": said });
  expect(findings[0]).toMatchObject({ cause: { id: "G03" }, sighting: { verdict: "confirmed" } });
  expect(findings.map(({ cause: { id } }) => id)).not.toContain("D04");
});

test("without the script's word it is likely", async () => {
  expect(await judged(gcpLicense, stopped)).toMatchObject({ sighting: { verdict: "likely" } });
});
