import { expect, test } from "bun:test";
import fc from "fast-check";
import { wrapped } from "./wrap.ts";

test("breaks between words, and Japanese between any two characters", () => {
  expect(wrapped("the host does not answer", 10)).toEqual(["the host", "does not", "answer"]);
  expect(wrapped("ホストが応答しません", 10)).toEqual(["ホストが応", "答しません"]);
});

test("lets no line begin with a closing mark", () => {
  expect(wrapped("応答します。次", 10)).toEqual(["応答します。", "次"]);
});

test("cuts what has no place to break, and what is beyond the last line", () => {
  expect(wrapped("0123456789abcdef", 8)).toEqual(["01234567", "89abcdef"]);
  expect(wrapped("one two three four", 5, 2)).toEqual(["one", "two…"]);
});

test("loses no word, and makes no line wider than a closing mark more than asked for", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 4, max: 40 }), (text, width) => {
      const lines = wrapped(text, width);
      const squeeze = (each: string) => each.replace(/\s+/g, "");
      expect(squeeze(lines.join(""))).toBe(squeeze(text));
      for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(width + 2);
    }),
  );
});
