import { expect, test } from "bun:test";
import fc from "fast-check";
import { problemIn } from "../../test/problems.ts";
import { DEFAULT_POLICY, MAX_REQUIRED, makePolicy, type Policy } from "./policy.ts";

const DAY = 24 * 60;

test("a policy that says nothing has the figures of KMS", () => {
  expect(makePolicy({})).toEqual({
    required: 25,
    activationInterval: 120,
    renewalInterval: 10080,
    lease: 259200,
    initialGrace: 43200,
    additionalGrace: 43200,
    countWindow: 43200,
    clockTolerance: 240,
    rearms: 1000,
  });
});

test("a policy keeps what it says and takes the rest from the defaults", () => {
  expect(makePolicy({ required: 5 })).toEqual({ ...DEFAULT_POLICY, required: 5 });
});

const BOUNDS: [name: keyof Policy, least: number, most: number][] = [
  ["required", 1, MAX_REQUIRED],
  ["activationInterval", 15, 30 * DAY],
  ["renewalInterval", 15, 30 * DAY],
  ["lease", 60, 3650 * DAY],
  ["initialGrace", 0, 3650 * DAY],
  ["additionalGrace", 0, 3650 * DAY],
  ["countWindow", 60, 3650 * DAY],
  ["clockTolerance", 1, 30 * DAY],
  ["rearms", 0, 1_000_000],
];

test.each(BOUNDS)("%s may be %p to %p and nothing beyond", (name, least, most) => {
  expect(makePolicy({ [name]: least })[name]).toBe(least);
  expect(makePolicy({ [name]: most })[name]).toBe(most);
  for (const wrong of [least - 1, most + 1, least + 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    const problem = problemIn(() => makePolicy({ [name]: wrong }));
    expect(problem.name).toBe("BAD_INPUT");
    expect(problem.message).toContain(`${name} must be a whole number from ${least} to ${most}`);
  }
});

test("every figure of the default policy has bounds", () => {
  expect(BOUNDS.map(([name]) => name).sort()).toEqual(Object.keys(DEFAULT_POLICY).sort() as (keyof Policy)[]);
});

test("any value read from a document gives a policy of whole numbers or BAD_INPUT", () => {
  const names = fc.constantFrom(...BOUNDS.map(([name]) => name));
  fc.assert(
    fc.property(fc.dictionary(names, fc.jsonValue()), (part) => {
      try {
        expect(Object.values(makePolicy(part as Partial<Policy>)).every(Number.isInteger)).toBe(true);
      } catch (error) {
        expect(error).toMatchObject({ name: "BAD_INPUT" });
      }
    }),
  );
});

test("a value that cannot even be shown as text is refused like any other", () => {
  const part = JSON.parse('{"required": {"toString": 1, "valueOf": 1}}');
  expect(problemIn(() => makePolicy(part)).name).toBe("BAD_INPUT");
});
