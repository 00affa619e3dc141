import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { musterAnswered, musterEvent, musterLog, musterSent } from "../../../test/doctor/muster-log.ts";
import { clientDlv, cmid, HOUR, NOON, refused } from "../../../test/doctor/texts.ts";
import { rearmExhausted, rearmPending } from "./c14-rearm.ts";

test("a rearm that is refused confirms it", async () => {
  const files = { "pc.txt": refused("/rearm", 0xc004d307) + clientDlv({ rearms: 0 }) };
  expect(await judged(rearmExhausted, files)).toMatchObject({
    sighting: { verdict: "confirmed", severity: "warning" },
  });
});

test("a count of 0 on a licensed machine harms nobody", async () => {
  const report = await assessed({ "pc.txt": clientDlv({ rearms: 0 }) });
  expect(report.verdict).toBe("healthy");
  expect(report.findings).toMatchObject([{ cause: { id: "C14" }, sighting: { verdict: "benign" } }]);
});

test("a count above 0 rules it out", async () => {
  expect(await judged(rearmExhausted, { "pc.txt": clientDlv() })).toMatchObject({ kind: "ruledOut" });
});

test("0xC004D302 is a rearm that waits, and comes before the store that looks damaged", async () => {
  const { findings } = await assessed({ "pc.txt": refused("/dlv", 0xc004d302) });
  expect(findings.map(({ cause, sighting }) => [cause.id, sighting.verdict])).toEqual([
    ["C27", "confirmed"],
    ["C15", "possible"],
  ]);
});

test("a licensed machine waits for nothing", async () => {
  expect(await judged(rearmPending, { "pc.txt": clientDlv() })).toMatchObject({ kind: "notEvaluated" });
});

test("Muster's clock that was set back is a snapshot, until the next lease", async () => {
  const machine = "pc3.corp.example";
  const sent = (time: number) => musterSent({ machine, time, code: "0x00000000", cmid: cmid(3), status: 1 });
  const before = [sent(NOON - HOUR), musterAnswered(machine, NOON - HOUR + 1)];
  const back = musterEvent(machine, NOON, 12410, {
    code: "0xC004F06C",
    clientTime: new Date(NOON),
    lastTime: new Date(NOON + 30 * HOUR),
    signedTime: new Date(NOON + 20 * HOUR),
  });
  expect(await judged(rearmPending, { "pc3.xml": musterLog([...before, back]) })).toMatchObject({
    kind: "seen",
    sighting: { verdict: "likely", severity: "warning", facts: { time: "2026-03-10 12:00" } },
  });
  const after = [sent(NOON + HOUR), musterAnswered(machine, NOON + HOUR + 1)];
  expect(await judged(rearmPending, { "pc3.xml": musterLog([...before, back, ...after]) })).toMatchObject({
    kind: "notEvaluated",
  });
});
