import { expect, test } from "bun:test";
import { startPostgres } from "../postgres.ts";
import { startSite } from "./site.ts";
import { faultTable } from "./table.ts";

const table = faultTable();
const IS_LONG = process.env.FAULTS_KILLS !== undefined;

test("a host that is stopped by SIGSTOP and goes on by SIGCONT has lost nothing and counts nothing twice", async () => {
  const site = await startSite({ load: { patience: 300 } });
  const times = IS_LONG ? 20 : 3;
  for (let at = 0; at < times; at++) {
    await site.serves();
    site.hosts[0]?.signal("SIGSTOP");
    await Bun.sleep(400);
    site.hosts[0]?.signal("SIGCONT");
  }
  const judged = await site.judge();
  table.add("SIGSTOP, SIGCONT of the host", site.store, times, judged);
  expect(judged.faults).toEqual([]);
}, 600_000);

for (const seats of IS_LONG ? [undefined, 50] : [50]) {
  const scarce = seats === undefined ? "" : `, ${seats} seats`;
  test(`while one of two hosts is stopped the other one serves, and both count right when it goes on${scarce}`, async () => {
    const postgres = await startPostgres();
    try {
      const site = await startSite({ postgres, hosts: 2, seats, load: { patience: 1200 } });
      const times = IS_LONG ? 5 : 1;
      for (let at = 0; at < times; at++) {
        await site.serves();
        const host = site.hosts[at % 2];
        host?.signal("SIGSTOP");
        // It may hold the lock of all that write; PostgreSQL takes it away after a few seconds.
        await site.serves(20);
        host?.signal("SIGCONT");
      }
      const judged = await site.judge();
      table.add(`SIGSTOP, SIGCONT of one of two hosts${scarce}`, site.store, times, judged);
      expect(judged.faults).toEqual([]);
      if (seats !== undefined) expect(judged.leases).toBe(seats);
    } finally {
      await postgres.stop();
    }
  }, 600_000);
}
