import { Database } from "bun:sqlite";
import { afterAll, expect, test } from "bun:test";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { SQL } from "bun";
import { makeFolder } from "../folders.ts";
import { type PostgresServer, startPostgres } from "../postgres.ts";
import { startSite } from "./site.ts";
import { readStored, type Stored } from "./stored.ts";
import { faultTable } from "./table.ts";
import { isClean, type Verdict, verdict } from "./verdict.ts";

const table = faultTable();
let server: Promise<PostgresServer> | undefined;
afterAll(async () => (await server)?.stop());

/** What becomes of a store behind its host's back, and which figure of the verdict must tell of it. */
const DAMAGES: readonly (readonly [what: string, sql: string, figure: keyof Verdict])[] = [
  ["a machine that is gone", "DELETE FROM machine WHERE cmid = $1", "lost"],
  ["a ticket that went back", "UPDATE machine SET ticket = ticket - 1 WHERE cmid = $1", "lost"],
  [
    "a lease that ends too early",
    "UPDATE machine SET lease_expires = lease_expires - 2000 WHERE cmid = $1",
    "lost",
  ],
  ["a request that is forgotten", "UPDATE machine SET requests = 0 WHERE cmid = $1", "lost"],
  [
    "a machine that is there twice",
    `INSERT INTO machine SELECT application, 'x' || cmid, %identity% product, status, first_seen, last_seen, lease_expires,
       ticket, previous_ticket, requests, code FROM machine WHERE cmid = $1`,
    "doubled",
  ],
  [
    "an event that takes a machine for a clone",
    "INSERT INTO event (%number% time, id, cmid, machine, info) VALUES (%0% 0, 12400, $1, '', '')",
    "clones",
  ],
  ["figures that lack requests", "UPDATE received SET total = 1 WHERE $1 <> ''", "countErrors"],
];

for (const store of ["SQLite", "PostgreSQL"] as const) {
  test(`the verdict on a ${store} store is clean without a fault, and notices each kind of loss and doubling`, async () => {
    if (store === "PostgreSQL") server ??= startPostgres();
    const site = await startSite({ postgres: store === "PostgreSQL" ? await server : undefined });
    const { ledger, place } = site;
    await site.serves(200);
    const clean = await site.judge();
    expect([clean.faults, isClean(clean)]).toEqual([[], true]);
    table.add("None, to compare", store, 1, clean);

    const someone =
      ledger.askers.find(({ answers, leaseExpires }) => answers > 1 && leaseExpires > 0)?.cmid ?? "";
    const now = Date.now();
    for (const [what, sql, figure] of DAMAGES) {
      const damaged = await readDamaged(place, sql, someone);
      const judged = verdict(ledger, damaged, { now });
      expect(judged[figure], what).toBeGreaterThan(0);
      expect(judged.faults.length, what).toBeGreaterThan(0);
      expect(isClean(judged), what).toBe(false);
    }
    const { leases } = clean;
    const stored = await readStored(place);
    expect(verdict(ledger, stored, { now, seats: leases - 1 }).overSeats).toBe(1);
    expect(verdict(ledger, stored, { now, seats: leases }).overSeats).toBe(0);
    const [first, second] = ledger.told.filter(({ isFirst }) => isFirst);
    if (first && second) ledger.told.push({ ...second, count: first.count });
    expect(verdict(ledger, stored, { now }).countErrors).toBeGreaterThan(0);
  });
}

test("a row of which nothing was tried or nothing answered is refused, and a verdict without answers is not clean", () => {
  const nothing = {
    acknowledged: 0,
    lost: 0,
    doubled: 0,
    leases: 0,
    overSeats: 0,
    countErrors: 0,
    clones: 0,
    faults: [],
  };
  expect(isClean(nothing)).toBe(false);
  expect(() => table.add("Nothing", "SQLite", 1, nothing)).toThrow("0 answered");
  expect(() => table.add("Nothing", "SQLite", 0, { ...nothing, acknowledged: 1 })).toThrow("0 were tried");
});

/** What is read of a copy of a store in which a statement was run. */
async function readDamaged(place: string, sql: string, cmid: string): Promise<Stored> {
  if (!place.startsWith("postgres")) {
    const copy = join(makeFolder(), "copy.sqlite");
    copyFileSync(place, copy);
    const of = { identity: "identity,", number: "", "0": "" };
    using database = new Database(copy);
    database.query(filled(sql, of).replaceAll("$1", "?1")).run(cmid);
    return readStored(copy);
  }
  const from = new URL(place);
  const copy = `${from.pathname.slice(1)}_copy`;
  await using maker = new SQL(new URL("/postgres", from).href, { max: 1 });
  await maker.unsafe(`DROP DATABASE IF EXISTS ${copy} WITH (FORCE)`);
  await maker.unsafe(`CREATE DATABASE ${copy} TEMPLATE ${from.pathname.slice(1)}`);
  const url = new URL(`/${copy}`, from).href;
  await using damaged = new SQL(url, { max: 1 });
  await damaged.unsafe(filled(sql, { identity: "", number: "number,", "0": "0," }), [cmid]);
  return readStored(url);
}

/** What differs between the two kinds of store. */
const filled = (sql: string, parts: Readonly<Record<string, string>>) =>
  sql.replaceAll(/%(\w+)%/g, (_, name: string) => parts[name] ?? "");
