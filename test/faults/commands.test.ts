import { Database } from "bun:sqlite";
import { afterAll, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { SQL } from "bun";
import { type Deployment, deploy } from "../../src/fleet/deployment.ts";
import { seededRandom } from "../../src/fleet/simulator/random.ts";
import { storePath } from "../../src/host/folder.ts";
import firstOfPostgres from "../../src/host/postgres/0001.sql" with { type: "text" };
import { HOST_STORE } from "../../src/host/sqlite/schema.ts";
import { DAY } from "../../src/protocol/time.ts";
import { makeFolder } from "../folders.ts";
import { type PostgresServer, startPostgres } from "../postgres.ts";
import { runKilled, runWhole } from "./command.ts";
import { startFaultHost } from "./host.ts";
import { type AskedProduct, Ledger } from "./ledger.ts";
import { startLoad } from "./load.ts";
import { killAll, signalProcess } from "./processes.ts";
import { startSite } from "./site.ts";
import { countEvents, readStored, type Stored } from "./stored.ts";
import { faultTable } from "./table.ts";
import { verdict } from "./verdict.ts";

const table = faultTable();
const TIMES = process.env.FAULTS_KILLS === undefined ? 2 : 10;
const random = seededRandom(process.env.FAULTS_SEED ?? Date.now()).next;

let server: Promise<PostgresServer> | undefined;
afterAll(async () => (await server)?.stop());

test("a backup that is killed leaves the host and the earlier backup whole, and the next one holds all that was answered", async () => {
  const site = await startSite();
  const { ledger, deployment, place } = site;
  const folder = makeFolder();
  const file = join(folder, "backup.tar.gz");
  const backup = ["host", "backup", file, "--data", deployment.hostFolder];
  await site.serves(100);
  const takes = await runWhole(backup);
  for (let at = 0; at < TIMES; at++) {
    await runKilled(backup, takes * random());
    const restored = join(folder, `restored-${at}`);
    await runWhole(["host", "restore", file, "--data", restored]);
  }
  const answered = ledger.askers.filter(({ answers }) => answers > 0).map(({ cmid }) => cmid);
  await runWhole(backup);
  expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
  const judged = await site.judge();
  table.add("SIGKILL of a backup", site.store, TIMES, judged);
  expect(judged.faults).toEqual([]);

  const target = join(folder, "restored");
  await runWhole(["host", "restore", file, "--data", target]);
  const inBackup = cmidsOf(await readStored(storePath(target)));
  const inStore = cmidsOf(await readStored(place));
  expect(answered.filter((cmid) => !inBackup.has(cmid))).toEqual([]);
  expect([...inBackup].filter((cmid) => !inStore.has(cmid))).toEqual([]);
}, 600_000);

const cmidsOf = ({ machines }: Stored) => new Set(machines.map(({ cmid }) => cmid));

test("a restore that is killed leaves the host as it was or as it is to be, and is done by running it again", async () => {
  const site = await startSite();
  const { deployment, place, ledger } = site;
  const file = join(makeFolder(), "backup.tar.gz");
  await site.serves(100);
  const first = await site.judge();
  await runWhole(["host", "backup", file, "--data", deployment.hostFolder]);
  const restore = ["host", "restore", file, "--data", deployment.hostFolder, "--force"];
  const takes = await runWhole(restore);
  for (let at = 0; at < TIMES; at++) {
    await runKilled(restore, takes * random());
    // Between two renames there is nothing in its place for a moment; what was there lies beside.
    if (!existsSync(place)) await runWhole(restore);
    const stored = await readStored(place);
    expect(verdict(ledger, stored, { now: Date.now() }).faults).toEqual([]);
  }
  await runWhole(restore);
  const beside = readdirSync(dirname(deployment.hostFolder));
  expect(beside.filter((name) => name.includes("restoring"))).toEqual([]);
  expect(beside).toContain(basename(deployment.hostFolder));
  const judged = verdict(ledger, await readStored(place), { now: Date.now() });
  table.add("SIGKILL of a restore", site.store, TIMES, judged);
  expect([first.faults, judged.faults]).toEqual([[], []]);
}, 600_000);

for (const store of ["SQLite", "PostgreSQL"] as const) {
  test(`a change of a setting that is killed is made with its event, or not made, on ${store}`, async () => {
    if (store === "PostgreSQL") server ??= startPostgres();
    const site = await startSite({ postgres: store === "PostgreSQL" ? await server : undefined });
    const change = (days: number) => [
      "host",
      "settings",
      "retention-days",
      String(days),
      "--data",
      site.deployment.hostFolder,
    ];
    await site.serves();
    const takes = await runWhole(change(100));
    let changes = 1;
    let days = 100;
    for (let at = 1; at <= TIMES; at++) {
      await runKilled(change(100 + at), takes * (0.5 + 0.5 * random()));
      const now = await settingOf(site.place);
      expect([days, 100 + at]).toContain(now);
      if (now !== days) changes++;
      days = now;
      expect(await countEvents(site.place, 12402)).toBe(changes);
    }
    const judged = await site.judge();
    table.add("SIGKILL of a change of settings", store, TIMES, judged);
    expect(judged.faults).toEqual([]);
  }, 600_000);

  test(`a host that is killed while it brings ${store} to the present schema has every machine when it is through`, async () => {
    const isShared = store === "PostgreSQL";
    if (isShared) server ??= startPostgres();
    const postgres = isShared ? await server : undefined;
    const deployment = await deploy(makeFolder(), { hostName: "kms01", now: Date.now() });
    const [product] = deployment.products;
    if (product === undefined) throw new Error("a deployment has products");
    const ledger = oldMachines(product);
    const place = postgres
      ? await fillOldDatabase(await postgres.makeDatabase(), ledger)
      : fillOldFile(deployment, ledger);
    const start = () =>
      startFaultHost({ folder: deployment.hostFolder, store: isShared ? place : undefined, onStarted });
    let after = 0;
    const onStarted = (pid: number) => {
      if (after > 0) setTimeout(() => signalProcess(pid, "SIGKILL"), after);
    };
    // Its start takes some 200 ms, the schema the middle of it.
    for (let at = 0; at < TIMES; at++) {
      after = 80 + random() * 250;
      const killed = start().catch(() => undefined);
      if (postgres && at % 2 === 1) {
        await Bun.sleep(after * random());
        await killAll(postgres);
        await postgres.start();
      }
      await (await killed)?.kill();
    }
    after = 0;
    const host = await start();
    const load = await startLoad({ ledger, urls: () => [host.url] });
    await Bun.sleep(200);
    await load.stop();
    await host.stop();
    const judged = verdict(ledger, await readStored(place), { now: Date.now() });
    table.add("SIGKILL of a host that migrates", store, TIMES, judged);
    expect(judged.faults).toEqual([]);
  }, 600_000);
}

async function settingOf(place: string): Promise<number> {
  const query = "SELECT value FROM setting WHERE name = 'retention-days'";
  if (!place.startsWith("postgres")) {
    using database = new Database(place, { readwrite: true, create: false });
    return Number(database.query<{ value: string }, []>(query).get()?.value);
  }
  await using sql = new SQL(place, { max: 1 });
  return Number((await sql.unsafe<{ value: string }[]>(query))[0]?.value);
}

const OLD_MACHINES = 3000;

/** Machines that were answered by a host of an earlier version. */
function oldMachines(product: AskedProduct): Ledger {
  const ledger = new Ledger(product);
  for (let at = 0; at < OLD_MACHINES; at++) {
    const asker = ledger.newAsker();
    Object.assign(asker, { asked: 1, answers: 1, sequence: 1, leaseExpires: Date.now() + 100 * DAY });
  }
  ledger.answered = OLD_MACHINES;
  ledger.acknowledged = OLD_MACHINES;
  return ledger;
}

/** A file as schema 3 left it. */
function fillOldFile({ hostFolder }: Deployment, { askers, product }: Ledger): string {
  const path = storePath(hostFolder);
  using database = new Database(path, { create: true });
  database.run("PRAGMA journal_mode = WAL");
  for (const migration of HOST_STORE.migrations.slice(0, 3)) database.run(migration);
  database.run("PRAGMA user_version = 3");
  database.run("INSERT INTO application (number, id, largest_required) VALUES (1, ?, 10000)", [
    product.application,
  ]);
  database.run("INSERT INTO received VALUES (1, 2, ?, 0)", [OLD_MACHINES]);
  const put = database.query(
    `INSERT INTO machine (application, cmid, product, name, fingerprint, virtual, address, status, first_seen, last_seen,
       lease_expires, ticket, previous_ticket, requests, code) VALUES (1, ?, ?, ?, ?, 0, '127.0.0.1', 2, ?, ?, ?, 1, 0, 1, '0x00000000')`,
  );
  const now = Date.now();
  database.transaction(() => {
    for (const { cmid, name, fingerprint, leaseExpires } of askers)
      put.run(cmid, product.product, name, fingerprint, now, now, leaseExpires);
  })();
  return path;
}

/** A database as schema 1 left it. */
async function fillOldDatabase(url: string, { askers, product }: Ledger): Promise<string> {
  await using sql = new SQL(url, { max: 1 });
  await sql.unsafe(
    "CREATE TABLE muster_schema (version integer NOT NULL); INSERT INTO muster_schema VALUES (1)",
  );
  await sql.unsafe(firstOfPostgres);
  await sql.unsafe("INSERT INTO application (id, largest_required) VALUES ($1, 10000)", [
    product.application,
  ]);
  await sql.unsafe("INSERT INTO received VALUES (1, 2, $1, 0)", [OLD_MACHINES]);
  const now = Date.now();
  const rows = JSON.stringify(
    askers.map(({ cmid, name, fingerprint, leaseExpires }) => ({
      cmid,
      name,
      fingerprint,
      expires: leaseExpires,
    })),
  );
  const from =
    "FROM json_to_recordset($1::text::json) AS d (cmid text, name text, fingerprint text, expires bigint)";
  await sql.unsafe(
    `INSERT INTO machine SELECT 1, cmid, $2, 2, $3, $3, expires, 1, 0, 1, '0x00000000' ${from}`,
    [rows, product.product, now],
  );
  await sql.unsafe(`INSERT INTO identity SELECT 1, cmid, name, fingerprint, false, '127.0.0.1' ${from}`, [
    rows,
  ]);
  return url;
}
