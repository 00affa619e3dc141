import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { orderTargets, planDiscovery, type SrvRecord } from "./discovery.ts";
import { NEW_STATE } from "./state.ts";

const place = (host: string) => ({ host, port: 1688, secure: false });

describe("where a client looks, in order", () => {
  const settings = (change: Partial<typeof NEW_STATE.settings> = {}) => ({
    ...NEW_STATE.settings,
    ...change,
  });
  const cached = place("cached.test");

  test.each([
    ["in its DNS suffixes", settings(), undefined, ["a.test", "b.test"], ["a.test", "b.test"]],
    ["first at the cached host", settings(), cached, ["a.test"], ["cached.test", "a.test"]],
    [
      "not at a cached host when caching is off",
      settings({ hostCaching: false }),
      cached,
      ["a.test"],
      ["a.test"],
    ],
    [
      "in the registered domain before its suffixes",
      settings({ lookupDomain: "r.test" }),
      undefined,
      ["a.test"],
      ["r.test", "a.test"],
    ],
    [
      "at the cached host before the registered domain",
      settings({ lookupDomain: "r.test" }),
      cached,
      [],
      ["cached.test", "r.test"],
    ],
    [
      "once in a domain it has twice",
      settings({ lookupDomain: "a.test" }),
      undefined,
      ["A.test", "b.test"],
      ["a.test", "b.test"],
    ],
    [
      "at the registered host only",
      settings({ registeredHost: place("named.test"), lookupDomain: "r.test" }),
      cached,
      ["a.test"],
      ["named.test"],
    ],
    ["nowhere when it knows nothing", settings(), undefined, [], []],
  ])("%s", (_, settings, cachedHost, suffixes, expected) => {
    const steps = planDiscovery({ settings, cachedHost }, suffixes);
    expect(steps.map((step) => (step.kind === "lookup" ? step.domain : step.target.host))).toEqual(expected);
  });
});

describe("SRV records", () => {
  const records = fc.uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[a-z]{1,8}\.test$/),
      port: fc.integer({ min: 1, max: 65535 }),
      priority: fc.integer({ min: 0, max: 4 }),
      weight: fc.integer({ min: 0, max: 100 }),
    }),
    { selector: ({ name, port }) => `${name}:${port}`, maxLength: 20 },
  );
  const random = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));
  const nextOf = (stream: Iterator<number>) => () => Number(stream.next().value);

  test("every target comes once, and none before one of a better priority", () => {
    fc.assert(
      fc.property(records, random, (records, stream) => {
        const targets = orderTargets(records, nextOf(stream));
        const keys = targets.map(({ host, port }) => `${host}:${port}`);
        expect([...keys].sort()).toEqual(records.map(({ name, port }) => `${name}:${port}`).sort());
        const priorities = keys.map(
          (key) => records.find(({ name, port }) => `${name}:${port}` === key)?.priority ?? -1,
        );
        expect(priorities).toEqual([...priorities].sort((one, other) => one - other));
      }),
    );
  });

  test("who comes first is drawn by weight: each as often as RFC 2782 says", () => {
    const weights = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 })), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 0x7ffffffe }), (weights, seed) => {
        const drawn = draw(weights.map(recordOf), seed);
        for (const [at, share] of sharesOf(weights).entries()) {
          expectShare(drawn.filter(([first]) => first === nameOf(at)).length, drawn.length, share);
        }
      }),
      { numRuns: 20 },
    );
  });

  test("who comes next is drawn from the rest in the same way", () => {
    const weights = [60, 30, 9, 1];
    const drawn = draw(weights.map(recordOf), 4711).filter(([first]) => first === nameOf(0));
    const [, ...rest] = weights;
    for (const [at, share] of sharesOf(rest).entries()) {
      expectShare(drawn.filter(([, next]) => next === nameOf(at + 1)).length, drawn.length, share);
    }
  });

  test("a record without a usable target is left out", () => {
    const of = (name: string, port: number): SrvRecord => ({ name, port, priority: 0, weight: 0 });
    const records = [
      of("", 1688),
      of(".", 1688),
      of("a, b.test", 1688),
      of("ok.test.", 1688),
      of("zero.test", 0),
    ];
    expect(orderTargets(records, () => 0)).toEqual([place("ok.test")]);
  });
});

const nameOf = (at: number) => `kms-${at}.test`;
const recordOf = (weight: number, at: number): SrvRecord => ({
  name: nameOf(at),
  port: 1688,
  priority: 0,
  weight,
});

/**
 * How likely each is to come first. RFC 2782: those of weight 0 at the beginning, a number from 0 to the sum of all
 * weights, both included, and the first whose running sum reaches it. So the one at the beginning has one chance more
 * than its weight; in what order the others stand is not fixed, and here shuffled.
 */
function sharesOf(weights: readonly number[]): number[] {
  const sum = weights.reduce((one, other) => one + other, 0);
  const zeros = weights.filter((weight) => weight === 0).length;
  return weights.map((weight) => {
    const begins = zeros === 0 ? 1 / weights.length : weight === 0 ? 1 / zeros : 0;
    return (weight + begins) / (sum + 1);
  });
}

/** Holds for six standard deviations: chance breaks it once in hundreds of millions. */
function expectShare(times: number, rounds: number, share: number): void {
  const deviation = Math.sqrt(rounds * share * (1 - share));
  expect(Math.abs(times - rounds * share)).toBeLessThanOrEqual(6 * deviation + 1);
}

/** The names in the order they are tried, in each of many rounds. */
function draw(records: SrvRecord[], seed: number): string[][] {
  let state = seed;
  // The minimal standard generator: the same sequence in every run.
  const random = () => {
    state = (state * 48271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
  return Array.from({ length: 2000 }, () => orderTargets(records, random).map(({ host }) => host));
}
