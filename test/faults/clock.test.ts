import { expect, test } from "bun:test";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DAY } from "../../src/protocol/time.ts";
import { makeFolder } from "../folders.ts";
import { until } from "../muster.ts";
import { startPostgres } from "../postgres.ts";
import { type Site, startSite } from "./site.ts";
import { countEvents, readStored } from "./stored.ts";
import { faultTable } from "./table.ts";

const table = faultTable();
const IS_LONG = process.env.FAULTS_KILLS !== undefined;
const OFFSETS = IS_LONG ? [DAY, 0, -DAY, 0, DAY, -DAY] : [DAY, -DAY];

/** A clock of a host's own, which can be set while the host runs. */
function makeClock() {
  const file = join(makeFolder(), "clock");
  const set = (offset: number) => {
    // In one piece: between being emptied and being written, a file says that the clock is right.
    writeFileSync(`${file}.new`, `${offset < 0 ? "" : "+"}${offset / 1000}\n`);
    renameSync(`${file}.new`, file);
  };
  set(0);
  const [library = ""] = [...new Bun.Glob("*/faketime/libfaketimeMT.so.1").scanSync("/usr/lib")];
  const env = {
    LD_PRELOAD: join("/usr/lib", library),
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
  return { set, env };
}

/** Leases last 180 days, on whichever of the clocks they were granted. */
async function hasSaneLeases({ place }: Site): Promise<void> {
  const now = Date.now();
  const leases = (await readStored(place)).machines.map(({ leaseExpires }) => leaseExpires).filter(Boolean);
  expect(leases.length).toBeGreaterThan(0);
  expect(Math.min(...leases)).toBeGreaterThan(now + 177 * DAY);
  expect(Math.max(...leases)).toBeLessThan(now + 183 * DAY);
}

for (const seats of IS_LONG ? [undefined, 50] : [50]) {
  const scarce = seats === undefined ? "" : `, ${seats} seats`;
  test(`a host whose clock jumps a day refuses machines of another time, and counts right with those that follow${scarce}`, async () => {
    const clock = makeClock();
    let offset = 0;
    const load = { clock: () => Date.now() + offset };
    const site = await startSite({ host: { env: clock.env }, seats, load });
    const { ledger } = site;
    let jumps = 0;
    for (const next of OFFSETS) {
      await site.serves();
      clock.set(next);
      const skewed = () => ledger.refusals.get("CLOCK_SKEW") ?? 0;
      const before = skewed();
      await until("machines of another time are refused", () => skewed() > before + 20);
      offset = next;
      await site.serves();
      jumps++;
      await until("the host has told it", async () => (await countEvents(site.place, 12420)) === jumps);
    }
    const judged = await site.judge();
    // All that it said is there once it has ended.
    const told = site.hosts[0]?.errors().match(/The clock of this host jumped by -?\d{5,6} seconds/g);
    expect(told?.length).toBe(OFFSETS.length);
    table.add(`Clock of the host a day forward and back${scarce}`, site.store, OFFSETS.length, judged);
    expect(judged.faults).toEqual([]);
    if (seats !== undefined) expect(judged.leases).toBe(seats);
    await hasSaneLeases(site);
  }, 600_000);
}

test("while the clock of one of two hosts is wrong by a day, machines are served by the other, and both count right", async () => {
  const postgres = await startPostgres();
  try {
    const clock = makeClock();
    const site = await startSite({ postgres, hosts: 2 });
    await site.hosts[1]?.stop();
    await site.start(1, { env: clock.env });
    let jumps = 0;
    for (const next of OFFSETS) {
      clock.set(next);
      jumps++;
      await until("the host has told it", async () => (await countEvents(site.place, 12420)) === jumps);
      await site.serves();
    }
    clock.set(0);
    await site.serves();
    expect(site.ledger.refusals.get("CLOCK_SKEW")).toBeGreaterThan(0);
    const judged = await site.judge();
    table.add("Clock of one of two hosts a day forward and back", site.store, OFFSETS.length, judged);
    expect(judged.faults).toEqual([]);
    await hasSaneLeases(site);
  } finally {
    await postgres.stop();
  }
}, 600_000);
