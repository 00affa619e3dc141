import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  ato,
  clientDlv,
  cmid,
  eventXml,
  exchange,
  HOUR,
  handled,
  MINUTE,
  NOON,
} from "../../../test/doctor/texts.ts";
import { clockSkew } from "./c12-clock-skew.ts";

const SKEW = 0xc004f06c;
const computer = "pc9.corp.example";
const others = [1, 2, 3, 4, 5].map((number) =>
  handled({ time: NOON + number * MINUTE, name: `pc${number}.corp.example`, cmid: cmid(number) }),
);
const late = [0, 2, 4].map((hours) =>
  handled({
    time: NOON + hours * HOUR,
    name: computer,
    cmid: cmid(9),
    behind: 6 * HOUR,
    code: SKEW,
    status: 5,
  }),
);

test("the code with hours between the clocks confirms it, whatever slmgr says", async () => {
  const files = {
    "pc.txt": ato(0xc004f074) + clientDlv({ status: "Notification" }),
    "pc.xml": eventXml(exchange({ computer, time: NOON, code: SKEW, cmid: cmid(9), behind: 6 * HOUR })),
    "kms.xml": eventXml([...others, ...late]),
  };
  const { findings } = await assessed(files);
  expect(findings[0]).toMatchObject({
    cause: { id: "C12" },
    sighting: { verdict: "confirmed", severity: "error", facts: { minutesBehind: 360 } },
  });
});

test("the code alone makes it likely, and asks for the clocks", async () => {
  const log = exchange({ computer, time: NOON, code: SKEW });
  expect(await judged(clockSkew, { "pc.xml": eventXml(log) })).toMatchObject({
    sighting: { verdict: "likely", wants: ["clock"] },
  });
});

test("a refusal that a success followed is over", async () => {
  const log = [
    ...exchange({ computer, time: NOON, code: SKEW }),
    ...exchange({ computer, time: NOON + HOUR, answer: { activated: true, count: 50 } }),
  ];
  expect(await judged(clockSkew, { "pc.xml": eventXml(log) })).toMatchObject({ kind: "notEvaluated" });
});

test("a host that refused nobody for the time rules it out", async () => {
  expect(await judged(clockSkew, { "kms.xml": eventXml(others) })).toMatchObject({ kind: "ruledOut" });
});

test("clocks that were compared tell it before anybody is refused", async () => {
  const stripchart = [
    "C:\\>w32tm /stripchart /computer:kms01.corp.example /samples:1 /dataonly",
    "Tracking kms01.corp.example [10.1.0.15:123].",
    "Collecting 1 samples.",
    "The current time is 3/10/2026 12:00:00 PM.",
    "12:00:00, +21600.1234567s",
  ].join("\r\n");
  const judgement = await judged(clockSkew, { "clock.txt": stripchart });
  expect(judgement).toMatchObject({ kind: "seen", sighting: { verdict: "confirmed" } });
  const why = judgement.kind === "seen" ? clockSkew.words.en.why(judgement.sighting.facts) : "";
  expect(why).toBe(
    "A clock is 6 h 0 min behind that of kms01.corp.example; requests are refused from 4 hours on.",
  );
});
