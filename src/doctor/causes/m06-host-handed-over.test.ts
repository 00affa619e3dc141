import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  musterAnswered,
  musterEvent,
  musterHandled,
  musterLog,
  musterSent,
} from "../../../test/doctor/muster-log.ts";
import { cmid, HOUR, NOON } from "../../../test/doctor/texts.ts";
import { storeAway } from "./m03-store-away.ts";
import { hostHandedOver } from "./m06-host-handed-over.ts";

const HOST = "kms01.corp.example";
const CODE = "0x80071397";
const handled = musterHandled(HOST, NOON - HOUR, "pc2", cmid(2));
const quiet = musterEvent(HOST, NOON, 12416, { by: "root" });
const asked = (time: number, code = CODE) => musterSent({ machine: "pc1", time, code, cmid: cmid(1) });

test("a host whose log ends in event 12416 is handed over", async () => {
  expect(await judged(hostHandedOver, { "host.xml": musterLog([handled, quiet]) })).toMatchObject({
    kind: "seen",
    sighting: { verdict: "confirmed", severity: "warning", facts: { hosts: [HOST], clients: 0 } },
  });
});

test("a client that was told 0x80071397 proves it, and no store that is away", async () => {
  const files = { "pc1.xml": musterLog([asked(NOON), asked(NOON + 2 * HOUR)]) };
  expect(await judged(hostHandedOver, files)).toMatchObject({
    sighting: { verdict: "confirmed", severity: "error", affects: ["pc1"], facts: { clients: 1 } },
  });
  expect(await judged(storeAway, files)).not.toMatchObject({ kind: "seen" });
  expect((await assessed(files)).findings[0]?.cause.id).toBe("M06");
});

test.each([
  ["taken back", musterEvent(HOST, NOON + HOUR, 12418, { by: "root" })],
  [
    "taken over by the host of this log",
    musterEvent("kms02.corp.example", NOON + HOUR, 12417, { from: "kms01", machines: 3, by: "root" }),
  ],
])("a store that was %s is in use", async (_, event) => {
  const log = musterLog([handled, quiet, event]);
  expect(await judged(hostHandedOver, { "host.xml": log })).toMatchObject({ kind: "ruledOut" });
});

test("a client that another host answered since is over it", async () => {
  const log = musterLog([
    asked(NOON),
    asked(NOON + HOUR, "0x00000000"),
    musterAnswered("pc1", NOON + HOUR + 1),
  ]);
  expect(await judged(hostHandedOver, { "pc1.xml": log })).not.toMatchObject({ kind: "seen" });
});

test("a log without events of a hand-over rules it out, and no log does not", async () => {
  expect(await judged(hostHandedOver, { "host.xml": musterLog([handled]) })).toMatchObject({
    kind: "ruledOut",
  });
  expect(await judged(hostHandedOver, { "note.txt": "kms01" })).toMatchObject({ kind: "notEvaluated" });
});
