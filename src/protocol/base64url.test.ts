import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodeBase64url, encodeBase64url } from "./base64url.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

test.each([
  ["", ""],
  ["f", "Zg"],
  ["fo", "Zm8"],
  ["foo", "Zm9v"],
  ["foob", "Zm9vYg"],
  ["fooba", "Zm9vYmE"],
  ["foobar", "Zm9vYmFy"],
])("the RFC 4648 vector %p is written %p and read back", (text, encoded) => {
  const bytes = new TextEncoder().encode(text);
  expect(encodeBase64url(bytes)).toBe(encoded);
  expect(decodeBase64url(encoded)).toEqual(bytes);
});

test("bytes come back as they went, and the text is what another implementation writes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = encodeBase64url(bytes);
      expect(text).toBe(Buffer.from(bytes).toString("base64url"));
      expect(decodeBase64url(text)).toEqual(new Uint8Array(bytes));
    }),
  );
});

test("where encoding is not built in, the text is the same", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const built = encodeBase64url(bytes);
      const own = encodeBase64url(Object.defineProperty(bytes, "toBase64", { value: undefined }));
      expect(own).toBe(built);
    }),
  );
});

test("a text has one reading: whatever is read is written back as the same text", () => {
  const texts = fc.string({ unit: fc.constantFrom(...ALPHABET), maxLength: 12 });
  fc.assert(
    fc.property(texts, (text) => {
      const bytes = decodeBase64url(text);
      if (bytes !== undefined) expect(encodeBase64url(bytes)).toBe(text);
      else expect(Buffer.from(text, "base64url").toString("base64url")).not.toBe(text);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ["a single symbol", "A"],
  ["a symbol left over", "AAAAA"],
  ["padding", "Zg=="],
  ["the other alphabet's plus", "+A"],
  ["the other alphabet's slash", "/A"],
  ["unused low bits of one byte", "Zh"],
  ["unused low bits of two bytes", "Zm9"],
  ["a blank", "Zm 9v"],
  ["a line break", "Zm9v\n"],
  ["a letter outside ASCII", "Zmü9"],
  ["a symbol outside the basic plane", "Zm😀"],
  ["a null character", "Zm9\0"],
])("%s is refused", (_, text) => {
  expect(decodeBase64url(text)).toBeUndefined();
});
