import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Finding, isHeld, ranked } from "./assess.ts";
import type { Cause, CauseId, Severity, Verdict } from "./cause.ts";

function finding(
  id: CauseId,
  verdict: Verdict = "confirmed",
  of: { severity?: Severity; explains?: CauseId[]; isConsequence?: boolean; link?: Cause["link"] } = {},
): Finding {
  const { severity = "error", explains = [], isConsequence = false, link = "dns" } = of;
  return {
    cause: { id, explains, isConsequence, link } as unknown as Cause,
    sighting: { verdict, severity, facts: {}, evidence: [], affects: [] },
  };
}

const ids = (findings: readonly Finding[]) => findings.map(({ cause }) => cause.id);

describe("The first finding is the answer:", () => {
  test("a cause comes before its symptom, even when it is less sure", () => {
    const symptom = finding("D01", "confirmed");
    const cause = finding("D09", "likely", { explains: ["D01"] });
    expect(ids(ranked([symptom, cause]))).toEqual(["D09", "D01"]);
  });

  test("a cause that is only possible explains nothing away", () => {
    const symptom = finding("D01", "confirmed");
    const guess = finding("D09", "possible", { explains: ["D01"] });
    expect(ids(ranked([guess, symptom]))).toEqual(["D01", "D09"]);
  });

  test("a mere consequence is never first when a cause is seen", () => {
    const consequence = finding("C28", "confirmed", { isConsequence: true, severity: "critical" });
    expect(ids(ranked([consequence, finding("H04", "likely")]))).toEqual(["H04", "C28"]);
  });

  test("the surest comes first, then the gravest, then the one that is earlier on the way", () => {
    expect(ids(ranked([finding("D02", "likely"), finding("D03")]))).toEqual(["D03", "D02"]);
    expect(ids(ranked([finding("D02", "confirmed", { severity: "warning" }), finding("D03")]))).toEqual([
      "D03",
      "D02",
    ]);
    expect(ids(ranked([finding("H01", "confirmed", { link: "host" }), finding("D03")]))).toEqual([
      "D03",
      "H01",
    ]);
  });

  test("what is harmless stands last", () => {
    expect(ids(ranked([finding("C21", "benign"), finding("D02", "possible")]))).toEqual(["D02", "C21"]);
  });

  test("ranking keeps every finding, and what is put forward before what is not", () => {
    const verdicts = fc.constantFrom<Verdict>("confirmed", "likely", "possible", "benign");
    fc.assert(
      fc.property(fc.array(verdicts, { maxLength: 8 }), (chosen) => {
        const findings = chosen.map((verdict, at) => finding(`D${at + 10}`, verdict));
        const order = ranked(findings);
        expect(ids(order).toSorted()).toEqual(ids(findings).toSorted());
        const lastHeld = order.findLastIndex(isHeld);
        expect(order.findIndex((each) => !isHeld(each))).toBe(
          lastHeld === order.length - 1 ? -1 : lastHeld + 1,
        );
      }),
    );
  });
});
