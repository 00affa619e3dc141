import { expect, test } from "bun:test";
import { Collector } from "../collector.ts";
import { readText } from "../text.ts";
import { cloudAgent } from "./cloud-agent.ts";

function said(text: string): readonly string[] {
  const collector = new Collector();
  for (const _ of cloudAgent.read(readText("log.txt", new TextEncoder().encode(text)), collector));
  return collector.statements.map(({ what, name, value }) => `${what} | ${name} | ${value}`);
}

test.each([
  [
    "Ec2WindowsActivate: Ec2WindowsActivate plugin has skipped activation since instance will be configured with BYOL.",
    "aws-agent | activation | byol",
  ],
  ["Image imported into GCE via BYOL workflow, skipping GCE activation", "gcp-agent | activation | byol"],
  [
    "BYOL license 4322823184804632846 found. Aborting setting the KMS server to Google Cloud KMS Server.",
    "gcp-agent | activation | byol",
  ],
  [
    "Could not contact activation server. Will retry activation later.",
    "gcp-agent | activation | no-contact",
  ],
])("a launch agent's %s is understood", (line, expected) => {
  expect(said(`2026-03-10 12:00:01 ${line}\r\n`)).toEqual([expected]);
});

test.each([
  "No BYOL license detected. Proceeding with activation.",
  "We talked about BYOL and activation on Monday.",
  '{ "kind": "compute#disk", "name": "disk1" }',
])("%s says nothing", (line) => {
  expect(said(`${line}\n`)).toEqual([]);
});

test("an instance without an access configuration has no external address", () => {
  const text = (configurations: object[]) =>
    JSON.stringify(
      { kind: "compute#instance", name: "web1", networkInterfaces: [{ accessConfigs: configurations }] },
      null,
      2,
    );
  expect(said(text([]))).toEqual(["gcp-instance | external-address | none"]);
  expect(said(text([{ natIP: "34.1.2.3" }]))).toEqual(["gcp-instance | external-address | 34.1.2.3"]);
});
