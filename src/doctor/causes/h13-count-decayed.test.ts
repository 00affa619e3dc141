import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  cmid,
  DAY,
  eventXml,
  exchange,
  HOUR,
  handled,
  hostDlv,
  NOON,
  renewals,
} from "../../../test/doctor/texts.ts";
import { countDecayed } from "./h13-count-decayed.ts";

const gone = renewals({ machines: 22, prefix: "old", from: NOON - 90 * DAY, until: NOON - 45 * DAY });
const kept = renewals({ machines: 14, firstCmid: 500, from: NOON - 90 * DAY, until: NOON });
const waiting = [0, 2, 4].map((hours) =>
  handled({ time: NOON - DAY + hours * HOUR, name: "new.corp.example", cmid: cmid(1), status: 5 }),
);

test("a count that was 36 and is 15 has decayed, and comes before a count that is too small", async () => {
  const files = { "kms.xml": eventXml([...gone, ...kept, ...waiting]), "host.txt": hostDlv({ count: 15 }) };
  expect(await judged(countDecayed, files)).toMatchObject({
    kind: "seen",
    sighting: { verdict: "confirmed", severity: "error", facts: { peak: 36, count: 15, required: 25 } },
  });
  const { findings } = await assessed(files);
  expect(findings[0]?.cause.id).toBe("H13");
  expect(findings.map(({ cause }) => cause.id)).not.toContain("H08");
});

test("while all machines are licensed yet it costs later, not now", async () => {
  const files = { "kms.xml": eventXml([...gone, ...kept]), "host.txt": hostDlv({ count: 14 }) };
  expect(await judged(countDecayed, files)).toMatchObject({ sighting: { severity: "warning" } });
  expect((await assessed(files)).verdict).toBe("degraded");
});

test("what clients were told is enough to see it", async () => {
  const told = [
    ...exchange({
      computer: "pc1.corp.example",
      time: NOON - 60 * DAY,
      answer: { activated: true, count: 31 },
    }),
    ...exchange({ computer: "pc1.corp.example", time: NOON, answer: { activated: false, count: 19 } }),
  ];
  expect(await judged(countDecayed, { "pc.xml": eventXml(told) })).toMatchObject({
    sighting: { facts: { peak: 31, count: 19 } },
  });
});

test("fewer machines that are still enough are no fault", async () => {
  const files = {
    "kms.xml": eventXml([
      ...gone,
      ...renewals({ machines: 30, firstCmid: 500, from: NOON - 90 * DAY, until: NOON }),
    ]),
    "host.txt": hostDlv({ count: 30 }),
  };
  expect((await judged(countDecayed, files)).kind).toBe("ruledOut");
});

test("a count that never was high enough has not decayed", async () => {
  const files = { "kms.xml": eventXml([...kept, ...waiting]), "host.txt": hostDlv({ count: 15 }) };
  expect((await judged(countDecayed, files)).kind).toBe("notEvaluated");
});
