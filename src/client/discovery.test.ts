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

  test("a weight of three is first three times as often as a weight of one", () => {
    const pair: SrvRecord[] = [
      { name: "heavy.test", port: 1688, priority: 0, weight: 30 },
      { name: "light.test", port: 1688, priority: 0, weight: 10 },
    ];
    expect(shareOfFirst(pair, "heavy.test")).toBeCloseTo(0.75, 1);
  });

  test("records of weight zero share the load, and come last beside any weight", () => {
    const zero = (name: string): SrvRecord => ({ name, port: 1688, priority: 0, weight: 0 });
    expect(shareOfFirst([zero("a.test"), zero("b.test")], "a.test")).toBeCloseTo(0.5, 1);
    expect(shareOfFirst([zero("a.test"), { ...zero("b.test"), weight: 100 }], "a.test")).toBeLessThan(0.05);
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

function shareOfFirst(records: SrvRecord[], name: string): number {
  let state = 1;
  // The minimal standard generator: the same sequence in every run.
  const random = () => {
    state = (state * 48271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
  const rounds = 4000;
  let first = 0;
  for (let round = 0; round < rounds; round++) if (orderTargets(records, random)[0]?.host === name) first++;
  return first / rounds;
}
