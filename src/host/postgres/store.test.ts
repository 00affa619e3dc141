import { describe, expect, test } from "bun:test";
import { SQL } from "bun";
import fc from "fast-check";
import { APPLICATION, admit, arrivalOf, countOf, WINDOW } from "../../../test/arrivals.ts";
import { makeDatabase } from "../../../test/postgres.ts";
import { problemOf } from "../../../test/problems.ts";
import { NOW } from "../../../test/requests.ts";
import { newId } from "../../protocol/ids.ts";
import { DAY, MINUTE } from "../../protocol/time.ts";
import type { Store } from "../store.ts";
import { counts } from "../window.ts";
import { hasPassword, showLocation } from "./location.ts";
import { openPostgresStore } from "./store.ts";

async function open(url: string, machine = "kms01"): Promise<Store> {
  const store = await openPostgresStore({ url, machine });
  await store.register({ id: APPLICATION, countWindow: WINDOW });
  return store;
}

async function change(url: string, ...statements: string[]): Promise<void> {
  await using sql = new SQL(url, { max: 1 });
  for (const statement of statements) await sql.unsafe(statement);
}

describe("several stores on one database", () => {
  test("count as one, whichever a machine asks and whenever it comes and goes", async () => {
    const visit = fc.record({
      store: fc.nat(2),
      machine: fc.nat(6),
      pause: fc.integer({ min: 0, max: 20 * 24 * 60 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(visit, { maxLength: 12 }), async (visits) => {
        const url = await makeDatabase();
        const stores = [await open(url), await open(url, "kms02"), await open(url, "kms03")];
        const cmids = Array.from({ length: 7 }, newId);
        const seen = new Map<number, number>();
        let now = NOW;
        for (const { store, machine, pause } of visits) {
          now += pause * MINUTE;
          const [decision] =
            (await stores[store]?.commit([arrivalOf(cmids[machine] ?? "")], admit(now), now)) ?? [];
          seen.set(machine, now);
          const unique = [...seen.values()].filter((each) => counts(each, now - WINDOW * MINUTE)).length;
          expect(countOf(decision)).toBe(unique);
          const leased = [...seen.values()].filter((each) => counts(each + DAY, now)).length;
          expect(await stores[machine % 3]?.leased(now)).toBe(leased);
        }
        for (const store of stores) await store.close();
      }),
      { numRuns: 8 },
    );
  });

  test("give each count once and no more leases than seats, however many ask all of them at once", async () => {
    const url = await makeDatabase();
    const stores = [await open(url), await open(url, "kms02"), await open(url, "kms03")];
    const batches = Array.from({ length: 60 }, (_, at) =>
      stores[at % 3]?.commit([newId(), newId(), newId()].map(arrivalOf), admit(NOW, 50), NOW),
    );
    const decisions = (await Promise.all(batches)).flatMap((batch) => batch ?? []);
    expect(decisions.map(countOf).sort((one, two) => one - two)).toEqual(
      Array.from({ length: 180 }, (_, at) => at + 1),
    );
    for (const store of stores) expect(await store.leased(NOW)).toBe(50);
    const [one, other] = stores;
    const rows = (await one?.events({}))?.map(({ row }) => row);
    expect(rows).toEqual(Array.from({ length: 180 }, (_, at) => at + 1));
    expect(await other?.figures(APPLICATION, NOW)).toMatchObject({ unique: 180, requests: { total: 180 } });
    for (const store of stores) await store.close();
  });

  test("seal tickets with one secret, also when all are opened at once on an empty database", async () => {
    const url = await makeDatabase();
    const stores = await Promise.all(Array.from({ length: 4 }, (_, at) => open(url, `kms0${at}`)));
    const secrets = await Promise.all(stores.map((store) => store.ticketSecret()));
    expect(new Set(secrets.map((secret) => Buffer.from(secret).toString("hex"))).size).toBe(1);
    for (const store of stores) await store.close();
  });

  test("count anew when one of them has missed what the others changed", async () => {
    const url = await makeDatabase();
    const [busy, idle] = [await open(url), await open(url, "kms02")];
    await idle.commit([arrivalOf(newId())], admit(NOW), NOW);
    for (let at = 0; at < 5; at++) await busy.commit([arrivalOf(newId())], admit(NOW), NOW);
    await change(url, "DELETE FROM count_change WHERE number < 5");
    expect(await idle.leased(NOW)).toBe(6);
    await change(url, "DELETE FROM count_change");
    const [decision] = await busy.commit([arrivalOf(newId())], admit(NOW), NOW);
    expect(countOf(decision)).toBe(7);
    const [next] = await idle.commit([arrivalOf(newId())], admit(NOW), NOW);
    expect(countOf(next)).toBe(8);
    await busy.close();
    await idle.close();
  });
});

describe("a database", () => {
  test("that a newer Muster wrote is refused and left as it is", async () => {
    const url = await makeDatabase();
    await (await open(url)).close();
    await change(url, "UPDATE muster_schema SET version = 99");
    expect((await problemOf(openPostgresStore({ url, machine: "kms01" }))).name).toBe("STORE_NEWER");
    await using sql = new SQL(url, { max: 1 });
    expect([...(await sql.unsafe("SELECT version FROM muster_schema"))]).toEqual([{ version: 99 }]);
  });

  test.each([
    ["there is none", (url: string) => url.replace(/muster_\w+$/, "nowhere"), "ACCESS_DENIED"],
    ["nobody listens", (url: string) => url.replace(/:\d+\//, ":1/"), "STORE_UNAVAILABLE"],
    ["the address has no database", (url: string) => url.replace(/\/muster_\w+$/, ""), "BAD_INPUT"],
  ])("cannot be opened when %s, in words without its password", async (_, change, name) => {
    const url = change(await makeDatabase()).replace("muster@", "muster:swordfish@");
    const problem = await problemOf(openPostgresStore({ url, machine: "kms01" }));
    expect(problem.name).toBe(name as typeof problem.name);
    expect(problem.message).not.toContain("swordfish");
  });

  test("that ends the connections between two batches is noticed by nobody", async () => {
    const url = await makeDatabase();
    const store = await open(url);
    await store.commit([arrivalOf(newId())], admit(NOW), NOW);
    const others = "datname = current_database() AND pid <> pg_backend_pid()";
    for (let times = 2; times < 5; times++) {
      await change(url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others}`);
      expect((await store.figures(APPLICATION, NOW)).unique).toBe(times - 1);
      await change(url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others}`);
      const [decision] = await store.commit([arrivalOf(newId())], admit(NOW), NOW);
      expect(countOf(decision)).toBe(times);
    }
    await store.close();
  });
});

test("an address is shown without its password", () => {
  const url = "postgres://muster:swordfish@db.corp.example:5433/muster?sslmode=require";
  expect(showLocation(url)).toBe("postgres://muster@db.corp.example:5433/muster");
  expect([hasPassword(url), hasPassword("postgres://muster@db/muster?password=x")]).toEqual([true, true]);
  expect(hasPassword("postgres://muster@db/muster")).toBe(false);
});
