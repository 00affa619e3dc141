import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  ato,
  clientDlv,
  DAY,
  eventXml,
  exchange,
  HOUR,
  hostDlv,
  NOON,
  nslookup,
  renewals,
} from "../../../test/doctor/texts.ts";
import { hostNotActivated, hostOutOfTolerance } from "./h01-host-not-activated.ts";

const turnedAway = eventXml(
  [0, 2, 4].flatMap((hours) =>
    exchange({ computer: "pc1.corp.example", time: NOON - DAY + hours * HOUR, code: 0xc004f041 }),
  ),
);
const fresh = hostDlv({ status: "Notification", count: 0, total: 6, failed: 6 });

describe("a host that is not licensed and never was", () => {
  test("keeps everybody from being activated", async () => {
    const files = {
      "pc.xml": turnedAway,
      "host.txt": fresh,
      "dns.txt": nslookup("corp.example", [{ host: "kms01.corp.example" }]),
    };
    expect(await judged(hostNotActivated, files)).toMatchObject({
      kind: "seen",
      sighting: { verdict: "confirmed", severity: "critical", facts: { host: "kms01" } },
    });
    const { findings, verdict } = await assessed(files);
    expect(findings[0]?.cause.id).toBe("H01");
    expect(findings.map(({ cause }) => cause.id)).not.toContain("H16");
    expect(verdict).toBe("failing");
  });

  test("is likely from its clients alone", async () => {
    expect(await judged(hostNotActivated, { "pc.xml": turnedAway })).toMatchObject({
      sighting: { verdict: "likely", wants: ["host-dlv"] },
    });
    const text = { "pc.txt": `${ato(0xc004f041)}${clientDlv({ status: "Notification" })}` };
    expect(await judged(hostNotActivated, text)).toMatchObject({ sighting: { verdict: "likely" } });
  });
});

describe("a host that was licensed once", () => {
  test.each([
    [
      "says 0xC004F00F",
      hostDlv({ status: "Notification", reason: "0xC004F00F", count: 0, total: 9, failed: 9 }),
      "",
    ],
    [
      "has served requests by its counters",
      hostDlv({ status: "Notification", count: 0, total: 900, failed: 9 }),
      "",
    ],
    [
      "has served requests by its log",
      fresh,
      eventXml(renewals({ machines: 30, from: NOON - 20 * DAY, until: NOON - 10 * DAY })),
    ],
  ])("%s", async (_, dlv, log) => {
    const files = { "pc.xml": turnedAway, "host.txt": dlv, ...(log === "" ? {} : { "kms.xml": log }) };
    expect(await judged(hostOutOfTolerance, files)).toMatchObject({
      kind: "seen",
      sighting: { verdict: "confirmed" },
    });
    expect((await judged(hostNotActivated, files)).kind).not.toBe("seen");
  });
});

test("a licensed host rules both out", async () => {
  const files = { "host.txt": hostDlv() };
  expect((await judged(hostNotActivated, files)).kind).toBe("ruledOut");
  expect((await judged(hostOutOfTolerance, files)).kind).toBe("ruledOut");
});

test("a second host that stands by unactivated is a warning", async () => {
  const files = {
    "one.txt": `C:\\>hostname\r\nkms01\r\n${hostDlv()}`,
    "two.txt": `C:\\>hostname\r\nkms02\r\n${fresh}`,
  };
  expect(await judged(hostNotActivated, files)).toMatchObject({ sighting: { severity: "warning" } });
});

test("names the host when no client is there, and quotes no counter that stands at zero", async () => {
  const dlv = (failed: number) =>
    `C:\\>hostname\r\nkms01\r\n${hostDlv({ status: "Unlicensed", count: 0, total: 0, failed })}`;
  const judgement = await judged(hostNotActivated, { "kms.txt": dlv(0) });
  expect(judgement).toMatchObject({ sighting: { verdict: "confirmed", affects: ["kms01"] } });
  expect(JSON.stringify(judgement)).not.toContain("Failed requests");
  expect(JSON.stringify(await judged(hostNotActivated, { "kms.txt": dlv(3) }))).toContain(
    "Failed requests received: 3",
  );
});
