import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { cmid, DAY, eventXml, handled, NOON, renewals } from "../../../test/doctor/texts.ts";
import { identityChurn } from "./h12-identity-churn.ts";

const healthy = renewals({ machines: 30, from: NOON - 30 * DAY, until: NOON });

test("a pool of desktops that come with a new CMID every few days churns", async () => {
  const pool = Array.from({ length: 8 }, (_, desk) =>
    Array.from({ length: 6 }, (__, day) =>
      handled({
        time: NOON - day * 4 * DAY,
        name: `vdi${desk}.corp.example`,
        cmid: cmid(1000 + desk * 10 + day),
        status: 5,
        virtual: true,
      }),
    ),
  ).flat();
  const files = { "kms.xml": eventXml([...healthy, ...pool]) };
  expect(await judged(identityChurn, files)).toMatchObject({
    kind: "seen",
    sighting: {
      verdict: "confirmed",
      severity: "warning",
      facts: { machines: 8, most: 6, cmids: 78, distinct: 38 },
    },
  });
  expect((await assessed(files)).findings[0]?.cause.id).toBe("H12");
});

test("a machine that was repaired once has two CMIDs, and is left alone", async () => {
  const repaired = [0, 10].map((day) =>
    handled({ time: NOON - day * DAY, name: "pc90.corp.example", cmid: cmid(900 + day) }),
  );
  expect((await judged(identityChurn, { "kms.xml": eventXml([...healthy, ...repaired]) })).kind).toBe(
    "ruledOut",
  );
});

test("clones, which are the reverse, are left alone", async () => {
  const clones = Array.from({ length: 10 }, (_, pc) =>
    [0, 7].map((day) => handled({ time: NOON - day * DAY, name: `clone${pc}`, cmid: cmid(1) })),
  ).flat();
  expect((await judged(identityChurn, { "kms.xml": eventXml(clones) })).kind).toBe("ruledOut");
});
