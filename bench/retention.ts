/**
 * What machines cost on disk: fills real stores with fleets and a year of their renewals on a virtual clock, and writes
 * what it measured into docs/capacity.md.
 *
 *   bun bench/retention.ts [--fleets 20000,100000] [--days 365] [--snapshot 1000000] [--stores sqlite,postgres]
 *                          [--results FILE] [--json] [--no-docs]
 */
import { Database } from "bun:sqlite";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SQL } from "bun";
import { type DeployedProduct, deploy } from "../src/fleet/deployment.ts";
import { fillDatabase, fillStore } from "../src/fleet/fill.ts";
import { backupHost } from "../src/host/backup/backup.ts";
import { storePath } from "../src/host/folder.ts";
import { takeStore } from "../src/host/folder-store.ts";
import { openSituation, type Situation } from "../src/host/situation.ts";
import { openSqliteStore } from "../src/host/sqlite/store.ts";
import type { Store } from "../src/host/store.ts";
import { MINUTE } from "../src/protocol/time.ts";
import { type PostgresServer, startPostgres } from "../test/postgres.ts";
import { replaceSection } from "./capacity-page.ts";
import {
  type Results,
  type RetentionFigures,
  retentionSection,
  type TableFigures,
} from "./retention-page.ts";
import { startYear, type Year } from "./year.ts";

const { values } = parseArgs({
  options: {
    fleets: { type: "string", default: "20000,100000" },
    days: { type: "string", default: "365" },
    snapshot: { type: "string", default: "1000000" },
    stores: { type: "string", default: "sqlite,postgres" },
    results: { type: "string" },
    json: { type: "boolean", default: false },
    "no-docs": { type: "boolean", default: false },
  },
});
const say = (what: string) => console.error(what);
const HOST_NAME = "kms01.corp.example";
const WEEK = 7 * 24 * 60;
/** Most fleets: a computer is used for five years. */
const REPLACED = 0.2;
/** Requests that come together in the year that is passed over quickly, and on the day that is measured. */
const [BATCH, ALONE] = [256, 1];
/** PostgreSQL's default, and what makes it write whole pages to its log. */
const CHECKPOINT_EVERY = 5 * MINUTE;
/** A virtual day takes a second, so what PostgreSQL does once a minute must be done more often. */
const HURRIED = ["autovacuum_naptime=1s", "autovacuum_vacuum_cost_delay=0", "autovacuum_max_workers=1"];

const results: Results =
  values.results !== undefined && existsSync(values.results)
    ? JSON.parse(readFileSync(values.results, "utf8"))
    : {};

for (const kind of values.stores.split(",")) {
  const fleets = values.fleets.split(",").filter(Boolean).map(Number);
  for (const machines of fleets) {
    say(`${kind}: ${machines} machines, ${values.days} days`);
    results[`${kind} ${machines}`] = await measure(kind, machines, Number(values.days));
    save();
  }
  if (Number(values.snapshot) > 0) {
    say(`${kind}: ${values.snapshot} machines, put there at once`);
    results[`${kind} ${values.snapshot} snapshot`] = await measure(kind, Number(values.snapshot), 0);
    save();
  }
}
if (!values["no-docs"]) {
  await replaceSection("retention", retentionSection(results));
  say("wrote docs/capacity.md");
}
if (values.json) console.log(JSON.stringify(results));

function save(): void {
  if (values.results !== undefined) writeFileSync(values.results, JSON.stringify(results));
}

interface Place {
  readonly folder: string;
  readonly hostFolder: string;
  readonly url: string | undefined;
  readonly server: PostgresServer | undefined;
  readonly store: Store;
  readonly situation: Situation;
}

