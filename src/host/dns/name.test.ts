import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { checkName, decodeName, encodeName, isWithin } from "./name.ts";

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
const domain = fc.array(label, { minLength: 2, maxLength: 8 }).map((labels) => labels.join("."));
const bytes = (...values: number[]): Uint8Array => Uint8Array.of(...values);

describe("a name a person typed", () => {
  test.each([
    ["Corp.Example.", "corp.example"],
    [" kms01.corp.example ", "kms01.corp.example"],
    ["_muster._tcp.corp.example", "_muster._tcp.corp.example"],
    ["localdomain", "localdomain"],
  ])("%j is %j", (input, name) => {
    expect(checkName(input, "The domain")).toBe(name);
  });

  test.each([
    "",
    ".",
    "a..b",
    "-a.example",
    "a b.example",
    "büro.example",
    "10.0.0.2",
    "::1",
    "a".repeat(64),
  ])("%j is refused", (input) => {
    expect(() => checkName(input, "The domain")).toThrow("The domain must be a name");
  });

  test("254 characters are too many and 253 are not", () => {
    const longest = `${"a.".repeat(126)}a`;
    expect(checkName(longest, "The domain")).toBe(longest);
    expect(() => checkName(`${longest}b`, "The domain")).toThrow("The domain must be a name");
  });
});

test("a name is within its parents and not within a name that merely ends the same", () => {
  expect(isWithin("kms.corp.example", "CORP.example")).toBe(true);
  expect(isWithin("corp.example", "corp.example")).toBe(true);
  expect(isWithin("mycorp.example", "corp.example")).toBe(false);
  expect(isWithin("example", "corp.example")).toBe(false);
  expect(isWithin("example", ".")).toBe(true);
});

describe("a name on the wire", () => {
  test("is read back as it was written", () => {
    fc.assert(
      fc.property(fc.oneof(domain, fc.constant(".")), (name) => {
        const encoded = encodeName(name);
        expect(decodeName(encoded, 0)).toEqual({ name, next: encoded.length });
      }),
    );
  });

  test("may end in a pointer to an earlier name (RFC 1035, section 4.1.4)", () => {
    // F.ISI.ARPA at 20, then FOO followed by a pointer to it: the example of the RFC.
    const message = Buffer.concat([
      Buffer.alloc(20),
      encodeName("F.ISI.ARPA"),
      bytes(3),
      Buffer.from("FOO"),
      bytes(0xc0, 20),
    ]);
    expect(decodeName(message, 32)).toEqual({ name: "FOO.F.ISI.ARPA", next: 38 });
  });

  test.each([
    ["a pointer to itself", bytes(0xc0, 0), 0],
    ["a pointer forward", bytes(0xc0, 2, 0), 0],
    ["a loop through a label", bytes(1, 0x61, 0xc0, 0), 0],
    ["a loop through an earlier pointer", bytes(0xc0, 2, 1, 0x61, 0xc0, 0), 2],
    ["a label past the end", bytes(5, 0x61), 0],
    ["no end", bytes(1, 0x61), 0],
    ["half a pointer", bytes(0xc0), 0],
    ["a kind of label that is not defined", bytes(0x80, 0), 0],
    ["a dot inside a label", bytes(1, 0x2e, 0), 0],
    ["a control character", bytes(1, 7, 0), 0],
    ["more than 255 bytes", Buffer.concat([...Array(128).fill(bytes(1, 0x61)), bytes(0)]), 0],
  ])("is refused with %s", (_, encoded, start) => {
    expect(() => decodeName(encoded, start)).toThrow(RangeError);
  });

  test("may have 255 bytes", () => {
    const longest = Array(127).fill("a").join(".");
    expect(decodeName(encodeName(longest), 0)).toEqual({ name: longest, next: 255 });
  });
});
