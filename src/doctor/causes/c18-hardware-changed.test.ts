import { expect, test } from "bun:test";
import { judged } from "../../../test/doctor/evidence.ts";
import {
  MUSTER_PRODUCT,
  musterAnswered,
  musterEvent,
  musterLog,
  musterSent,
} from "../../../test/doctor/muster-log.ts";
import { clientDlv, cmid, HOUR, hostDlv, NOON } from "../../../test/doctor/texts.ts";
import { hardwareChanged } from "./c18-hardware-changed.ts";

test("the reason 0xC004F00F of a client names it", async () => {
  const files = { "pc.txt": clientDlv({ status: "Notification", reason: "0xC004F00F" }) };
  expect(await judged(hardwareChanged, files)).toMatchObject({
    sighting: { verdict: "confirmed", severity: "error" },
  });
});

test("the same code of a host is another cause", async () => {
  const files = { "kms.txt": hostDlv({ status: "Notification", reason: "0xC004F00F" }) };
  expect(await judged(hardwareChanged, files)).toMatchObject({ kind: "notEvaluated" });
});

test("another reason rules it out", async () => {
  const files = { "pc.txt": clientDlv({ status: "Notification" }) };
  expect(await judged(hardwareChanged, files)).toMatchObject({ kind: "ruledOut" });
});

test("Muster's 12411 names it until a lease is granted again", async () => {
  const machine = "pc3.corp.example";
  const changed = musterEvent(machine, NOON, 12411, {
    code: "0xC004F00F",
    product: MUSTER_PRODUCT,
    changed: "mac board_serial",
    same: "machine_id",
  });
  const sent = musterSent({ machine, time: NOON - HOUR, code: "0x00000000", cmid: cmid(3), status: 1 });
  const files = { "pc3.xml": musterLog([sent, changed]) };
  expect(await judged(hardwareChanged, files)).toMatchObject({
    sighting: { verdict: "confirmed", facts: { changed: "mac board_serial" } },
  });
  const again = [
    musterSent({ machine, time: NOON + HOUR, code: "0x00000000", cmid: cmid(3) }),
    musterAnswered(machine, NOON + HOUR + 1),
  ];
  expect(
    await judged(hardwareChanged, { "pc3.xml": musterLog([sent, changed, ...again]) }),
  ).not.toMatchObject({
    kind: "seen",
  });
});
