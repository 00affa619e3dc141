import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { clientDlv, cmid, DAY, eventXml, exchange, HOUR, hostDlv, NOON } from "../../../test/doctor/texts.ts";
import { hostStarved } from "./n06-host-starved.ts";

/** Each PC misses once and succeeds two hours later. */
const unsteady = eventXml(
  [1, 2, 3].flatMap((pc) => {
    const of = { computer: `pc${pc}.corp.example`, cmid: cmid(pc) };
    const time = NOON - pc * DAY;
    return [
      ...exchange({ ...of, time, code: 0x800706ba }),
      ...exchange({ ...of, time: time + 2 * HOUR, answer: { activated: true, count: 50 } }),
    ];
  }),
);

test("low priority and tries that are lost now and then", async () => {
  const files = {
    "pcs.xml": unsteady,
    "kms01.txt": `C:\\>hostname\r\nkms01\r\n\r\n${hostDlv({ lowPriority: true })}`,
  };
  expect(await judged(hostStarved, files)).toMatchObject({
    kind: "seen",
    sighting: { verdict: "likely", severity: "warning", facts: { host: "kms01", missed: 3 } },
  });
  expect((await assessed(files)).verdict).toBe("degraded");
});

test("low priority alone is a setting", async () => {
  const files = { "pc1.txt": clientDlv(), "kms01.txt": hostDlv({ lowPriority: true }) };
  expect(await judged(hostStarved, files)).toMatchObject({
    sighting: { verdict: "benign", severity: "info" },
  });
  expect((await assessed(files)).verdict).toBe("healthy");
});

test("normal priority rules it out", async () => {
  expect(await judged(hostStarved, { "pcs.xml": unsteady, "kms01.txt": hostDlv() })).toMatchObject({
    kind: "ruledOut",
  });
});
