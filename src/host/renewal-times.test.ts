import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { makeMachine } from "../../test/machines.ts";
import { NOW } from "../../test/requests.ts";
import { STORES } from "../../test/stores.ts";
import { newId } from "../protocol/ids.ts";
import { DAY, MINUTE } from "../protocol/time.ts";
import type { Machine } from "./machine.ts";
import {
  intervalsInForce,
  isOverdue,
  nextRenewal,
  RENEWAL_STATES,
  type RenewalIntervals,
  type RenewalState,
} from "./renewal-times.ts";

const APPLICATION = newId();
const [WEEKLY, HOURLY] = [newId(), newId()];
const INTERVALS: RenewalIntervals = {
  usual: 7 * DAY,
  others: new Map([[HOURLY, 60 * MINUTE]]),
  unlicensed: 120 * MINUTE,
};

const machineWith = (parts: Partial<Machine>) =>
  makeMachine({ application: APPLICATION, product: WEEKLY, leaseExpires: NOW + 180 * DAY, ...parts });

describe("a machine is to ask next", () => {
  test.each([
    ["at the usual interval", {}, NOW + 7 * DAY],
    ["at that of its product", { product: HOURLY }, NOW + 60 * MINUTE],
    ["before half of its lease is over", { leaseExpires: NOW + 2 * DAY }, NOW + DAY],
    ["at the interval for those without a lease", { leaseExpires: 0 }, NOW + 120 * MINUTE],
    ["at that, too, when its lease has ended", { leaseExpires: NOW - 1 }, NOW + 120 * MINUTE],
  ])("%s", (_, parts, moment) => {
    expect(nextRenewal(machineWith(parts), INTERVALS, NOW)).toBe(moment);
  });
});

test("a machine is overdue when it is late by more than the tenth that clients spread their renewals by", () => {
  const seen = (days: number) => machineWith({ lastSeen: NOW - days * DAY });
  expect([6, 7, 7.6, 7.8, 30].map((days) => isOverdue(seen(days), INTERVALS, NOW))).toEqual([
    false,
    false,
    false,
    true,
    true,
  ]);
  expect(isOverdue({ ...seen(30), leaseExpires: NOW - 1 }, INTERVALS, NOW)).toBe(false);
});

test("a setting of the host goes before the intervals of all products, and no client waits longer than 30 days", () => {
  const product = (id: string, renewalInterval: number) => ({
    id,
    policy: { activationInterval: 120, renewalInterval },
  });
  const products = [product(WEEKLY, 10_080), product(HOURLY, 60)];
  const own = { activationInterval: undefined, renewalInterval: undefined };
  expect(intervalsInForce(own, products)).toEqual(INTERVALS);
  expect(intervalsInForce({ activationInterval: 15, renewalInterval: 90_000 }, products)).toEqual({
    usual: 30 * DAY,
    others: new Map(),
    unlicensed: 15 * MINUTE,
  });
});

/** The rule in words of its own, machine by machine. */
function statesOf(machine: Machine): RenewalState[] {
  const isLicensed = machine.leaseExpires > NOW;
  const isLate = isOverdue(machine, INTERVALS, NOW);
  const left = nextRenewal(machine, INTERVALS, NOW) - NOW;
  return [
    ...(isLicensed && !isLate && left <= DAY ? (["day"] as const) : []),
    ...(isLicensed && !isLate && left <= 7 * DAY ? (["week"] as const) : []),
    ...(isLate ? (["overdue"] as const) : []),
    ...(machine.code === "0x00000000" ? [] : (["failing"] as const)),
  ];
}

const someMachine = fc.record({
  product: fc.constantFrom(WEEKLY, HOURLY),
  lastSeen: fc.integer({ min: NOW - 10 * DAY, max: NOW }),
  leaseExpires: fc.oneof(fc.constant(0), fc.integer({ min: NOW - 10 * DAY, max: NOW + 200 * DAY })),
  code: fc.constantFrom("0x00000000", "0xC004F038"),
});

describe.each(STORES)("%s", (_, makePlace) => {
  test("counts and lists machines in each renewal state as the rule has it for one", async () => {
    const place = await makePlace();
    const drafts = fc.sample(someMachine, { numRuns: 300, seed: 7 });
    const machines = drafts.map((draft) => makeMachine({ application: APPLICATION, ...draft }));
    const register = { id: APPLICATION, countWindow: 43_200 };
    const first = await place.open();
    await first.register(register);
    await first.close();
    await place.insert(machines);
    const store = await place.open();
    await store.register(register);
    const figures = await store.renewals(INTERVALS, NOW);
    for (const state of RENEWAL_STATES) {
      const expected = machines.filter((machine) => statesOf(machine).includes(state));
      const page = await store.listMachines({
        renewal: { state, intervals: INTERVALS },
        sort: "name",
        order: "asc",
        limit: 1000,
        now: NOW,
      });
      expect([state, figures[state], page.total]).toEqual([state, expected.length, expected.length]);
      expect(page.machines.map(({ cmid }) => cmid).sort()).toEqual(expected.map(({ cmid }) => cmid).sort());
      expect(expected.length).toBeGreaterThan(5);
    }
    await store.close();
  });
});
