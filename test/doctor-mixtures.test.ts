import { expect, test } from "bun:test";
import { BREAKS, brokenFleet } from "./doctor/breaks.ts";
import { assessed, type Files } from "./doctor/evidence.ts";
import { mixed } from "./doctor/fleet/mix.ts";
import { randomOf } from "./doctor/fleet/random.ts";
import { healthyFleet } from "./doctor/fleet.ts";

const ROUNDS = 40;

test("no mixture of evidence, however damaged, breaks the doctor or one of its causes", async () => {
  for (let seed = 0; seed < ROUNDS; seed++) {
    const random = randomOf(seed);
    const files = mixed(random, [...broken(seed), healthyFleet(seed, { clients: 40 }).files]);
    const { crashed, verdict } = await assessed(files);
    expect({ seed, crashed: crashed.map(({ cause, error }) => `${cause.id} ${error}`) }).toEqual({
      seed,
      crashed: [],
    });
    expect(["healthy", "degraded", "failing", "incomplete"]).toContain(verdict);
  }
}, 300_000);

function broken(seed: number): Files[] {
  const random = randomOf(seed + 1);
  return [random.pick(BREAKS), random.pick(BREAKS)].map((fault) => brokenFleet(fault, seed).files);
}
