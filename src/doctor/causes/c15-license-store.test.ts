import { expect, test } from "bun:test";
import { judged } from "../../../test/doctor/evidence.ts";
import { ato, clientDlv, eventXml, NOON, refused } from "../../../test/doctor/texts.ts";
import { eulConsumption, licenseStore } from "./c15-license-store.ts";

test("a /dlv that stumbles over the store confirms it, an activation alone makes it likely", async () => {
  expect(await judged(licenseStore, { "pc.txt": refused("/dlv", 0xc004e002) })).toMatchObject({
    sighting: { verdict: "confirmed", severity: "error" },
  });
  expect(await judged(licenseStore, { "pc.txt": ato(0xc004e002) })).toMatchObject({
    sighting: { verdict: "likely", wants: ["client-dlv"] },
  });
});

test("0xC004E003 in 1003 only says that the machine is not activated", async () => {
  const list =
    "6: 73111121-5638-40f6-bc11-f1d7b0d64300, 1, 1 [(0 [0xC004E003, 0, 0], [( 2 0xC004F056 0 0 msft:rm/algorithm/volume/1.0 0x00000000 0)])]";
  const log = [
    {
      id: 1003,
      computer: "pc1.corp.example",
      time: NOON,
      data: ["55c92734-d682-4d71-983e-d6ec3f16059f", list],
    },
  ];
  const files = { "pc.txt": clientDlv({ status: "Notification" }), "pc.xml": eventXml(log) };
  expect(await judged(licenseStore, files)).toMatchObject({ kind: "notEvaluated" });
});

test("0xC004E015 is the use licence, not the store", async () => {
  const files = { "pc.txt": ato(0xc004e015) };
  expect(await judged(eulConsumption, files)).toMatchObject({ sighting: { verdict: "likely" } });
  expect(await judged(licenseStore, files)).toMatchObject({ kind: "notEvaluated" });
});

test("a licensed machine has neither", async () => {
  for (const cause of [licenseStore, eulConsumption])
    expect(await judged(cause, { "pc.txt": clientDlv() })).toMatchObject({ kind: "notEvaluated" });
});
