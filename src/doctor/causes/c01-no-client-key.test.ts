import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { clientDlv, eventXml, NOON, nslookup, ruleFailed } from "../../../test/doctor/texts.ts";
import { makInstalled, retailKey } from "./c01-no-client-key.ts";

const RULE = "31e71c49-8da7-4a2f-ad92-45d98a1c79ba";
const PRODUCT = "d947a23c-f1e9-442d-a4a1-6432c28a53f0";
const computer = "pc1.corp.example";

/** 8230 of a machine: its state as the service logs it. */
const logged = (type: string, state: string) => ({
  id: 8230,
  computer,
  time: NOON,
  data: [
    `Security-SPP-Action-StateData (REG_SZ) =AppId=55c92734-d682-4d71-983e-d6ec3f16059f;LastConsumptionReason=0xc004f009;LicenseState=SL_LICENSING_STATUS_${state};PartialProductKey=W3FHP;ProductKeyType=${type};SkuId=${PRODUCT};ruleId=${RULE}`,
  ],
});

test("a retail key comes before the code of DNS that it reports", async () => {
  const log = [ruleFailed({ computer, time: NOON, code: 0x8007007b })];
  const files = {
    "pc.txt": clientDlv({ channel: "RETAIL", partialKey: "3V66T", status: "Notification" }),
    "pc.xml": eventXml(log),
    "dns.txt": nslookup("corp.example", [{ host: "kms01.corp.example" }]),
  };
  const { findings, verdict } = await assessed(files);
  expect(findings[0]).toMatchObject({ cause: { id: "C02" }, sighting: { verdict: "confirmed" } });
  expect(verdict).toBe("failing");
});

test("the service's own log tells of a MAK where nobody has run slmgr", async () => {
  const log = [
    logged("Volume:MAK", "NOTIFICATION"),
    ruleFailed({ computer, time: NOON + 1000, code: 0x80072ee7, product: PRODUCT }),
  ];
  expect(await judged(makInstalled, { "pc.xml": eventXml(log) })).toMatchObject({
    sighting: {
      verdict: "confirmed",
      facts: { channel: "VOLUME_MAK", lastFive: "W3FHP", code: "0x80072EE7" },
    },
  });
});

test("a machine that is activated by its MAK or its digital licence has no fault", async () => {
  const mak = clientDlv({ channel: "VOLUME_MAK", keyChannel: "Volume:MAK" });
  expect(await judged(makInstalled, { "pc.txt": mak })).toMatchObject({ sighting: { verdict: "benign" } });
  expect(await judged(retailKey, { "pc.xml": eventXml([logged("Retail", "LICENSED")]) })).toMatchObject({
    sighting: { verdict: "benign" },
  });
});

test("a client setup key rules both out, and where nothing tells the key neither is judged", async () => {
  for (const cause of [makInstalled, retailKey]) {
    expect(await judged(cause, { "pc.txt": clientDlv() })).toMatchObject({ kind: "ruledOut" });
    expect(await judged(cause, { "dns.txt": nslookup("corp.example", []) })).toMatchObject({
      kind: "notEvaluated",
    });
  }
});

test("an add-on with a MAK of its own beside an activated Windows is no machine with a MAK", async () => {
  const addOn = clientDlv({
    name: "Windows(R), Client-ESU-Year1 add-on for Enterprise",
    channel: "VOLUME_MAK",
    keyChannel: "Volume:MAK",
    product: "f520e45e-7413-4a34-a497-d2765967d094",
    status: "Unlicensed",
  });
  const files = { "pc.txt": `${clientDlv()}\r\n${addOn.slice(addOn.indexOf("Name:"))}` };
  expect(await judged(makInstalled, files)).not.toMatchObject({ kind: "seen" });
});
