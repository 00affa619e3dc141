import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { musterAnswered, musterLog, musterSent } from "../../../test/doctor/muster-log.ts";
import { cmid, HOUR, MINUTE, NOON } from "../../../test/doctor/texts.ts";
import { rogueHost } from "./m01-rogue-host.ts";

const pc3 = { machine: "pc3.corp.example", cmid: cmid(3) };
const refused = { ...pc3, code: "0x800B0109", host: "kms66.corp.example:1688" };
const twice = [0, 2].map((hours) => musterSent({ ...refused, time: NOON + hours * HOUR }));

describe("an answer that does not chain to the vendor's key", () => {
  test("is a rogue host, and keeps a machine from being activated when there is no other", async () => {
    expect(await judged(rogueHost, { "pc3.xml": musterLog(twice) })).toMatchObject({
      kind: "seen",
      sighting: {
        verdict: "confirmed",
        severity: "error",
        facts: { host: "kms66.corp.example:1688", clients: ["pc3"], requests: 2, isInDns: false },
        affects: ["pc3"],
      },
    });
  });

  test("costs time only where another host activates the machine", async () => {
    const next = NOON + 2 * HOUR + MINUTE;
    const rest = [
      musterSent({ ...pc3, time: next, code: "0x00000000" }),
      musterAnswered(pc3.machine, next + 1),
    ];
    const files = { "pc3.xml": musterLog([...twice, ...rest]) };
    expect(await judged(rogueHost, files)).toMatchObject({
      sighting: { verdict: "confirmed", severity: "warning" },
    });
    expect((await assessed(files)).verdict).toBe("degraded");
  });

  test("is only possible when another machine believes the same host", async () => {
    const other = { machine: "pc4.corp.example", cmid: cmid(4), host: refused.host };
    const time = NOON + 3 * HOUR;
    const believed = [
      musterSent({ ...other, time, code: "0x00000000" }),
      musterAnswered(other.machine, time + 1),
    ];
    const files = { "pc3.xml": musterLog(twice), "pc4.xml": musterLog(believed) };
    expect(await judged(rogueHost, files)).toMatchObject({
      sighting: { verdict: "possible", facts: { believes: "pc4" } },
    });
  });
});

test("a host whose answer was believed afterwards is none", async () => {
  const time = NOON + 3 * HOUR;
  const later = [musterSent({ ...refused, time, code: "0x00000000" }), musterAnswered(pc3.machine, time + 1)];
  expect(await judged(rogueHost, { "pc3.xml": musterLog([...twice, ...later]) })).toMatchObject({
    kind: "ruledOut",
  });
});

test("a host that refuses for another reason is none", async () => {
  const log = musterLog([musterSent({ ...refused, time: NOON, code: "0xC004F042" })]);
  expect(await judged(rogueHost, { "pc3.xml": log })).toMatchObject({ kind: "notEvaluated" });
});
