import { afterAll, expect, test } from "bun:test";
import { cpSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../../src/fleet/simulator/random.ts";
import { storePath, tokenPath } from "../../src/host/folder.ts";
import { makeFolder } from "../folders.ts";
import { type PostgresServer, programPath, startPostgres } from "../postgres.ts";
import { startFaultHost } from "./host.ts";
import { killAll } from "./processes.ts";
import { type Site, startSite } from "./site.ts";
import { countEvents, readStored } from "./stored.ts";
import { faultTable } from "./table.ts";
import { type Verdict, verdict } from "./verdict.ts";

const table = faultTable();
const IS_LONG = process.env.FAULTS_KILLS !== undefined;
const random = seededRandom(process.env.FAULTS_SEED ?? Date.now()).next;
const below = (limit: number) => Math.floor(random() * limit);
const noise = (bytes: number) => Buffer.from(Array.from({ length: bytes }, () => below(256)));

const HEADER = 32;
const FRAME = 24 + 1024;

/** A host that was killed under load: its folder, with a log that was not copied to the store's file. */
async function killedHost(): Promise<Site> {
  const site = await startSite();
  await site.serves(150);
  await site.hosts[0]?.kill();
  await site.load.stop(false);
  return site;
}

/** A copy of a host's folder whose log is damaged, as `damage` does. What the log's index was in memory is gone. */
function copyOf({ deployment }: Site, damage: (log: string) => void): string {
  const folder = join(makeFolder(), "host");
  cpSync(deployment.hostFolder, folder, { recursive: true });
  rmSync(`${storePath(folder)}-shm`);
  damage(`${storePath(folder)}-wal`);
  return folder;
}

/** Where the transactions in a log end, by the mark that the last frame of each bears. */
function endsOf(log: string): number[] {
  const bytes = readFileSync(log);
  const salts = bytes.subarray(16, 24);
  const ends: number[] = [];
  for (let at = HEADER; at + FRAME <= bytes.length; at += FRAME) {
    if (!salts.equals(bytes.subarray(at + 8, at + 16))) break;
    if (bytes.readUInt32BE(at + 4) !== 0) ends.push(at + FRAME);
  }
  return ends;
}

/** The end of the first transaction with which all is there that was answered: what lies behind it may be torn. */
async function answeredUntil(site: Site, ends: readonly number[]): Promise<number> {
  let [few, enough] = [0, ends.length - 1];
  while (few < enough) {
    const middle = (few + enough) >> 1;
    const folder = copyOf(site, (log) => truncateSync(log, ends[middle]));
    const { lost } = verdict(site.ledger, await readStored(storePath(folder)), { now: Date.now() });
    if (lost > 0) few = middle + 1;
    else enough = middle;
  }
  return ends[enough] ?? 0;
}

/** Starts the host on a folder, and judges; what it says on the way comes too. */
async function startOn(
  folder: string,
  site: Site,
): Promise<{ judged: Verdict; said: string; machines: number }> {
  const host = await startFaultHost({ folder, args: ["--admin-port", "0"] });
  const authorization = `Bearer ${readFileSync(tokenPath(folder), "utf8").trim()}`;
  const status = await fetch(`${host.admin}/v1/status`, { headers: { authorization } });
  const told = await status.json();
  await host.stop();
  const stored = await readStored(storePath(folder));
  // It counts what it stores, whatever it has lost.
  expect(told).toMatchObject({ applications: [{ unique: stored.machines.length }] });
  const judged = verdict(site.ledger, stored, { now: Date.now() });
  return { judged, said: host.errors(), machines: stored.machines.length };
}

const TAILS: readonly (readonly [what: string, tear: (log: string, answered: number) => void])[] = [
  ["cut at the last answer", (log, answered) => truncateSync(log, answered)],
  [
    "cut behind it",
    (log, answered) => truncateSync(log, answered + below(statSync(log).size - answered + 1)),
  ],
  ["noise behind it", (log, answered) => replaceFrom(log, answered, noise(100 + below(5 * FRAME)))],
  ["zeros behind it", (log, answered) => replaceFrom(log, answered, Buffer.alloc(1 + below(5 * FRAME)))],
  [
    "half of a transaction behind it",
    (log, answered) => {
      const bytes = readFileSync(log);
      const some = Buffer.from(bytes.subarray(HEADER, HEADER + FRAME * 3 + below(FRAME)));
      for (let at = 0; at + FRAME <= some.length; at += FRAME) some.writeUInt32BE(0, at + 4);
      replaceFrom(log, answered, some);
    },
  ],
];

function replaceFrom(log: string, at: number, bytes: Buffer): void {
  writeFileSync(log, Buffer.concat([readFileSync(log).subarray(0, at), bytes]));
}

test("a log of SQLite that a power cut tears behind the last answer loses nothing, and the host starts as ever", async () => {
  for (let round = 0; round < (IS_LONG ? 5 : 1); round++) {
    const site = await killedHost();
    const ends = endsOf(`${site.place}-wal`);
    const answered = await answeredUntil(site, ends);
    const verdicts: Verdict[] = [];
    for (const [what, tear] of TAILS) {
      const folder = copyOf(site, (log) => tear(log, answered));
      const { judged, said } = await startOn(folder, site);
      expect([what, judged.faults, said.includes("damaged")]).toEqual([what, [], false]);
      expect(await countEvents(storePath(folder), 12421)).toBe(0);
      verdicts.push(judged);
    }
    // The same answers each time: they are counted once.
    const [judged] = verdicts;
    if (judged) table.add("Torn tail of the log", "SQLite", verdicts.length, judged);
  }
}, 600_000);

test("a log of SQLite that is damaged before the last answers is not passed over: the host says what is lost, and counts what is left", async () => {
  const site = await killedHost();
  const ends = endsOf(`${site.place}-wal`);
  for (let times = 0; times < (IS_LONG ? 20 : 2); times++) {
    const at = times === 0 ? below(HEADER - 8) : below((ends.at(-4) ?? 0) - HEADER) + HEADER;
    const folder = copyOf(site, (log) => {
      const bytes = readFileSync(log);
      const length = 1 + below(64);
      for (let each = at; each < at + length; each++) bytes[each] = (bytes[each] ?? 0) ^ (1 + below(255));
      writeFileSync(log, bytes);
    });
    const { said } = await startOn(folder, site);
    expect(said).toMatch(
      /The store's log was damaged on its disk at byte \d+: the \d+ transactions behind it are lost/,
    );
    expect(await countEvents(storePath(folder), 12421)).toBe(1);
    const again = await startOn(folder, site);
    expect(again.said).not.toContain("damaged");
  }
}, 600_000);

let server: PostgresServer | undefined;
afterAll(() => server?.stop());

const SEGMENT = 1024 * 1024;
const PAGE = 8192;
/** In bytes: the head of each page of a log, and that of the first page of a segment. */
const [PAGE_HEAD, SEGMENT_HEAD] = [24, 40];
const RECORD = /len \(rec\/tot\): *\d+\/ *(\d+),.* lsn: ([0-9A-F]+)\/([0-9A-F]+),/g;

/** Where the log of a database ends that was killed: its file, and the first byte behind the last record. */
function endOfLog({ data }: PostgresServer): { file: string; at: number } {
  const folder = join(data, "pg_wal");
  const control = Bun.spawnSync([programPath("pg_controldata"), data]).stdout.toString();
  const [, from = ""] = /REDO location: +(\S+)/.exec(control) ?? [];
  const dump = Bun.spawnSync([programPath("pg_waldump"), "-p", folder, "-s", from]).stdout.toString();
  const [, length = "0", high = "0", low = "0"] = [...dump.matchAll(RECORD)].at(-1) ?? [];
  const end = endOfRecord(Number.parseInt(low, 16), Number(length));
  const name = [1, Number.parseInt(high, 16), Math.floor((end - 1) / SEGMENT)].map((part) =>
    part.toString(16).padStart(8, "0"),
  );
  return {
    file: join(folder, name.join("").toUpperCase()),
    at: end - Math.floor((end - 1) / SEGMENT) * SEGMENT,
  };
}

/** The first byte behind a record of this length: pages have heads, which records go around, and the next one begins at a multiple of 8. */
function endOfRecord(start: number, length: number): number {
  let at = start;
  for (let left = length; ; ) {
    const room = PAGE - (at % PAGE);
    if (left <= room) return Math.ceil((at + left) / 8) * 8;
    left -= room;
    at += room;
    at += at % SEGMENT === 0 ? SEGMENT_HEAD : PAGE_HEAD;
  }
}

test("a log of PostgreSQL that a power cut tears behind the last answer loses nothing", async () => {
  server = await startPostgres({ initdb: ["--wal-segsize=1"] });
  const site = await startSite({ postgres: server, hosts: 2 });
  const times = IS_LONG ? 10 : 1;
  for (let at = 0; at < times; at++) {
    await site.serves(100);
    await killAll(server);
    const end = endOfLog(server);
    const bytes = readFileSync(end.file);
    noise(Math.min(20_000, bytes.length - end.at)).copy(bytes, end.at);
    writeFileSync(end.file, bytes);
    await server.start();
  }
  const judged = await site.judge();
  table.add("Torn tail of the log", "PostgreSQL", times, judged);
  expect(judged.faults).toEqual([]);
}, 600_000);
