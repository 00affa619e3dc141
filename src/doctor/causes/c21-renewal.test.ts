import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { clientDlv, DAY, eventXml, HOUR, NOON, ruleFailed } from "../../../test/doctor/texts.ts";
import { renewalNoise, renewalsFail } from "./c21-renewal.ts";

const computer = "pc1.corp.example";
/** Minutes that are left so many days after a success. */
const after = (days: number) => 259_200 - days * 1440;
const failed = (days: number) =>
  ruleFailed({ computer, time: NOON - days * DAY, code: 0x8007007b, renewal: true });

test("failing tries since a success long ago confirm that renewals fail, before it shows", async () => {
  const files = {
    "pc.txt": clientDlv({ minutesLeft: after(43) }),
    "pc.xml": eventXml([30, 20, 10, 1].map(failed)),
  };
  const report = await assessed(files);
  expect(report.findings[0]).toMatchObject({ cause: { id: "C22" }, sighting: { verdict: "confirmed" } });
  expect(report.verdict).toBe("degraded");
});

test("a machine back from a holiday has as few minutes, and no fault", async () => {
  expect(await judged(renewalsFail, { "pc.txt": clientDlv({ minutesLeft: after(29) }) })).not.toMatchObject({
    kind: "seen",
  });
});

test("failures before a success are noise", async () => {
  const files = {
    "pc.txt": clientDlv({ minutesLeft: after(2) }),
    "pc.xml": eventXml([failed(5), failed(4)]),
  };
  expect(await judged(renewalNoise, files)).toMatchObject({ sighting: { verdict: "benign" } });
  expect((await assessed(files)).verdict).toBe("healthy");
});

test("minutes that go on falling over two reports make it likely without a log", async () => {
  const report = (days: number) => clientDlv({ minutesLeft: after(30 + days), time: NOON + days * DAY });
  const files = { "week1.txt": report(0), "week2.txt": report(8) };
  expect(await judged(renewalsFail, files)).toMatchObject({ sighting: { verdict: "likely" } });
  const soon = { "one.txt": report(0), "two.txt": clientDlv({ minutesLeft: after(30), time: NOON + HOUR }) };
  expect(await judged(renewalsFail, soon)).not.toMatchObject({ kind: "seen" });
});
