import { isHeld } from "../src/doctor/assess.ts";
import { BREAKS, brokenFleet } from "../test/doctor/breaks.ts";
import { assessed, type Files } from "../test/doctor/evidence.ts";
import { healthyFleet } from "../test/doctor/fleet.ts";

// Judges thousands of made-up fleets: `bun scripts/doctor-fleets.ts healthy|broken FIRST_SEED LAST_SEED`.
const [kind = "healthy", from = "1", until = "1000"] = process.argv.slice(2);
const seeds = Array.from({ length: Number(until) - Number(from) + 1 }, (_, at) => Number(from) + at);

/** The verdict, and the ids of what is put forward, surest first. */
async function told(files: Files): Promise<{ verdict: string; first: string; all: string }> {
  const { verdict, findings, crashed } = await assessed(files);
  const held = findings.filter(isHeld).map(({ cause, sighting }) => `${cause.id}:${sighting.verdict}`);
  const broken = crashed.map(({ cause, error }) => `${cause.id} CRASHED ${error}`);
  return { verdict, first: findings.find(isHeld)?.cause.id ?? "", all: [...broken, ...held].join(" ") };
}

if (kind === "healthy") {
  let alarms = 0;
  for (const seed of seeds) {
    const { files, suffices, about } = healthyFleet(seed);
    const { verdict, all } = await told(files);
    if (all === "" && (verdict === "healthy" || (!suffices && verdict === "incomplete"))) continue;
    alarms++;
    console.log(`${verdict} ${all}\n    ${about}`);
  }
  console.log(`${seeds.length} healthy fleets, ${alarms} judged wrongly`);
} else {
  for (const fault of BREAKS) {
    const wrong: string[] = [];
    for (const seed of seeds) {
      const { verdict, first, all } = await told(brokenFleet(fault, seed).files);
      if (verdict !== fault.verdict || !fault.first.some((id) => id === first)) {
        wrong.push(`    seed ${seed}: ${verdict} ${all}`);
      }
    }
    console.log(`${seeds.length - wrong.length} of ${seeds.length}: ${fault.name}`);
    for (const line of wrong.slice(0, 5)) console.log(line);
  }
}
