import { expect, test } from "bun:test";
import { join } from "node:path";
import { muster, until } from "../muster.ts";
import { startPostgres } from "../postgres.ts";
import { makeDisk } from "./disk.ts";
import { isRunning, killAll } from "./processes.ts";
import { type Site, startSite } from "./site.ts";
import { countEvents } from "./stored.ts";
import { faultTable } from "./table.ts";

const table = faultTable();
const TIMES = process.env.FAULTS_KILLS === undefined ? 1 : 5;

/** Waits until machines are refused because the store is away, and no answer comes any more. */
async function isRefused({ ledger }: Site): Promise<void> {
  const before = ledger.refusals.get("STORE_UNAVAILABLE") ?? 0;
  await until("machines are refused", () => (ledger.refusals.get("STORE_UNAVAILABLE") ?? 0) > before + 20);
}

test("a host whose disk is full refuses with 503, says so once, and goes on by itself when there is room", async () => {
  const disk = makeDisk(48);
  const site = await startSite({ folder: join(disk.folder, "site"), load: { newShare: 0.8 } });
  for (let times = 0; times < TIMES; times++) {
    await site.serves();
    disk.fill();
    await isRefused(site);
    disk.free();
    await site.serves();
    await until(
      "the host has told how long",
      async () => (await countEvents(site.place, 12409)) === times + 1,
    );
  }
  const judged = await site.judge();
  // All that it said is there once it has ended.
  const told = site.hosts[0]?.errors().match(/cannot write to its store/g);
  expect(told?.length).toBe(TIMES);
  table.add("Disk full", site.store, TIMES, judged);
  expect(judged.faults).toEqual([]);
}, 600_000);

test("50 seats for 400 machines are kept on a disk that is full again and again", async () => {
  const disk = makeDisk(48);
  const site = await startSite({ folder: join(disk.folder, "site"), seats: 50 });
  for (let times = 0; times < TIMES; times++) {
    await site.serves(20);
    disk.fill();
    await isRefused(site);
    disk.free();
  }
  await site.serves(20);
  const judged = await site.judge();
  table.add("Disk full, 50 seats", site.store, TIMES, judged);
  expect([judged.faults, judged.leases]).toEqual([[], 50]);
}, 600_000);

test("a host whose disk fails and becomes read-only refuses with 503, and has everything when it is started on the repaired disk", async () => {
  const disk = makeDisk(48);
  const site = await startSite({ folder: join(disk.folder, "site") });
  for (let times = 0; times < TIMES; times++) {
    await site.serves();
    disk.fail();
    await isRefused(site);
    expect(await site.hosts[0]?.stop()).toBe(0);
    disk.repair();
    await site.start(0);
  }
  await site.serves();
  const judged = await site.judge();
  table.add("Disk fails, read-only", site.store, TIMES, judged);
  expect(judged.faults).toEqual([]);

  // Its log is left behind: SQLite alone would open the file, and only read it.
  await (await site.start(0)).kill();
  for (const make of [() => disk.setReadOnly(true), () => disk.fail()]) {
    make();
    const refused = await muster(...run(site));
    expect(refused.exit).toBe(2);
    expect(refused.err).toMatch(/^muster: The store .* cannot be opened for writing; .*read-only.*\n$/);
  }
}, 600_000);

test("on a full disk a host that is started, and a backup, say that there is no room", async () => {
  const disk = makeDisk(48);
  const site = await startSite({ folder: join(disk.folder, "site") });
  await site.serves();
  await site.judge();
  disk.fill();
  const started = await muster(...run(site));
  expect([started.exit, started.err]).toEqual([1, expect.stringMatching(/ make room on its disk, .*\n$/)]);
  const file = join(disk.folder, "backup.tar.gz");
  const backup = await muster("host", "backup", file, "--data", site.deployment.hostFolder);
  expect([backup.exit, backup.err]).toEqual([2, expect.stringMatching(/ENOSPC.*give a place with room/)]);
  disk.free();
  expect((await muster("host", "backup", file, "--data", site.deployment.hostFolder)).exit).toBe(0);
}, 600_000);

const run = ({ deployment }: Site) =>
  ["host", "run", "--data", deployment.hostFolder, "--port", "0", "--no-dns", "--no-admin"] as const;

/** A server with little room, which writes to the disk what it says it has written. */
async function startSmallPostgres(place: string) {
  const settings = ["fsync=on", "min_wal_size=2MB", "max_wal_size=4MB", "shared_buffers=4MB"];
  const postgres = await startPostgres({ place, initdb: ["--wal-segsize=1"], settings });
  return { ...postgres, [Symbol.asyncDispose]: () => postgres.stop() };
}

test("hosts whose database has a full disk refuse with 503, and go on when there is room and it runs", async () => {
  const disk = makeDisk(96);
  await using postgres = await startSmallPostgres(disk.folder);
  const site = await startSite({ postgres, hosts: 2, load: { newShare: 0.8 } });
  for (let times = 0; times < TIMES; times++) {
    await site.serves();
    disk.fill();
    await isRefused(site);
    disk.free();
    // Where there is no room for its log it ends itself.
    if (!isRunning(postgres)) await postgres.start();
    await site.serves();
  }
  const judged = await site.judge();
  table.add("Disk of PostgreSQL full", site.store, TIMES, judged);
  expect(judged.faults).toEqual([]);
}, 600_000);

test("hosts whose database has a disk that fails and becomes read-only go on when it is repaired and the database started", async () => {
  const disk = makeDisk(96);
  await using postgres = await startSmallPostgres(disk.folder);
  const site = await startSite({ postgres, hosts: 2 });
  for (let times = 0; times < TIMES; times++) {
    await site.serves();
    disk.flush();
    await site.serves();
    disk.fail();
    await isRefused(site);
    await killAll(postgres);
    disk.repair();
    await postgres.start();
    await site.serves();
  }
  const judged = await site.judge();
  table.add("Disk of PostgreSQL fails, read-only", site.store, TIMES, judged);
  expect(judged.faults).toEqual([]);
}, 600_000);
