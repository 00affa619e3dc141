import { expect, test } from "bun:test";
import { judged } from "../../../test/doctor/evidence.ts";
import { clientDlv, eventXml, exchange, MINUTE, NOON, PRODUCTS } from "../../../test/doctor/texts.ts";
import { ticketNoise } from "./c20-genuine-ticket-noise.ts";

const computer = "pc1.corp.example";
const TOKEN = { id: 12321, computer, time: NOON, data: ["HR=0xC004F011"], level: 3 };

test("a fresh image says 0xC004F056 until it succeeds", async () => {
  const state = {
    id: 8230,
    computer,
    time: NOON - MINUTE,
    data: [
      `Security-SPP-Action-StateData (REG_SZ) =AppId=55c92734-d682-4d71-983e-d6ec3f16059f;LastConsumptionReason=0xc004f056;LastNotificationId=VolumeUnlicensed;LicenseState=SL_LICENSING_STATUS_NOTIFICATION;PartialProductKey=2YT43;ProductKeyType=Volume:GVLK;SkuId=${PRODUCTS.windows11Enterprise}`,
    ],
  };
  const success = exchange({ computer, time: NOON, answer: { activated: true, count: 50 } });
  expect(await judged(ticketNoise, { "pc.xml": eventXml([state, ...success]) })).toMatchObject({
    sighting: { verdict: "benign", facts: { fresh: 1 } },
  });
  expect(await judged(ticketNoise, { "pc.xml": eventXml([state]) })).toMatchObject({ kind: "notEvaluated" });
});

test("where tokens are meant, a failing one is no noise", async () => {
  const log = eventXml([TOKEN]);
  expect(await judged(ticketNoise, { "pc.txt": clientDlv(), "pc.xml": log })).toMatchObject({ kind: "seen" });
  const files = { "pc.txt": clientDlv({ status: "Notification", activationType: "Token" }), "pc.xml": log };
  expect(await judged(ticketNoise, files)).toMatchObject({ kind: "notEvaluated" });
});