/** A fleet that renews for so many days, or, for 0, one that is put there at once. */
async function measure(kind: string, machines: number, days: number): Promise<RetentionFigures> {
  const folder = mkdtempSync(join(tmpdir(), "muster-retention-"));
  const server = kind === "postgres" ? await startPostgres({ settings: HURRIED }) : undefined;
  const url = await server?.makeDatabase();
  const { hostFolder, products } = await deploy(folder, { hostName: HOST_NAME, now: Date.now() });
  const [product] = products;
  if (product === undefined) throw new Error("a deployment has products");
  if (days === 0 && url === undefined) fillStore(storePath(hostFolder), product, machines, Date.now());
  if (days === 0 && url !== undefined) await fillDatabase(url, product, machines, Date.now());
  // Flushed by the system when it likes: sizes are the same, and a year takes minutes.
  const own = () => openSqliteStore({ path: storePath(hostFolder), machine: HOST_NAME, durable: false });
  const store = url === undefined ? own() : await takeStore(hostFolder, url);
  const situation = (await openSituation(hostFolder, store)).current();
  const place: Place = { folder, hostFolder, url, server, store, situation };
  try {
    const passed =
      days === 0 ? { requests: 0, months: [], io: undefined } : await pass(place, product, machines, days);
    await settle(place);
    const events = await store.keepEventsWithin(Number.MAX_SAFE_INTEGER);
    const tables = await tablesOf(place);
    const backup = join(folder, "backup.tar.gz");
    return {
      kind,
      machines,
      days,
      ...passed,
      bytes: await diskOf(place),
      rows: tables.find(({ name }) => name === "machine")?.rows ?? 0,
      events: { rows: events.events, bytes: events.bytes },
      tables,
      ...(await restOf(place)),
      backup:
        url === undefined ? (await backupHost(hostFolder, backup, Date.now())).bytes : await dumpBytes(place),
    };
  } finally {
    await store.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The days of a fleet, the last of them as on a host that is not busy. */
async function pass(
  place: Place,
  product: DeployedProduct,
  machines: number,
  days: number,
): Promise<Pick<RetentionFigures, "requests" | "months" | "io">> {
  const { store, situation } = place;
  const fleet = { store, situation, product, machines, replaced: REPLACED };
  const year = startYear({ ...fleet, renewalInterval: WEEK, start: Date.now() });
  const months: number[] = [];
  let requests = 0;
  for (let day = 0; day < days; day++) {
    requests += await year.day(BATCH);
    if (day % 30 === 29) months.push(await diskOf(place));
    if (process.stderr.isTTY) process.stderr.write(`\rday ${day + 1} of ${days} `);
  }
  await settle(place);
  return { requests, months, io: await measureDay(place, year) };
}

/** What upkeep of the database itself does sooner or later. */
async function settle({ url }: Place): Promise<void> {
  if (url === undefined) return;
  // Autovacuum comes by once a second here.
  await Bun.sleep(3000);
  await query(url, "CHECKPOINT");
}

async function diskOf({ url, hostFolder }: Place): Promise<number> {
  if (url === undefined) {
    // Not the file: its newest pages may be in the log still.
    using database = new Database(storePath(hostFolder), { readonly: true });
    return pragma(database, "page_count") * pragma(database, "page_size");
  }
  const [row] = await query<{ bytes: number }>(
    url,
    "SELECT pg_database_size(current_database())::float8 AS bytes",
  );
  return row?.bytes ?? 0;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

async function tablesOf({ url, hostFolder }: Place): Promise<TableFigures[]> {
  if (url !== undefined) {
    return query<TableFigures>(
      url,
      `SELECT relname AS name, pg_total_relation_size(relid)::float8 AS bytes, n_live_tup::float8 AS rows,
         n_dead_tup::float8 AS dead, (CASE n_tup_upd WHEN 0 THEN 0 ELSE n_tup_hot_upd * 1.0 / n_tup_upd END)::float8 AS hot
       FROM pg_stat_user_tables WHERE pg_total_relation_size(relid) > 65536 ORDER BY 2 DESC`,
    );
  }
  using database = new Database(storePath(hostFolder), { readonly: true });
  const page = pragma(database, "page_size");
  return ["machine", "identity", "event"].map((name) => {
    const rows =
      database.query<{ rows: number }, []>(`SELECT count(*) AS rows FROM "${name}"`).get()?.rows ?? 0;
    return { name, bytes: pagesOf(database, name) * page, rows, dead: 0, hot: 0 };
  });
}

/** Pages of a table, its own and those of its indexes, counted by the table that SQLite makes up of its own file. */
function pagesOf(database: Database, name: string): number {
  return (
    database
      .query<{ pages: number }, [string]>(
        "SELECT count(*) AS pages FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = ?)",
      )
      .get(name)?.pages ?? 0
  );
}

function pragma(database: Database, name: string): number {
  return Number(Object.values(database.query(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);
}

/** The write-ahead log, and what is free inside the store. */
async function restOf({ url, hostFolder, server }: Place): Promise<{ wal: number; free: number }> {
  if (url !== undefined && server !== undefined) {
    const files = readdirSync(join(server.data, "pg_wal")).map((file) =>
      sizeOf(join(server.data, "pg_wal", file)),
    );
    return { wal: files.reduce((sum, bytes) => sum + bytes, 0), free: 0 };
  }
  using database = new Database(storePath(hostFolder), { readonly: true });
  const free = pragma(database, "freelist_count") * pragma(database, "page_size");
  return { wal: sizeOf(`${storePath(hostFolder)}-wal`), free };
}

/** One more day with each request in a transaction of its own, as on a host that is not busy: what that writes. */
async function measureDay(
  place: Place,
  year: Year,
): Promise<{ requests: number; log: number; written: number }> {
  const before = await logPosition(place);
  const written = writtenBytes();
  let checkpoint = 0;
  const requests = await year.day(ALONE, async (now) => {
    if (place.url === undefined || now < checkpoint + CHECKPOINT_EVERY) return;
    checkpoint = now;
    await query(place.url, "CHECKPOINT");
  });
  return { requests, log: (await logPosition(place)) - before, written: writtenBytes() - written };
}

async function logPosition({ url }: Place): Promise<number> {
  if (url === undefined) return writtenBytes();
  const [row] = await query<{ at: number }>(
    url,
    "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 AS at",
  );
  return row?.at ?? 0;
}

/** What this process has written; Linux tells. */
function writtenBytes(): number {
  const io = existsSync("/proc/self/io") ? readFileSync("/proc/self/io", "utf8") : "";
  return Number(/wchar: (\d+)/.exec(io)?.[1] ?? 0);
}

async function dumpBytes({ url = "" }: Place): Promise<number> {
  const dump = Bun.spawn(["sh", "-c", 'pg_dump "$1" | gzip | wc -c', "sh", url], {
    stdout: "pipe",
    stderr: "inherit",
  });
  return Number(await new Response(dump.stdout).text());
}

async function query<Row>(url: string, text: string): Promise<Row[]> {
  await using sql = new SQL(url, { max: 1 });
  return await sql.unsafe(text);
}
