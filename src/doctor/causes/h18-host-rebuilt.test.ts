import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  clientDlv,
  cmid,
  DAY,
  eventXml,
  HOUR,
  handled,
  hostDlv,
  NOON,
  renewals,
} from "../../../test/doctor/texts.ts";
import { hostRebuilt } from "./h18-host-rebuilt.ts";

/** Installed on 6 March 2026, four days before NOON. */
const YOUNG = "03612-00206-111-222333-03-1033-20348.0000-0652026";
const waiting = [0, 2, 4].map((hours) =>
  handled({ time: NOON - DAY + hours * HOUR, name: "new.corp.example", cmid: cmid(1), status: 5 }),
);
const licensed = renewals({ machines: 12, from: NOON - 3 * DAY, until: NOON, every: 4 * DAY });

describe("a host that counts fewer than its clients need", () => {
  test("is new when its key is, and clients come to it licensed", async () => {
    const files = {
      "kms.xml": eventXml([...licensed, ...waiting]),
      "host.txt": hostDlv({ count: 13, total: 15, pid: YOUNG }),
    };
    expect(await judged(hostRebuilt, files)).toMatchObject({
      kind: "seen",
      sighting: {
        verdict: "likely",
        severity: "error",
        facts: { sign: "age", since: "2026-03-06", count: 13 },
      },
    });
    expect((await assessed(files)).findings[0]?.cause.id).toBe("H18");
  });

  test("was set up anew when a client knows it by an older extended PID", async () => {
    const files = {
      "pc.txt": clientDlv(),
      "kms.xml": eventXml(licensed),
      "host.txt": hostDlv({ count: 12, total: 12, pid: YOUNG }),
    };
    expect(await judged(hostRebuilt, files)).toMatchObject({
      sighting: { verdict: "confirmed", facts: { sign: "pid" } },
    });
  });

  test("was set up anew when its counters fell", async () => {
    const name = "C:\\>hostname\r\nkms01\r\n";
    const files = {
      "before.txt": name + hostDlv({ total: 9000, time: NOON - 20 * DAY }),
      "after.txt": name + hostDlv({ count: 4, total: 12 }),
    };
    expect(await judged(hostRebuilt, files)).toMatchObject({
      sighting: { verdict: "confirmed", facts: { sign: "counters" } },
    });
  });

  test("is the host of a new site when none of its clients was licensed before", async () => {
    const all = renewals({ machines: 12, from: NOON - 3 * DAY, until: NOON, every: DAY, status: 5 });
    const files = { "kms.xml": eventXml(all), "host.txt": hostDlv({ count: 12, total: 48, pid: YOUNG }) };
    expect((await judged(hostRebuilt, files)).kind).toBe("notEvaluated");
  });
});

test("a young host that counts enough needs nothing", async () => {
  const files = { "pc.txt": clientDlv(), "host.txt": hostDlv({ count: 31, total: 90, pid: YOUNG }) };
  expect((await judged(hostRebuilt, files)).kind).toBe("ruledOut");
});

test("a nameless report is of the new host, not of the one whose log holds more requests than it ever received", async () => {
  const old = renewals({
    computer: "kms00.corp.example",
    machines: 40,
    from: NOON - 35 * DAY,
    until: NOON - 4 * DAY,
  });
  const files = {
    "old.xml": eventXml(old),
    "kms.xml": eventXml(licensed),
    "host.txt": hostDlv({ count: 12, total: 19, pid: YOUNG }),
  };
  expect((await assessed(files)).findings[0]?.cause.id).toBe("H18");
  expect((await assessed(files)).verdict).toBe("degraded");
});
