import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { ato, clientDlv, eventXml, NOON, nslookup } from "../../../test/doctor/texts.ts";
import { graceExpired } from "./c28-grace-expired.ts";

const expired = clientDlv({ status: "Notification", reason: "0xC004F009 (grace time expired)" });

test("it is a possibility, and never first where its cause is shown", async () => {
  const files = { "pc.txt": ato(0x8007232b) + expired, "dns.txt": nslookup("corp.example", []) };
  const { findings } = await assessed(files);
  expect(findings[0]?.cause.id).toBe("D01");
  expect(findings.find(({ cause }) => cause.id === "C28")?.sighting.verdict).toBe("possible");
});

test("alone it leaves the case open", async () => {
  expect((await assessed({ "pc.txt": expired })).verdict).toBe("incomplete");
});

test("with a log that shows no try it is all there is", async () => {
  const log = eventXml([{ id: 902, computer: "pc1.corp.example", time: NOON, data: ["10.0.26100.1"] }]);
  expect(await judged(graceExpired, { "pc.txt": expired, "pc.xml": log })).toMatchObject({
    sighting: { verdict: "likely", facts: { isIdle: true } },
  });
});

test("a new installation is in Notification from its first day", async () => {
  expect(await judged(graceExpired, { "pc.txt": clientDlv({ status: "Notification" }) })).toMatchObject({
    kind: "notEvaluated",
  });
});

test("a licensed machine rules it out", async () => {
  expect(await judged(graceExpired, { "pc.txt": clientDlv() })).toMatchObject({ kind: "ruledOut" });
});
