import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { musterAnswered, musterLog, musterSent } from "../../../test/doctor/muster-log.ts";
import { cmid, HOUR, NOON } from "../../../test/doctor/texts.ts";
import { hostBusy } from "./m04-host-busy.ts";

const asked = (time: number, code = "0x800700AA") =>
  musterSent({ machine: "pc1", time, code, cmid: cmid(1) });

test("a client that was sent away and not answered since proves a busy host, and comes first", async () => {
  const files = { "pc1.xml": musterLog([asked(NOON), asked(NOON + 2 * HOUR)]) };
  expect(await judged(hostBusy, files)).toMatchObject({
    sighting: {
      verdict: "confirmed",
      severity: "error",
      affects: ["pc1"],
      facts: { clients: 1, tries: 2, isOpen: true },
    },
  });
  expect((await assessed(files)).findings[0]?.cause.id).toBe("M04");
});

test("a client that was answered when it came back proves a host that does what it should", async () => {
  const answered = [asked(NOON + 2 * HOUR, "0x00000000"), musterAnswered("pc1", NOON + 2 * HOUR + 1_000)];
  const files = { "pc1.xml": musterLog([asked(NOON), ...answered]) };
  expect(await judged(hostBusy, files)).toMatchObject({
    sighting: { verdict: "benign", severity: "info", affects: [], facts: { isOpen: false } },
  });
});

test("a client's log without it rules it out, and no log does not", async () => {
  const log = musterLog([asked(NOON, "0x8007274D")]);
  expect(await judged(hostBusy, { "pc1.xml": log })).toMatchObject({ kind: "ruledOut" });
  expect(await judged(hostBusy, { "note.txt": "slow" })).toMatchObject({ kind: "notEvaluated" });
});
