import { expect, test } from "bun:test";
import { judged } from "../../../test/doctor/evidence.ts";
import { cmid, DAY, eventXml, handled, NOON } from "../../../test/doctor/texts.ts";
import { newCmid } from "./c25-new-cmid.ts";

const asks = (days: number, number: number, name = "pc1.corp.example") =>
  handled({ time: NOON + days * DAY, name, cmid: cmid(number) });

test("one name under two CMIDs in sequence is a machine that was set up anew", async () => {
  const log = [asks(0, 1), asks(7, 1), asks(9, 2), asks(16, 2, "PC1")];
  expect(await judged(newCmid, { "kms.xml": eventXml(log) })).toMatchObject({
    kind: "seen",
    sighting: { verdict: "benign", facts: { machines: ["pc1.corp.example"], time: "2026-03-19" } },
  });
});

test("CMIDs that alternate are two machines", async () => {
  const log = [asks(0, 1), asks(1, 2), asks(7, 1), asks(8, 2)];
  expect(await judged(newCmid, { "kms.xml": eventXml(log) })).toMatchObject({ kind: "notEvaluated" });
});

test("a new CMID each day is a pool of desktops", async () => {
  const log = [0, 1, 2, 3, 4, 5].map((day) => asks(day, day));
  expect(await judged(newCmid, { "kms.xml": eventXml(log) })).toMatchObject({ kind: "notEvaluated" });
});
