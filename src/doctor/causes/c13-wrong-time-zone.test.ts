import { expect, test } from "bun:test";
import { judged } from "../../../test/doctor/evidence.ts";
import { cmid, eventXml, HOUR, handled, MINUTE, NOON } from "../../../test/doctor/texts.ts";
import { wrongTimeZone } from "./c13-wrong-time-zone.ts";

const others = [1, 2, 3, 4, 5].map((number) =>
  handled({ time: NOON + number * MINUTE, name: `pc${number}.corp.example`, cmid: cmid(number) }),
);
const shifted = (behind: number, code = 0) =>
  handled({ time: NOON + HOUR, name: "pc9.corp.example", cmid: cmid(9), behind, code });

test("a client an hour beside the others that is served is harmless", async () => {
  expect(await judged(wrongTimeZone, { "kms.xml": eventXml([...others, shifted(HOUR)]) })).toMatchObject({
    kind: "seen",
    sighting: { verdict: "benign", severity: "info", facts: { machines: ["pc9.corp.example"], minutes: 60 } },
  });
});

test("a client that is refused for its time has a wrong clock, not a wrong zone", async () => {
  const log = [...others, shifted(6 * HOUR, 0xc004f06c)];
  expect(await judged(wrongTimeZone, { "kms.xml": eventXml(log) })).toMatchObject({ kind: "ruledOut" });
});

test("half an hour is no zone", async () => {
  const log = [...others, shifted(40 * MINUTE)];
  expect(await judged(wrongTimeZone, { "kms.xml": eventXml(log) })).toMatchObject({ kind: "notEvaluated" });
});
