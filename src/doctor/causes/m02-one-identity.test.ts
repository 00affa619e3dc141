import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { musterEvent, musterHandled, musterLog } from "../../../test/doctor/muster-log.ts";
import { cmid, DAY, HOUR, NOON } from "../../../test/doctor/texts.ts";
import { oneIdentity } from "./m02-one-identity.ts";

const HOST = "kms01.corp.example";
const [ONE, TWO] = ["pc1.corp.example", "pc9.corp.example"];
const shared = [
  musterHandled(HOST, NOON, ONE, cmid(1)),
  musterHandled(HOST, NOON + HOUR, TWO, cmid(1)),
  musterEvent(HOST, NOON + HOUR, 12400, {
    cmid: cmid(1),
    names: `${ONE}; ${TWO}`,
    fingerprints: "3f524cdc; 07de662a",
  }),
];

describe("event 12400", () => {
  test("proves that two machines share an identity, and comes before the names that alternate", async () => {
    const again = [
      musterHandled(HOST, NOON + 2 * HOUR, ONE, cmid(1)),
      musterHandled(HOST, NOON + 3 * HOUR, TWO, cmid(1)),
    ];
    const files = { "host.xml": musterLog([...shared, ...again]) };
    expect(await judged(oneIdentity, files)).toMatchObject({
      kind: "seen",
      sighting: {
        verdict: "confirmed",
        severity: "warning",
        facts: { cmid: cmid(1), names: [ONE, TWO], events: 1, isHealed: false },
      },
    });
    expect((await assessed(files)).findings[0]?.cause.id).toBe("M02");
  });

  test("is over when each asks under a CMID of its own", async () => {
    const healed = [
      musterHandled(HOST, NOON + DAY, ONE, cmid(1)),
      musterHandled(HOST, NOON + DAY + HOUR, TWO, cmid(2)),
    ];
    expect(await judged(oneIdentity, { "host.xml": musterLog([...shared, ...healed]) })).toMatchObject({
      sighting: { verdict: "benign", severity: "notice", affects: [], facts: { isHealed: true } },
    });
  });
});

test("a log without it rules it out, and no log does not", async () => {
  const log = musterLog([
    musterHandled(HOST, NOON, ONE, cmid(1)),
    musterHandled(HOST, NOON, TWO, cmid(2)),
    musterEvent(HOST, NOON, 12294, { code: "0x00000000", domain: "corp.example" }),
  ]);
  expect(await judged(oneIdentity, { "host.xml": log })).toMatchObject({ kind: "ruledOut" });
  expect(await judged(oneIdentity, { "note.txt": "pc1 and pc9" })).toMatchObject({ kind: "notEvaluated" });
});
