import { expect, test } from "bun:test";
import fc from "fast-check";
import { type MakRequest, parseHostAnswer, parseMakAnswer, parseMakRequest } from "./mak.ts";
import { Problem } from "./problems.ts";

const REQUEST: MakRequest = {
  version: 1,
  key: "GPD2F-QMG6G-7T8PD-VY6TQ-BGDCW",
  product: "95827aa6-ebe8-4f4e-91cf-cdba60dd1b7a",
  cmid: "11111111-2222-4333-8444-555555555555",
  machine: { name: "pc-17.corp.example", fingerprint: "ab".repeat(32) },
  time: "2026-11-22T06:44:00Z",
  nonce: "AAAAAAAAAAAAAAAAAAAAAA",
};

test("a MAK request is read as it was written, what is not known of it left out", () => {
  expect(parseMakRequest({ ...REQUEST, color: "blue" })).toEqual(REQUEST);
  const machine = { ...REQUEST.machine, fingerprint: "AB".repeat(32) };
  expect(parseMakRequest({ ...REQUEST, cmid: REQUEST.cmid.toUpperCase(), machine })).toEqual(REQUEST);
});

const wrong: [what: string, request: unknown][] = [
  ["its content", null],
  ["its content", [REQUEST]],
  ["version", { ...REQUEST, version: 2 }],
  ["key", { ...REQUEST, key: undefined }],
  ["key", { ...REQUEST, key: "x".repeat(65) }],
  ["product", { ...REQUEST, product: "Client" }],
  ["cmid", { ...REQUEST, cmid: 7 }],
  ["machine", { ...REQUEST, machine: "pc-17" }],
  ["name", { ...REQUEST, machine: { ...REQUEST.machine, name: "" } }],
  ["fingerprint", { ...REQUEST, machine: { ...REQUEST.machine, fingerprint: "ab" } }],
  ["time", { ...REQUEST, time: "today" }],
  ["nonce", { ...REQUEST, nonce: "short" }],
];
for (const [what, request] of wrong) {
  test(`a MAK request is refused for ${what}: ${JSON.stringify(request)?.slice(0, 60)}`, () => {
    expect(() => parseMakRequest(request)).toThrow(new RegExp(`^This MAK request cannot be used: ${what} `));
  });
}

test("whatever comes is a request or refused in a sentence", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      try {
        parseMakRequest(value);
      } catch (error) {
        expect(error).toBeInstanceOf(Problem);
      }
    }),
  );
});

test("a vendor's answers are read as they were written", () => {
  const answer = { lease: "a.b.c", activations: { used: 3, of: 10 } };
  expect(parseMakAnswer({ ...answer, color: "blue" })).toEqual(answer);
  expect(parseHostAnswer({ license: "a.b.c", color: "blue" })).toEqual({ license: "a.b.c" });
});

test.each([
  null,
  "a.b.c",
  {},
  { lease: 7, license: 7 },
  { lease: "a.b.c", activations: { used: -1, of: 10 } },
])("%p is no vendor's answer", (value) => {
  for (const parse of [parseMakAnswer, parseHostAnswer]) {
    expect(() => parse(value)).toThrow(/^What answered is not a vendor's activation server: /);
  }
});
