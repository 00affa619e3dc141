import { expect, test } from "bun:test";
import { routePrint } from "../../../test/doctor/cloud-texts.ts";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { ato, clientDlv, eventXml, exchange, ipconfig, NOON, nslookup } from "../../../test/doctor/texts.ts";
import { awsAgent, awsByol, awsNoKey } from "./w02-aws-agent.ts";

const tries = eventXml(
  exchange({ computer: "ec2amaz-1a2b3c4", time: NOON, code: 0x800706ba, host: "169.254.169.250:1688" }),
);
const DEFAULT = ["0.0.0.0", "0.0.0.0", "10.2.0.1", "10.2.0.44"] as const;
const awsNetwork = ipconfig({ connection: "eu-west-1.compute.internal", address: "10.2.0.44" });
const stopped = `${ato(0x8007007b)}${clientDlv({ status: "Notification" })}`;
const BYOL =
  "2024-05-02T09:12:01Z: Ec2WindowsActivate: Ec2WindowsActivate plugin has skipped activation since instance will be configured with BYOL.\r\n";

test("a route table without the KMS, and no answer from it, are confirmed", async () => {
  const { findings } = await assessed({ "vm.xml": tries, "route.txt": routePrint([DEFAULT]) });
  expect(findings[0]).toMatchObject({
    cause: { id: "W02" },
    sighting: { verdict: "confirmed", facts: { kind: "no-route" } },
  });
});

test("the routes of the agent rule it out", async () => {
  const files = {
    "vm.xml": tries,
    "route.txt": routePrint([DEFAULT, ["169.254.169.250", "255.255.255.255", "10.2.0.1", "10.2.0.44"]]),
  };
  expect(await judged(awsAgent, files)).toMatchObject({ kind: "ruledOut" });
});

test("an instance that is told no host and finds none was not set up, and needs no suffix", async () => {
  const files = { "vm.txt": stopped, "ip.txt": ipconfig({ servers: ["169.254.169.253"] }) };
  const { findings } = await assessed(files);
  expect(findings[0]).toMatchObject({ cause: { id: "W02" }, sighting: { facts: { kind: "untold" } } });
  expect(findings.map(({ cause: { id } }) => id)).not.toContain("D04");
});

test("an instance for which DNS names a host of the company's is not AWS's to set up", async () => {
  const files = {
    "vm.txt": stopped,
    "ip.txt": awsNetwork,
    "dns.txt": nslookup("corp.example", [{ host: "kms01.corp.example" }]),
  };
  expect(await judged(awsAgent, files)).not.toMatchObject({ kind: "seen" });
});

test("an agent that found licenses of your own stays away by design, and an own host is missing", async () => {
  const { findings } = await assessed({ "vm.txt": stopped, "ip.txt": awsNetwork, "ec2config.log": BYOL });
  expect(findings[0]).toMatchObject({ cause: { id: "W03" }, sighting: { verdict: "confirmed" } });
  expect(findings.map(({ cause: { id } }) => id)).not.toContain("W02");
});

test("with an own host that serves it nothing is wrong", async () => {
  const files = { "vm.txt": clientDlv(), "ec2config.log": BYOL };
  expect(await judged(awsByol, files)).toMatchObject({ sighting: { verdict: "benign" } });
  expect((await assessed(files)).verdict).toBe("healthy");
});

test("an instance of AWS without a key has likely been imported without one", async () => {
  const files = {
    "vm.txt": `${ato(0xc004f014)}${clientDlv({ status: "Unlicensed" })}`,
    "ip.txt": awsNetwork,
  };
  expect(await judged(awsNoKey, files)).toMatchObject({ sighting: { verdict: "likely" } });
  expect(await judged(awsNoKey, { "vm.txt": files["vm.txt"] })).not.toMatchObject({ kind: "seen" });
});
