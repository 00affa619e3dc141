import { seededRandom } from "../../src/fleet/simulator/random.ts";
import type { PostgresServer } from "../postgres.ts";
import { killAll, signalProcess, stopImmediately } from "./processes.ts";
import { type Site, type SiteOptions, startSite } from "./site.ts";
import { isClean, type Verdict } from "./verdict.ts";

/** What was judged after so many kills. */
export interface Judged {
  readonly kills: number;
  readonly verdict: Verdict;
}

/** What is killed. */
export type Victim = "host" | "database" | "all" | "database, immediate";

/** A row of kills. */
export interface KillOptions extends SiteOptions {
  readonly victim: Victim;
  readonly kills: number;
  readonly seed: string;
  /** Told after each kill. */
  readonly onKill?: () => void;
}

/** Kills of one site; then it is judged, and the next one is made. Few enough that counts are told uncapped. */
const KILLS_OF_A_SITE = 50;

/**
 * Kills at moments that a seed determines, starts again what was killed, and goes on; some hosts are killed while they
 * start. Gives what was judged of each site.
 */
export async function kill({ victim, kills, seed, onKill, ...options }: KillOptions): Promise<Judged[]> {
  const verdicts: Judged[] = [];
  for (let left = kills; left > 0; left -= KILLS_OF_A_SITE) {
    const random = seededRandom(`${seed}/${left}`).next;
    const site = await startSite({ ...options, load: { random, ...options.load } });
    const now = Math.min(left, KILLS_OF_A_SITE);
    for (let at = 0; at < now; at++) {
      await site.serves(5);
      await Bun.sleep(random() * 150);
      await killOnce(site, victim, options.postgres, random);
      onKill?.();
    }
    const judged = await site.judge();
    if (!isClean(judged)) console.error(`With the seed ${seed}/${left}: ${judged.faults.join("; ")}.`);
    verdicts.push({ kills: now, verdict: judged });
  }
  return verdicts;
}

async function killOnce(
  site: Site,
  victim: Victim,
  postgres: PostgresServer | undefined,
  random: () => number,
): Promise<void> {
  if (victim === "host") {
    const at = Math.floor(random() * site.hosts.length);
    await site.hosts[at]?.kill();
    await startAgain(site, at, random);
    return;
  }
  if (postgres === undefined) throw new Error("There is no database to kill.");
  if (victim === "database, immediate") await stopImmediately(postgres);
  else if (victim === "database") await killAll(postgres);
  else await Promise.all([killAll(postgres), ...site.hosts.map((host) => host.kill())]);
  await postgres.start();
  if (victim === "all") for (const at of site.hosts.keys()) await startAgain(site, at, random);
}

/** Every fourth start is itself killed once, at any moment of it. */
async function startAgain(site: Site, at: number, random: () => number): Promise<void> {
  if (random() < 0.25) {
    let killing: ReturnType<typeof setTimeout> | undefined;
    const late = random() * 200;
    const onStarted = (pid: number) => {
      killing = setTimeout(() => signalProcess(pid, "SIGKILL"), late);
    };
    const host = await site.start(at, { onStarted }).catch(() => undefined);
    clearTimeout(killing);
    await host?.kill();
  }
  await site.start(at);
}
