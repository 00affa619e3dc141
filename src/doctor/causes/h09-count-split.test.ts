import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  DAY,
  eventXml,
  exchange,
  HOUR,
  hostDlv,
  NOON,
  nslookup,
  renewals,
} from "../../../test/doctor/texts.ts";
import { countSplit } from "./h09-count-split.ts";

const from = NOON - 40 * DAY;
const one = { computer: "kms01.corp.example", prefix: "north", firstCmid: 100, from, until: NOON, status: 5 };
const two = { computer: "kms02.corp.example", prefix: "south", firstCmid: 300, from, until: NOON, status: 5 };
const refused = [0, 2, 4].flatMap((hours) =>
  exchange({
    computer: "north1.corp.example",
    time: NOON - DAY + hours * HOUR,
    answer: { activated: false, count: 18 },
  }),
);
const both = nslookup("corp.example", [{ host: "kms01.corp.example" }, { host: "kms02.corp.example" }]);

describe("two hosts of eighteen machines each", () => {
  const files = {
    "one.xml": eventXml(renewals({ ...one, machines: 18 })),
    "two.xml": eventXml(renewals({ ...two, machines: 18 })),
    "pc.xml": eventXml(refused),
    "dns.txt": both,
  };

  test("have enough together, which proves it", async () => {
    expect(await judged(countSplit, files)).toMatchObject({
      kind: "seen",
      sighting: { verdict: "confirmed", severity: "error", facts: { together: 36, shared: 0, required: 25 } },
    });
    const { findings } = await assessed(files);
    expect(findings.map(({ cause }) => cause.id)).not.toContain("H08");
    expect(findings[0]?.cause.id).toBe("H09");
  });

  test("are decided by the union when the machines ask now the one and now the other", async () => {
    const overlapping = {
      ...files,
      "two.xml": eventXml(renewals({ ...two, prefix: "north", firstCmid: 108, machines: 18 })),
    };
    expect(await judged(countSplit, overlapping)).toMatchObject({
      sighting: { facts: { together: 26, shared: 10 } },
    });
  });
});

test("two hosts that are too few together as well are no split", async () => {
  const files = {
    "one.xml": eventXml(renewals({ ...one, machines: 9 })),
    "two.xml": eventXml(renewals({ ...two, machines: 8 })),
    "pc.xml": eventXml(refused),
  };
  expect((await judged(countSplit, files)).kind).toBe("ruledOut");
  expect((await assessed(files)).findings[0]?.cause.id).toBe("H08");
});

test("two hosts that each count enough are a design, and no fault", async () => {
  const files = {
    "one.xml": eventXml(renewals({ ...one, machines: 40, status: 1 })),
    "two.xml": eventXml(renewals({ ...two, machines: 45, status: 1 })),
    "dns.txt": both,
  };
  expect((await judged(countSplit, files)).kind).toBe("ruledOut");
});

test("a second host in DNS whose log is not there leaves it possible", async () => {
  const judgement = await judged(countSplit, {
    "one.xml": eventXml(renewals({ ...one, machines: 18 })),
    "pc.xml": eventXml(refused),
    "dns.txt": both,
  });
  expect(judgement).toMatchObject({
    kind: "seen",
    sighting: { verdict: "possible", wants: ["other-hosts"] },
  });
});

test("one host and its own /dlv, which does not say of whom it is, are one host", async () => {
  const judgement = await judged(countSplit, {
    "one.xml": eventXml(renewals({ ...one, machines: 18 })),
    "pc.xml": eventXml(refused),
    "host.txt": hostDlv({ count: 18 }),
  });
  expect(judgement.kind).not.toBe("seen");
});
