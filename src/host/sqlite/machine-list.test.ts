import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { makeFolder } from "../../../test/folders.ts";
import { insertMachines, makeMachine } from "../../../test/machines.ts";
import { NOW } from "../../../test/requests.ts";
import { DAY } from "../../protocol/time.ts";
import type { Machine } from "../machine.ts";
import {
  MACHINE_SORTS,
  MACHINE_STATES,
  type MachineQuery,
  machineState,
  type Place,
} from "../machine-list.ts";
import { nextRenewal, type RenewalIntervals } from "../renewal-times.ts";
import { listMachines } from "./machine-list.ts";
import { openSqliteStore } from "./store.ts";

const ONE = "11111111-1111-4111-8111-111111111111";
const OTHER = "22222222-2222-4222-8222-222222222222";
const INTERVALS: RenewalIntervals = { usual: 7 * DAY, others: new Map([[OTHER, DAY]]), unlicensed: DAY / 12 };

async function openWith(machines: readonly Machine[]) {
  const path = join(makeFolder(), "host.sqlite");
  const store = openSqliteStore({ path, machine: "kms01" });
  for (const id of [ONE, OTHER]) store.register({ id, countWindow: 43_200 });
  insertMachines(path, machines);
  return { store, database: new Database(path, { strict: true }) };
}

/** All pages of a query, one after the other. */
async function leaf(database: Database, query: Omit<MachineQuery, "after">, slice: number) {
  const machines: Machine[] = [];
  let after: Place | undefined;
  let total: number | undefined;
  do {
    const page = await listMachines(database, { ...query, after }, slice);
    expect(page.machines.length).toBeLessThanOrEqual(query.limit);
    machines.push(...page.machines);
    total ??= page.total;
    after = page.next;
  } while (after);
  return { machines, total };
}

const some = <T>(...values: T[]) => fc.constantFrom(...values);
const machine = fc.record({
  application: some(ONE, OTHER),
  cmid: fc.uuid(),
  name: some("pc-1", "PC-1", "pc-2", "ü-1", "Ü-1", "_", "%", "🖥-1", "\uFF5E-1", "pc\\1"),
  address: some("10.0.0.1", "10.0.0.12", "::1"),
  product: some(ONE, OTHER),
  status: some<Machine["status"]>(1, 2),
  firstSeen: some(NOW, NOW + 1),
  lastSeen: some(NOW, NOW + 1, NOW + 2),
  leaseExpires: some(0, NOW - 1, NOW, NOW + 1, NOW + DAY + 1, NOW + 180 * DAY),
  requests: some(1, 2),
});

/** What a listing must give, said in another way: everything at once, in memory. */
function expected(machines: readonly Machine[], query: Omit<MachineQuery, "after">): string[] {
  const { search = "", state, application, product, sort, order, now } = query;
  const fold = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const bytes = (text: string) => Buffer.from(text).toString("hex");
  const key = (each: Machine) => {
    const value = sort === "nextRenewal" ? nextRenewal(each, INTERVALS, now) : each[sort];
    const shown = sort === "name" ? bytes(fold(each.name)) : String(value).padStart(20, "0");
    return [
      typeof value === "number" || sort === "name" ? shown : bytes(String(value)),
      each.application,
      each.cmid,
    ];
  };
  const sorted = machines
    .filter((each) => [each.name, each.cmid, each.address].some((text) => fold(text).includes(fold(search))))
    .filter((each) => state === undefined || machineState(each, now) === state)
    .filter((each) => application === undefined || each.application === application)
    .filter((each) => product === undefined || each.product === product)
    .map((each) => ({ key: key(each).join("\u0000"), id: `${each.application} ${each.cmid}` }))
    .sort((one, two) => (one.key < two.key ? -1 : 1));
  return (order === "asc" ? sorted : sorted.reverse()).map(({ id }) => id);
}

describe("a listing", () => {
  test("gives every machine that matches once, in order, whatever the page, the slice and the filters", async () => {
    const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
    const query = fc.record({
      search: optional(some("pc-1", "PC", "%", "_", "\\", "10.0.0.1", "ü", "0")),
      state: optional(some(...MACHINE_STATES)),
      application: optional(some(ONE, OTHER)),
      product: optional(some(ONE, OTHER)),
      sort: some(...MACHINE_SORTS),
      order: some("asc" as const, "desc" as const),
      limit: fc.integer({ min: 1, max: 20 }),
      now: fc.constant(NOW),
      renewal: fc.constant({ intervals: INTERVALS }),
    });
    const machines = fc.uniqueArray(machine, { selector: ({ cmid }) => cmid, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        machines,
        fc.array(query, { minLength: 1, maxLength: 8 }),
        some(1, 3, 2000),
        async (drawn, queries, slice) => {
          const stored = drawn.map((each) => makeMachine(each));
          const { store, database } = await openWith(stored);
          for (const each of queries) {
            const found = await leaf(database, each, slice);
            const ids = expected(stored, each);
            expect(found.machines.map(({ application, cmid }) => `${application} ${cmid}`)).toEqual(ids);
            expect(found.total).toBe(ids.length);
          }
          database.close();
          await store.close();
        },
      ),
      { numRuns: 40 },
    );
  });
});
