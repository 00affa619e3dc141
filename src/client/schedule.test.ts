import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { NOW } from "../../test/requests.ts";
import { DAY, MINUTE } from "../protocol/time.ts";
import { dueAt, nextAttempt, type Prospects } from "./schedule.ts";

const HOUR = 60 * MINUTE;
const prospects = (change: Partial<Prospects> = {}): Prospects => ({
  attempted: NOW,
  renewed: false,
  leaseExpires: undefined,
  activationInterval: 120,
  renewalInterval: 10_080,
  retryAfter: undefined,
  ...change,
});
/** The chance that lets a retry come at its interval, and the one that lets a renewal come as late as it may. */
const middle = () => 0.5;
const latest = () => 1;

describe("the next attempt comes", () => {
  test.each<[string, Partial<Prospects>, number]>([
    ["after two hours when no host answered", {}, 2 * HOUR],
    [
      "after two hours when a renewal failed and a lease remains",
      { leaseExpires: NOW + 100 * DAY },
      2 * HOUR,
    ],
    ["after seven days when a lease came", { renewed: true, leaseExpires: NOW + 180 * DAY }, 7 * DAY],
    [
      "at half of a lease that is shorter than the renewal interval",
      { renewed: true, leaseExpires: NOW + 2 * HOUR },
      HOUR,
    ],
    ["when a host that is busy asked for it", { retryAfter: 3 * 3600 }, 3 * HOUR],
    ["no earlier than its own interval, whatever a host asks", { retryAfter: 5 }, 2 * HOUR],
    ["within four hours, whatever a host that gave nothing asks", { retryAfter: 1e9 }, 4 * HOUR],
    ["within a day, whatever interval came without a lease", { activationInterval: 43_200 }, DAY],
    ["after no less than half a minute", { activationInterval: 0 }, MINUTE / 2],
    [
      "after no less than half a minute of a lease that ends at once",
      { renewed: true, leaseExpires: NOW },
      MINUTE / 2,
    ],
  ])("%s", (_, change, pause) => {
    const chance = change.renewed ? latest : middle;
    expect(nextAttempt(prospects(change), chance) - NOW).toBe(pause);
  });
});

test("machines that start together spread by a tenth: retries to either side, renewals to earlier", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.boolean(),
      (random, renewed) => {
        const lease = { renewed, leaseExpires: renewed ? NOW + 180 * DAY : undefined };
        const pause = nextAttempt(prospects(lease), () => random) - NOW;
        const interval = renewed ? 7 * DAY : 2 * HOUR;
        expect(pause).toBeGreaterThanOrEqual(interval * 0.9 - 1);
        expect(pause).toBeLessThanOrEqual(renewed ? interval : interval * 1.1 + 1);
      },
    ),
  );
  expect(nextAttempt(prospects(), () => 0)).toBeLessThan(nextAttempt(prospects(), () => 0.99));
});

describe("a product is due", () => {
  const attempt = { time: NOW, code: "", name: "SUCCESS", message: "", count: 1, tries: [] } as const;

  test("at once when it was never tried", () => {
    expect(dueAt({ nextAttempt: undefined, lastAttempt: undefined }, NOW)).toBe(NOW);
  });

  test("when it was planned", () => {
    expect(dueAt({ nextAttempt: NOW + HOUR, lastAttempt: attempt }, NOW)).toBe(NOW + HOUR);
  });

  test("at once when the clock was set back before the last attempt", () => {
    const earlier = NOW - DAY;
    expect(dueAt({ nextAttempt: NOW + HOUR, lastAttempt: attempt }, earlier)).toBe(earlier);
  });
});
