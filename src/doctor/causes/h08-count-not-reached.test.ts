import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  ato,
  clientDlv,
  cmid,
  DAY,
  eventXml,
  exchange,
  HOUR,
  handled,
  hostDlv,
  NOON,
  PRODUCTS,
  renewals,
} from "../../../test/doctor/texts.ts";
import { countNotReached } from "./h08-count-not-reached.ts";

const servers = renewals({
  machines: 8,
  prefix: "srv",
  from: NOON - 40 * DAY,
  until: NOON,
  product: PRODUCTS.server2022,
  required: 5,
});
const waiting = [0, 1, 2].flatMap((pc) =>
  [0, 2, 4].map((hours) =>
    handled({
      time: NOON - DAY + hours * HOUR,
      name: `new${pc}.corp.example`,
      cmid: cmid(pc + 1),
      status: 5,
    }),
  ),
);
const own = [0, 2, 4].flatMap((hours) =>
  exchange({
    computer: "new0.corp.example",
    time: NOON - DAY + hours * HOUR,
    answer: { activated: false, count: 11 },
  }),
);

describe("three clients beside eight servers", () => {
  test("are too few, when names and CMIDs are as few as the count says", async () => {
    const files = {
      "kms.xml": eventXml([...servers, ...waiting]),
      "pc.xml": eventXml(own),
      "host.txt": hostDlv({ count: 11 }),
    };
    expect(await judged(countNotReached, files)).toMatchObject({
      kind: "seen",
      sighting: {
        verdict: "confirmed",
        severity: "error",
        facts: { required: 25, count: 11, cmids: 11, names: 11, missing: 14 },
      },
    });
    const { findings, verdict } = await assessed(files);
    expect(findings[0]?.cause.id).toBe("H08");
    expect(verdict).toBe("failing");
  });

  test("are named in one form each, though the host knows them by several and gave evidence of one only", async () => {
    const bare = [0, 1].map((pc) =>
      handled({ time: NOON - HOUR, name: `NEW${pc}`, cmid: cmid(pc + 1), status: 5 }),
    );
    const files = {
      "kms.xml": eventXml([...servers, ...waiting, ...bare]),
      "host.txt": hostDlv({ count: 11 }),
    };
    const clientsIn = async (all: Record<string, string>) => {
      const judgement = await judged(countNotReached, all);
      const { facts, affects } = judgement.kind === "seen" ? judgement.sighting : { facts: {}, affects: [] };
      expect((facts as { clients: string[] }).clients).toEqual([...affects]);
      return affects.toSorted();
    };
    expect(await clientsIn(files)).toEqual([0, 1, 2].map((pc) => `new${pc}.corp.example`));
    // The machine whose own log is there goes by its bare name.
    expect(await clientsIn({ ...files, "pc.xml": eventXml(own) })).toEqual(["new0", "new1", "new2"]);
  });

  test("are told from the host's log alone, by asking again and again unlicensed", async () => {
    const judgement = await judged(countNotReached, { "kms.xml": eventXml([...servers, ...waiting]) });
    expect(judgement).toMatchObject({ kind: "seen", sighting: { severity: "error" } });
  });
});

test("the refusal alone may be a split count or clones, and asks for the host's side", async () => {
  const judgement = await judged(countNotReached, {
    "pc.txt": `${ato(0xc004f038)}${clientDlv({ status: "Notification" })}`,
    "pc.xml": eventXml(own),
  });
  expect(judgement).toMatchObject({ kind: "seen", sighting: { verdict: "possible" } });
  expect(judgement.kind === "seen" && judgement.sighting.wants).toContain("host-log");
});

test("thirty names under five CMIDs are not too few machines", async () => {
  const clones = Array.from({ length: 30 }, (_, pc) =>
    [0, 2, 4].map((hours) =>
      handled({
        time: NOON - DAY + hours * HOUR,
        name: `pc${pc}.corp.example`,
        cmid: cmid(1 + (pc % 5)),
        status: 5,
      }),
    ),
  ).flat();
  const files = { "kms.xml": eventXml(clones), "host.txt": hostDlv({ count: 5 }), "pc.xml": eventXml(own) };
  expect(await judged(countNotReached, files)).toMatchObject({ kind: "ruledOut" });
  expect((await assessed(files)).findings[0]?.cause.id).toBe("H10");
});

test("a client that is activated with the count it needs rules it out", async () => {
  const files = {
    "pc.xml": eventXml(
      exchange({ computer: "pc1.corp.example", time: NOON, answer: { activated: true, count: 50 } }),
    ),
  };
  expect(await judged(countNotReached, files)).toMatchObject({ kind: "ruledOut" });
});

test("Office has a count of its own: fifty of Windows do not help three of Office", async () => {
  const office = [0, 1, 2].flatMap((pc) =>
    [0, 2, 4].map((hours) =>
      handled({
        time: NOON - DAY + hours * HOUR,
        name: `pc${pc}.corp.example`,
        cmid: cmid(900 + pc),
        status: 5,
        product: PRODUCTS.office2024,
        required: 5,
      }),
    ),
  );
  const log = eventXml([...renewals({ machines: 60, from: NOON - 40 * DAY, until: NOON }), ...office]);
  expect(await judged(countNotReached, { "kms.xml": log })).toMatchObject({
    kind: "seen",
    sighting: { facts: { pool: "Office LTSC 2024", required: 5, cmids: 3 } },
  });
});

test("a healthy log shorter than a renewal accuses nobody of asking twice", async () => {
  const log = eventXml([
    ...renewals({ machines: 9, from: NOON - DAY, until: NOON, every: 2 * DAY }),
    handled({ time: NOON - 3 * HOUR, name: "new.corp.example", status: 5 }),
    handled({ time: NOON - HOUR, name: "new.corp.example", status: 5 }),
  ]);
  expect((await judged(countNotReached, { "kms.xml": log })).kind).toBe("notEvaluated");
});
