import { describe, expect, test } from "bun:test";
import { Chunk, portableHex, portableText } from "./chunk.ts";
import { arrayTexts, valueText } from "./value.ts";

const at = 601;

function chunkWith(bytes: Uint8Array): Chunk {
  const chunk = new Chunk();
  chunk.bytes.set(bytes, at);
  chunk.reset(chunk.bytes.length);
  return chunk;
}

function stored(numbers: ArrayBufferView): Uint8Array {
  return new Uint8Array(numbers.buffer);
}

function utf16(text: string): Uint8Array {
  return Buffer.from(text, "utf16le");
}

const values: [what: string, type: number, bytes: Uint8Array, text: string][] = [
  ["null", 0x00, new Uint8Array(), ""],
  ["a string", 0x01, utf16("größe 日本語 😀"), "größe 日本語 😀"],
  ["blanks", 0x01, utf16("  "), "  "],
  ["an empty string", 0x01, new Uint8Array(), ""],
  ["a string with its NUL", 0x01, utf16("abc\0"), "abc"],
  ["half a surrogate pair", 0x01, Uint8Array.of(0x61, 0, 0, 0xd8), "a\ud800"],
  ["an ANSI string", 0x02, Uint8Array.of(0x61, 0xe9, 0x80), "aé€"],
  ["a signed byte", 0x03, stored(Int8Array.of(-5)), "-5"],
  ["a byte", 0x04, Uint8Array.of(250), "250"],
  ["a signed 16-bit number", 0x05, stored(Int16Array.of(-300)), "-300"],
  ["a 16-bit number", 0x06, stored(Uint16Array.of(65000)), "65000"],
  ["a signed 32-bit number", 0x07, stored(Int32Array.of(-70000)), "-70000"],
  ["a 32-bit number", 0x08, stored(Uint32Array.of(4_000_000_000)), "4000000000"],
  ["a signed 64-bit number", 0x09, stored(BigInt64Array.of(-(2n ** 63n))), "-9223372036854775808"],
  ["a 64-bit number", 0x0a, stored(BigUint64Array.of(2n ** 64n - 1n)), "18446744073709551615"],
  ["a single", 0x0b, stored(Float32Array.of(0.1)), "0.1"],
  ["a double", 0x0c, stored(Float64Array.of(1 / 3)), "0.3333333333333333"],
  ["infinity", 0x0c, stored(Float64Array.of(Number.POSITIVE_INFINITY)), "1.#INF"],
  ["minus infinity", 0x0b, stored(Float32Array.of(Number.NEGATIVE_INFINITY)), "-1.#INF"],
  ["no number", 0x0c, stored(Float64Array.of(Number.NaN)), "-1.#IND"],
  ["true", 0x0d, stored(Uint32Array.of(1)), "true"],
  ["false", 0x0d, stored(Uint32Array.of(0)), "false"],
  ["binary", 0x0e, Uint8Array.of(1, 0xab, 255), "01ABFF"],
  [
    "a GUID",
    0x0f,
    Uint8Array.from({ length: 16 }, (_, n) => n * 16),
    "{30201000-5040-7060-8090-a0b0c0d0e0f0}",
  ],
  ["a 32-bit size", 0x10, stored(Uint32Array.of(255)), "0xff"],
  ["a FILETIME", 0x11, stored(BigUint64Array.of(133293643501454614n)), "2023-05-24T01:12:30.1454614Z"],
  ["a SYSTEMTIME", 0x12, stored(Uint16Array.of(2023, 5, 3, 24, 1, 12, 30, 145)), "2023-05-24T01:12:30.145Z"],
  ["a SID", 0x13, Uint8Array.of(1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0), "S-1-5-32-544"],
  ["a 32-bit number in hexadecimal", 0x14, stored(Uint32Array.of(0xc004f074)), "0xc004f074"],
  ["a 64-bit number in hexadecimal", 0x15, stored(BigUint64Array.of(0x80000000000000n)), "0x80000000000000"],
  ["an unknown type", 0x3f, Uint8Array.of(1, 2), "0102"],
];

const arrays: [what: string, type: number, bytes: Uint8Array, items: string[]][] = [
  ["strings", 0x81, utf16("a\0\0b\0"), ["a", "", "b"]],
  ["strings, the last without NUL", 0x81, utf16("a\0b"), ["a", "b"]],
  ["one empty string", 0x81, utf16("\0"), [""]],
  ["no strings", 0x81, new Uint8Array(), [""]],
  ["ANSI strings", 0x82, Uint8Array.of(0x61, 0, 0x62, 0), ["a", "b"]],
  ["signed bytes", 0x83, stored(Int8Array.of(-1, 2)), ["-1", "2"]],
  ["16-bit numbers", 0x86, stored(Uint16Array.of(1, 65535)), ["1", "65535"]],
  ["signed 32-bit numbers", 0x87, stored(Int32Array.of(-1, 2)), ["-1", "2"]],
  ["64-bit numbers", 0x8a, stored(BigUint64Array.of(1n, 2n ** 63n)), ["1", "9223372036854775808"]],
  ["doubles", 0x8c, stored(Float64Array.of(1.5, -2)), ["1.5", "-2"]],
  ["booleans", 0x8d, stored(Uint32Array.of(0, 1)), ["false", "true"]],
  ["GUIDs", 0x8f, new Uint8Array(32), Array(2).fill("{00000000-0000-0000-0000-000000000000}")],
  [
    "SIDs",
    0x93,
    Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 5, 19, 0, 0, 0),
    ["S-1-5-18", "S-1-5-19"],
  ],
  ["32-bit numbers in hexadecimal", 0x94, stored(Uint32Array.of(1, 255)), ["0x1", "0xff"]],
  ["no numbers", 0x88, new Uint8Array(), [""]],
  ["a type that has no arrays", 0x8e, Uint8Array.of(1, 2), ["0102"]],
];

describe("a value is printed as Windows prints it", () => {
  test.each(values)("%s", (_, type, bytes, text) => {
    expect(valueText(chunkWith(bytes), at, bytes.length, type)).toBe(text);
  });
});

describe("an array gives one text an item", () => {
  test.each(arrays)("%s", (_, type, bytes, items) => {
    expect(arrayTexts(chunkWith(bytes), at, bytes.length, type)).toEqual(items);
  });
});

test.each(values)("%s cut short is still a text", (_, type, bytes) => {
  const chunk = chunkWith(bytes);
  for (let size = 0; size < bytes.length; size++) {
    expect(valueText(chunk, at, size, type)).toBeString();
    expect(arrayTexts(chunk, at, size, type | 0x80)).not.toBeEmpty();
  }
});

test("browsers, which lack a native decoder, get the same texts", () => {
  const text = `\ufeff${"日本\ud800".repeat(3000)}`;
  const chunk = chunkWith(utf16(text));
  expect(portableText(chunk.view, at, text.length)).toBe(text);
  expect(chunk.text(at, text.length)).toBe(text);
  expect(portableHex(Uint8Array.of(0, 0xab, 255))).toBe("00abff");
});

test("a text that leads out of the chunk is refused", () => {
  const chunk = chunkWith(new Uint8Array());
  expect(() => chunk.text(65000, 400)).toThrow("pointer outside its chunk");
  expect(() => chunk.hex(65000, 800)).toThrow("pointer outside its chunk");
});
