import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { DAY, eventXml, hostDlv, NOON, renewals } from "../../../test/doctor/texts.ts";
import { hostLogShort } from "./h17-host-log-short.ts";

const days = (from: number) => eventXml(renewals({ machines: 60, from: NOON - from * DAY, until: NOON }));

test("three days of log on a host of many thousand requests say nothing of those who are missing", async () => {
  const files = { "kms.xml": days(3), "host.txt": hostDlv({ total: 9000 }) };
  expect(await judged(hostLogShort, files)).toMatchObject({
    kind: "seen",
    sighting: { verdict: "benign", severity: "notice", facts: { total: 9000 } },
  });
  expect((await assessed(files)).verdict).toBe("healthy");
});

test("three days of log on a host that is three days old are all there is", async () => {
  const files = { "kms.xml": days(3), "host.txt": hostDlv({ total: 30, count: 26 }) };
  expect((await judged(hostLogShort, files)).kind).toBe("notEvaluated");
});

test("thirty days of log are enough", async () => {
  const files = { "kms.xml": days(30), "host.txt": hostDlv({ total: 9000 }) };
  expect((await judged(hostLogShort, files)).kind).toBe("ruledOut");
});
