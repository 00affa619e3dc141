import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { ato, clientDlv, nslookup, registryExport } from "../../../test/doctor/texts.ts";
import { lookupDomain } from "./d13-lookup-domain.ts";

const SPP = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform";
const stopped = `${ato(0x8007232b)}${clientDlv({ status: "Notification" })}`;
const old = registryExport({ [SPP]: { KeyManagementServiceLookupDomain: "old.example" } });

test("a lookup domain that has no record, while another has one, confirms it", async () => {
  const dns = nslookup("old.example", []) + nslookup("corp.example", [{ host: "kms01.corp.example" }]);
  const { findings } = await assessed({ "pc.txt": stopped, "pc.reg": old, "dns.txt": dns });
  expect(findings[0]).toMatchObject({
    cause: { id: "D13" },
    sighting: { verdict: "confirmed", facts: { domain: "old.example", elsewhere: ["corp.example"] } },
  });
});

test("without a question in that domain it is possible", async () => {
  expect(await judged(lookupDomain, { "pc.txt": stopped, "pc.reg": old })).toMatchObject({
    sighting: { verdict: "possible" },
  });
});

test("a lookup domain that works is no fault", async () => {
  const files = { "pc.txt": clientDlv({ lookupDomain: "corp.example" }) };
  expect(await judged(lookupDomain, files)).toMatchObject({ sighting: { verdict: "benign" } });
});

test("beside a registered name it has no effect", async () => {
  const files = {
    "pc.txt": clientDlv({ lookupDomain: "old.example", registered: "kms01.corp.example:1688" }),
  };
  expect(await judged(lookupDomain, files)).toMatchObject({
    sighting: { verdict: "benign", facts: { pin: "kms01.corp.example" } },
  });
});

test("a client that is given none rules it out", async () => {
  expect(await judged(lookupDomain, { "pc.txt": clientDlv() })).toMatchObject({ kind: "ruledOut" });
});
