import { expect, test } from "bun:test";
import { makeSigner } from "../../test/documents.ts";
import { problemIn } from "../../test/problems.ts";
import { type ClaimReader, readClaims, uuidItem } from "./claims.ts";

const ID = "6f1c2a9e-0b7d-4f3a-9c55-1d2e3f405162";
const { publicKey } = makeSigner();

type Reading = [what: string, read: (claims: ClaimReader) => unknown, good: unknown[], bad: unknown[]];

const READINGS: Reading[] = [
  ["string", (c) => c.string("x"), ["a", "x".repeat(256)], ["", "x".repeat(257), 1, null, [], {}, true]],
  ["short string", (c) => c.string("x", 5), ["12345"], ["123456"]],
  ["uuid", (c) => c.uuid("x"), [ID, ID.toUpperCase()], ["", "1", `${ID}0`, 5, null, [ID]]],
  ["time", (c) => c.time("x"), [0, 1_795_329_840, 253402300799], [-1, 0.5, 253402300800, "0", null]],
  ["integer", (c) => c.integer("x", 2, 5), [2, 3, 5], [1, 6, 2.5, "3", null, true, [3]]],
  ["list", (c) => c.list("x", 2, (item) => item), [[], [1, 2]], [[1, 2, 3], {}, "ab", null]],
  ["list of ids", (c) => c.list("x", 2, uuidItem("paper")), [[ID]], [[1], [ID, null], [[ID]]]],
  ["object", (c) => c.object("x"), [{}], [[], null, "x", 1]],
  ["key", (c) => c.publicKey("x"), [publicKey], [{}, null, { ...publicKey, crv: "X25519" }, "key"]],
];

test.each(READINGS)("a %s is read when it is one", (_, read, good) => {
  for (const x of good) expect(() => read(readClaims({ x }, "paper"))).not.toThrow();
});

test.each(READINGS)("what is no %s, or missing, is refused by name", (_, read, __, bad) => {
  for (const document of [...bad.map((x) => ({ x })), {}]) {
    const problem = problemIn(() => read(readClaims(document, "paper")));
    expect(problem.name).toBe("BAD_INPUT");
    expect(problem.message).toBe(
      "This paper cannot be used: x is missing or not of the expected form; get it again from where it came from.",
    );
  }
});

test.each([null, undefined, 1, "claims", true, [[]]])("%p holds no claims", (value) => {
  expect(problemIn(() => readClaims(value, "paper")).message).toContain(
    "This paper cannot be used: its content",
  );
});

test("times are milliseconds, and ids are lower case", () => {
  const claims = readClaims({ exp: 1_795_329_840, id: ID.toUpperCase(), more: "kept" }, "paper");
  expect(claims.time("exp")).toBe(1_795_329_840_000);
  expect(claims.uuid("id")).toBe(ID);
  expect(readClaims({ ids: [ID.toUpperCase()] }, "paper").list("ids", 1, uuidItem("paper"))).toEqual([ID]);
  expect(claims.optional("more")).toBe("kept");
  expect(claims.optional("less")).toBeUndefined();
});
