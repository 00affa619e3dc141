import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  musterAnswered,
  musterEvent,
  musterHandled,
  musterLog,
  musterSent,
} from "../../../test/doctor/muster-log.ts";
import { cmid, DAY, HOUR, MINUTE, NOON } from "../../../test/doctor/texts.ts";
import { storeAway } from "./m03-store-away.ts";

const HOST = "kms01.corp.example";
const AWAY = "0x8007139F";
const asked = (machine: string, time: number, code = AWAY) =>
  musterSent({ machine, time, code, cmid: cmid(1) });
const back = (time: number, seconds = 90) => musterEvent(HOST, time, 12409, { code: AWAY, seconds });

describe("a client that was told 0x8007139F", () => {
  test("proves that the host cannot write, and comes first", async () => {
    const files = { "pc1.xml": musterLog([asked("pc1", NOON), asked("pc1", NOON + 2 * HOUR)]) };
    expect(await judged(storeAway, files)).toMatchObject({
      kind: "seen",
      sighting: {
        verdict: "confirmed",
        severity: "error",
        affects: ["pc1"],
        facts: { clients: 1, isOpen: true },
      },
    });
    expect((await assessed(files)).findings[0]?.cause.id).toBe("M03");
  });

  test("is answered later: it is over", async () => {
    const answered = [asked("pc1", NOON + HOUR, "0x00000000"), musterAnswered("pc1", NOON + HOUR + 1_000)];
    const files = { "pc1.xml": musterLog([asked("pc1", NOON), ...answered]) };
    expect(await judged(storeAway, files)).toMatchObject({
      sighting: { verdict: "benign", severity: "notice", affects: [], facts: { isOpen: false } },
    });
  });

  test("is over when the host says so, whoever asked", async () => {
    const files = {
      "pc1.xml": musterLog([asked("pc1", NOON)]),
      "host.xml": musterLog([musterHandled(HOST, NOON - HOUR, "pc2", cmid(2)), back(NOON + MINUTE)]),
    };
    expect(await judged(storeAway, files)).toMatchObject({
      sighting: { verdict: "benign", facts: { isOpen: false, absences: 1, seconds: 90 } },
    });
  });

  test("is over when it was days ago", async () => {
    const later = musterEvent("pc1", NOON + 3 * DAY, 12403, {
      name: "host-caching",
      from: "on",
      to: "off",
      by: "ada",
    });
    expect(await judged(storeAway, { "pc1.xml": musterLog([asked("pc1", NOON), later]) })).toMatchObject({
      sighting: { verdict: "benign" },
    });
  });
});

test("a store that goes away again and again is a fault, though it is back", async () => {
  const log = musterLog([1, 2, 3].map((hour) => back(NOON + hour * HOUR, hour * 10)));
  expect(await judged(storeAway, { "host.xml": log })).toMatchObject({
    sighting: {
      verdict: "confirmed",
      severity: "warning",
      facts: { absences: 3, seconds: 30, isOften: true },
    },
  });
});

test("a host's log without 12409 rules it out, and no log does not", async () => {
  const log = musterLog([musterHandled(HOST, NOON, "pc1", cmid(1))]);
  expect(await judged(storeAway, { "host.xml": log })).toMatchObject({ kind: "ruledOut" });
  expect(await judged(storeAway, { "note.txt": "the host is slow" })).toMatchObject({ kind: "notEvaluated" });
});
