import { describe, expect, test } from "bun:test";
import { isHeld } from "../src/doctor/assess.ts";
import { assessed } from "./doctor/evidence.ts";
import { healthyFleet } from "./doctor/fleet.ts";

/** As many fleets as take seconds; `bun scripts/doctor-fleets.ts healthy 1 5000` tries thousands. */
const FLEETS = 60;
const SEEDS = Array.from({ length: FLEETS }, (_, at) => 7000 + at);

describe("a fleet that is well raises no alarm", () => {
  test.each(SEEDS)("of seed %d", async (seed) => {
    const { files, suffices, about } = healthyFleet(seed);
    const { verdict, findings, crashed } = await assessed(files);
    const alarms = findings.filter(isHeld).map(({ cause, sighting }) => `${cause.id} ${sighting.verdict}`);
    expect({ alarms, crashed, verdict, about }).toEqual({
      alarms: [],
      crashed: [],
      // In too little evidence there is nothing to see, which is not the same as health.
      verdict: suffices ? "healthy" : expect.stringMatching(/^(healthy|incomplete)$/),
      about,
    });
  });
});
