import { expect, test } from "bun:test";
import { problemIn } from "../../test/problems.ts";
import { idSeries, isUuid, newId, refuseMicrosoft } from "./ids.ts";

test.each([
  ["6f1c2a9e-0b7d-4f3a-9c55-1d2e3f405162", true],
  ["6F1C2A9E-0B7D-4F3A-9C55-1D2E3F405162", true],
  ["00000000-0000-0000-0000-000000000000", true],
  ["{6f1c2a9e-0b7d-4f3a-9c55-1d2e3f405162}", false],
  ["6f1c2a9e0b7d4f3a9c551d2e3f405162", false],
  ["6f1c2a9e-0b7d-4f3a-9c55-1d2e3f40516", false],
  ["6f1c2a9e-0b7d-4f3a-9c55-1d2e3f4051622", false],
  ["6f1c2a9e-0b7d-4f3a-9c55-1d2e3f40516g", false],
  ["6f1c2a9e-0b7d-4f3a-9c55-1d2e3f405162\n", false],
  ["6f1c2a9-e0b7d-4f3a-9c55-1d2e3f405162", false],
  ["", false],
  [undefined, false],
  [null, false],
  [7, false],
  [["6f1c2a9e-0b7d-4f3a-9c55-1d2e3f405162"], false],
])("%p is a UUID: %p", (value, expected) => {
  expect(isUuid(value)).toBe(expected);
});

test("new ids are random UUIDs of version 4 in lower case", () => {
  const ids = Array.from({ length: 100 }, newId);
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(100);
});

test.each([
  ["Windows", "55c92734-d682-4d71-983e-d6ec3f16059f"],
  ["Office 2013 and later", "0ff1ce15-a989-479d-af46-f275c6370663"],
  ["Office 2010", "59a52881-a989-479d-af46-f275c6370663"],
  ["Windows, in capitals", "55C92734-D682-4D71-983E-D6EC3F16059F"],
])("the application id of %s is refused", (_, id) => {
  const problem = problemIn(() => refuseMicrosoft(id));
  expect(problem.name).toBe("MICROSOFT_PRODUCT");
  expect(problem.message).toContain(id);
});

test("anybody else's application id passes", () => {
  expect(() => refuseMicrosoft(newId())).not.toThrow();
});

test("a series gives UUIDs that are all different, within it and between two of them", () => {
  const [one, two] = [idSeries(), idSeries()];
  const ids = Array.from({ length: 1000 }, (_, at) => (at % 2 === 0 ? one() : two()));
  expect(ids.every(isUuid)).toBe(true);
  expect(new Set(ids).size).toBe(1000);
});
