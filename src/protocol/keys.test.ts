import { expect, test } from "bun:test";
import fc from "fast-check";
import { problemIn } from "../../test/problems.ts";
import { KEY_ALPHABET, type KeyKind, MAX_KEY_NUMBER, makeKey, parseKey, partialKey } from "./keys.ts";

const KINDS: KeyKind[] = ["setup", "host", "mak"];
const SYMBOLS = [...KEY_ALPHABET];
const kinds = fc.constantFrom(...KINDS);
const numbers = fc.integer({ min: 1, max: MAX_KEY_NUMBER });
const keys = fc.tuple(kinds, numbers).map(([kind, number]) => makeKey(kind, number));

const isRefused = (text: string) => problemIn(() => parseKey(text)).name === "KEY_INVALID";
const replaceAt = (text: string, at: number, symbols: string) =>
  text.slice(0, at) + symbols + text.slice(at + symbols.length);

test("a key has five groups of five symbols, none of them a vowel or easily mistaken", () => {
  expect(KEY_ALPHABET).toHaveLength(24);
  expect(new Set(SYMBOLS).size).toBe(24);
  expect(KEY_ALPHABET).not.toMatch(/[AEIOU01L5SZ]/);
  fc.assert(
    fc.property(keys, ({ text }) => {
      expect(text).toMatch(new RegExp(`^[${KEY_ALPHABET}]{5}(-[${KEY_ALPHABET}]{5}){4}$`));
    }),
  );
});

test("kind and number come back from the key", () => {
  fc.assert(
    fc.property(kinds, numbers, (kind, number) => {
      const key = makeKey(kind, number);
      expect(key).toMatchObject({ kind, number });
      expect(parseKey(key.text)).toEqual(key);
    }),
    { numRuns: 500 },
  );
});

test.each<[text: string, kind: KeyKind, number: number]>([
  ["BBBBY-QHMTH-Y8RDH-HC47D-X6BYB", "setup", 1],
  ["DMMB4-PM83F-W9DHK-TG8Q6-CPBFV", "host", 4711],
  ["JVYB2-7XQB2-YYT92-R8FVW-4WFMR", "mak", 65_535],
])("the key %s, once given out, is read for good", (text, kind, number) => {
  expect(parseKey(text)).toEqual({ text, kind, number });
});

test("every single wrong symbol and every swap of two different neighbours is caught, at every place", () => {
  for (const kind of KINDS) {
    for (const number of [1, 2, 255, 4711, MAX_KEY_NUMBER]) {
      const bare = makeKey(kind, number).text.replaceAll("-", "");
      for (const [at, right] of [...bare].entries()) {
        for (const wrong of SYMBOLS) {
          if (wrong !== right) expect(isRefused(replaceAt(bare, at, wrong))).toBe(true);
        }
        const next = bare.charAt(at + 1);
        if (next !== "" && next !== right) expect(isRefused(replaceAt(bare, at, next + right))).toBe(true);
      }
    }
  }
});

test("any key with any one symbol changed or any two neighbours swapped is refused", () => {
  fc.assert(
    fc.property(keys, fc.nat({ max: 24 }), fc.constantFrom(...SYMBOLS), ({ text }, at, symbol) => {
      const bare = text.replaceAll("-", "");
      const right = bare.charAt(at);
      const next = bare.charAt(at + 1);
      if (symbol !== right) expect(isRefused(replaceAt(bare, at, symbol))).toBe(true);
      if (next !== "" && next !== right) expect(isRefused(replaceAt(bare, at, next + right))).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

const spellings: [how: string, spell: (text: string) => string][] = [
  ["as it was made", (text) => text],
  ["in lower case", (text) => text.toLowerCase()],
  ["in mixed case", (text) => [...text].map((s, at) => (at % 2 ? s.toLowerCase() : s)).join("")],
  ["without hyphens", (text) => text.replaceAll("-", "")],
  ["with one hyphen missing", (text) => text.replace("-", "")],
  ["with blanks for hyphens", (text) => text.replaceAll("-", " ")],
  ["with blanks and a line break around", (text) => `  ${text}\r\n`],
  ["with a tab inside", (text) => text.replace("-", "\t-")],
  ["with no-break blanks", (text) => text.replaceAll("-", "\u00a0")],
  ["with ideographic blanks", (text) => text.replaceAll("-", "\u3000")],
  ["with en dashes", (text) => text.replaceAll("-", "–")],
  ["with em dashes", (text) => text.replaceAll("-", "—")],
  ["with no-break hyphens", (text) => text.replaceAll("-", "\u2011")],
  ["with minus signs", (text) => text.replaceAll("-", "\u2212")],
  ["with soft hyphens", (text) => text.replaceAll("-", "\u00ad")],
  ["with zero-width blanks from a web page", (text) => text.replaceAll("-", "-\u200b")],
  ["with underlines", (text) => text.replaceAll("-", "_")],
  [
    "in full-width characters",
    (text) => text.replace(/[!-~]/g, (s) => String.fromCharCode(s.charCodeAt(0) + 0xfee0)),
  ],
];

test.each(spellings)("a key is read %s", (_, spell) => {
  for (const kind of KINDS) {
    const key = makeKey(kind, 300);
    expect(parseKey(spell(key.text))).toEqual(key);
  }
});

test.each([
  ["", "it has 0 characters, a key has 25"],
  ["BCDFG", "it has 5 characters, a key has 25"],
  ["BCDFG-BCDFG-BCDFG-BCDFG-BCDFGB", "it has 26 characters, a key has 25"],
  ["ACDFG-BCDFG-BCDFG-BCDFG-BCDFG", "'A' does not occur in keys"],
  ["BCDFG-BCDFG-BCDFG-BCDFG-BCDF0", "'0' does not occur in keys"],
  ["BBBBB-BBBBB-BBBBB-BBBBB-BBBBB", "a character is wrong or two are swapped"],
  ["BBBBB-BBBBB-BBBBB-BBBBB-BBBBC", "it was not made by Muster"],
])("%p is not a key: %s", (text, reason) => {
  const problem = problemIn(() => parseKey(text));
  expect(problem.name).toBe("KEY_INVALID");
  expect(problem.message).toContain(reason);
});

test("whatever is typed, it is a key or KEY_INVALID", () => {
  const symbols = fc.string({ unit: fc.constantFrom(...SYMBOLS, "-", " "), minLength: 25, maxLength: 29 });
  fc.assert(
    fc.property(fc.oneof(symbols, fc.string({ unit: "binary", maxLength: 40 })), (text) => {
      try {
        expect(parseKey(parseKey(text).text).number).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toMatchObject({ name: "KEY_INVALID" });
      }
    }),
    { numRuns: 1000 },
  );
});

test("the message about a wrong key does not repeat the key", () => {
  const { text } = makeKey("host", 9);
  const wrong = replaceAt(text, 0, text.startsWith("B") ? "C" : "B");
  expect(problemIn(() => parseKey(wrong)).message).not.toContain(wrong.slice(0, 5));
});

test.each([0, -1, MAX_KEY_NUMBER + 1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
  "no key is made for the number %p",
  (number) => {
    const problem = problemIn(() => makeKey("setup", number));
    expect(problem.name).toBe("BAD_INPUT");
    expect(problem.message).toContain("from 1 to 65535");
  },
);

test("two keys for the same thing differ, so that one does not betray the next", () => {
  const made = Array.from({ length: 1000 }, () => makeKey("host", 1).text);
  expect(new Set(made).size).toBe(1000);
});

test("of a key only its last five characters are shown", () => {
  const { text } = makeKey("host", 1);
  expect(partialKey(text)).toBe(text.slice(24));
});
