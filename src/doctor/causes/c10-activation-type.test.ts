import { expect, test } from "bun:test";
import { judged } from "../../../test/doctor/evidence.ts";
import { clientDlv, eventXml, exchange, NOON, refused, registryExport } from "../../../test/doctor/texts.ts";
import { activationType, directoryActivation } from "./c10-activation-type.ts";

const stopped = (type: string) => clientDlv({ status: "Notification", activationType: type });

test("a client that may use Active Directory only, and is not activated, confirms it", async () => {
  expect(await judged(activationType, { "pc.txt": stopped("AD") })).toMatchObject({
    sighting: { verdict: "confirmed", severity: "error", facts: { type: "AD" } },
  });
});

test("one that asked a host all the same is only likely", async () => {
  const log = exchange({ computer: "pc1.corp.example", time: NOON, code: 0x800706ba });
  expect(await judged(activationType, { "pc.txt": stopped("AD"), "pc.xml": eventXml(log) })).toMatchObject({
    sighting: { verdict: "likely" },
  });
});

test("the registry tells it too", async () => {
  const key = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform";
  const files = {
    "pc.txt": stopped("All").replace(/Configured Activation Type.*\r\n/, ""),
    "spp.reg": registryExport({ [key]: { VLActivationType: "1" } }),
  };
  expect(await judged(activationType, files)).toMatchObject({ sighting: { facts: { type: "AD" } } });
});

test("All and KMS let it ask a host", async () => {
  for (const type of ["All", "KMS"])
    expect(await judged(activationType, { "pc.txt": stopped(type) })).toMatchObject({ kind: "ruledOut" });
});

test("Active Directory is likely the fault when its object cannot be listed, and a mere possibility without a sign", async () => {
  expect(
    await judged(directoryActivation, { "pc.txt": refused("/ao-list", 0x8007054b) + stopped("All") }),
  ).toMatchObject({ sighting: { verdict: "likely" } });
  expect(await judged(directoryActivation, { "pc.txt": stopped("AD") })).toMatchObject({
    sighting: { verdict: "possible" },
  });
  expect(await judged(directoryActivation, { "pc.txt": stopped("All") })).toMatchObject({
    kind: "notEvaluated",
  });
});
