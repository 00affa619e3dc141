import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  clientDlv,
  cmid,
  DAY,
  eventXml,
  exchange,
  HOUR,
  handled,
  ipconfig,
  NOON,
} from "../../../test/doctor/texts.ts";
import { pathFilter } from "./n02-path-filter.ts";
import { remoteWorker } from "./n12-remote-worker.ts";

const computer = "nb-7.corp.example";
const lost = (code: number, host: string) =>
  [0, 2, 4].flatMap((hours) =>
    exchange({ computer, cmid: cmid(7), time: NOON + hours * HOUR, code, host, minutesLeft: 0 }),
  );
const silent = lost(0x800706ba, "kms01.corp.example:1688");
const log = eventXml([
  handled({ time: NOON - 190 * DAY, name: computer, cmid: cmid(7) }),
  ...[-190, -100, -7, 0].flatMap((days) =>
    [1, 2].map((pc) =>
      handled({ time: NOON + days * DAY + pc * HOUR, name: `hq${pc}.corp.example`, cmid: cmid(pc) }),
    ),
  ),
]);
const home = ipconfig({ hostName: "nb-7", suffix: "corp.example", connection: "fritz.box" });
const base = {
  "nb-7.xml": eventXml(silent),
  "nb-7.txt": `C:\\>hostname\r\nnb-7\r\n\r\n${clientDlv({ status: "Notification", time: NOON + 5 * HOUR })}`,
  "kms.xml": log,
};

describe("a laptop that the host has not seen for half a year", () => {
  test("is away, as its network shows", async () => {
    const files = { ...base, "ipconfig.txt": home };
    expect(await judged(remoteWorker, files)).toMatchObject({
      kind: "seen",
      sighting: {
        verdict: "likely",
        severity: "error",
        facts: { clients: ["nb-7"], network: "fritz.box", lastContact: "2025-09-01" },
      },
    });
    expect(await judged(pathFilter, files)).toMatchObject({ sighting: { verdict: "possible" } });
    expect((await assessed(files)).findings[0]?.cause.id).toBe("N12");
  });

  test("may be away, without a word of its network", async () => {
    const judgement = await judged(remoteWorker, base);
    expect(judgement).toMatchObject({ sighting: { verdict: "possible" } });
    expect(judgement.kind === "seen" && judgement.sighting.wants).toContain("ipconfig");
  });

  test("is likely to be when it finds neither the record nor the host", async () => {
    const neither = eventXml([
      ...silent,
      ...exchange({ computer, cmid: cmid(7), time: NOON + 6 * HOUR, code: 0x8007232b, host: "" }),
    ]);
    expect(await judged(remoteWorker, { ...base, "nb-7.xml": neither })).toMatchObject({
      sighting: { verdict: "likely" },
    });
  });

  test("is not, on the office's network", async () => {
    const office = ipconfig({ hostName: "nb-7", suffix: "corp.example", connection: "corp.example" });
    expect(await judged(remoteWorker, { ...base, "ipconfig.txt": office })).toMatchObject({
      kind: "ruledOut",
    });
  });
});

test("a laptop that is at home today and was renewed last week has no fault", async () => {
  const well = exchange({
    computer,
    cmid: cmid(7),
    time: NOON - 3 * DAY,
    answer: { activated: true, count: 50 },
  });
  const files = {
    "nb-7.xml": eventXml([...well, ...silent.slice(0, 1)]),
    "nb-7.txt": `C:\\>hostname\r\nnb-7\r\n\r\n${clientDlv({ minutesLeft: 254_800, time: NOON + HOUR })}`,
    "ipconfig.txt": home,
  };
  expect((await judged(remoteWorker, files)).kind).not.toBe("seen");
});
