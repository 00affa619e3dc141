import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { ato, clientDlv, eventXml, hostDlv, NOON } from "../../../test/doctor/texts.ts";
import { activationLimit, hostKeyRefused, hostOffline } from "./h02-host-key-refused.ts";

const HOST_PRODUCT = "11111111-2222-4333-8444-555555555555";
const unlicensed = hostDlv({ status: "Notification", count: 0, total: 0 });

test.each([
  ["H02", hostKeyRefused, 0xc004f050],
  ["H02", hostKeyRefused, 0xc004c003],
  ["H03", activationLimit, 0xc004c008],
  ["H15", hostOffline, 0x80072ee7],
  ["H15", hostOffline, 0x8004fe33],
] as const)("%s tells why the host's own key is not activated, before H01", async (id, cause, code) => {
  const files = { "host.txt": `${ato(code, HOST_PRODUCT)}${unlicensed}` };
  expect(await judged(cause, files)).toMatchObject({
    kind: "seen",
    sighting: { verdict: "confirmed", facts: { code } },
  });
  const { findings, verdict } = await assessed(files);
  expect(findings.slice(0, 2).map((finding) => finding.cause.id)).toEqual([id, "H01"]);
  expect(verdict).toBe("failing");
});

test("the same code on a client with a key of its own is no matter of the host", async () => {
  const mak = clientDlv({
    channel: "VOLUME_MAK",
    keyChannel: "Volume:MAK",
    status: "Notification",
    product: HOST_PRODUCT,
  });
  const files = { "pc.txt": `${ato(0x80072ee7, HOST_PRODUCT)}${mak}`, "host.txt": hostDlv() };
  expect((await judged(hostOffline, files)).kind).toBe("ruledOut");
});

test("an attempt that failed before the host was licensed is over", async () => {
  const files = { "host.txt": `${ato(0xc004c008, HOST_PRODUCT)}${hostDlv()}` };
  expect((await judged(activationLimit, files)).kind).toBe("ruledOut");
});

test("noise of the genuine check on a licensed host is none", async () => {
  const noise = { id: 8208, computer: "kms01.corp.example", time: NOON, level: 2, data: ["hr=0x80072EE7"] };
  const files = { "host.txt": hostDlv(), "kms.xml": eventXml([noise]) };
  expect((await judged(hostOffline, files)).kind).toBe("ruledOut");
});
