import { describe, expect, test } from "bun:test";
import { isHeld } from "../src/doctor/assess.ts";
import { BREAKS, brokenFleet } from "./doctor/breaks.ts";
import { assessed } from "./doctor/evidence.ts";

/** Fleets for each fault; `bun scripts/doctor-fleets.ts broken 1 100` tries more. */
const SEEDS = [8001, 8002];

describe.each(BREAKS)("it is found that $name", (fault) => {
  test.each(SEEDS)("in the fleet of seed %d", async (seed) => {
    const { files, about } = brokenFleet(fault, seed);
    const { verdict, findings, crashed } = await assessed(files);
    const [first] = findings.filter(isHeld);
    expect({ first: first?.cause.id, verdict, crashed, about }).toEqual({
      first: expect.stringMatching(new RegExp(`^(${fault.first.join("|")})$`)),
      verdict: fault.verdict,
      crashed: [],
      about,
    });
  });
});
