import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readDigits, spellDigits } from "./digit-groups.ts";
import { Problem } from "./problems.ts";

const bits = fc.string({ unit: fc.constantFrom("0", "1"), minLength: 1, maxLength: 600 });

/** The message of the refusal, or the bits when nothing is refused. */
function reading(text: string): string {
  try {
    return readDigits(text, "code");
  } catch (error) {
    if (error instanceof Problem && error.name === "BAD_INPUT") return error.message;
    throw error;
  }
}

test("what is spelled reads as it was, zeros at its front too", () => {
  fc.assert(fc.property(bits, (text) => expect(readDigits(spellDigits(text), "code")).toBe(text)));
  expect(readDigits(spellDigits("0000"), "code")).toBe("0000");
});

test("a wrong digit is noticed, and its group named", () => {
  fc.assert(
    fc.property(bits, fc.nat(), fc.integer({ min: 1, max: 9 }), (text, seed, change) => {
      const digits = spellDigits(text).replaceAll("-", "");
      const at = seed % digits.length;
      const wrong = digits.slice(0, at) + ((Number(digits[at]) + change) % 10) + digits.slice(at + 1);
      expect(reading(wrong)).toStartWith(`Group ${Math.floor(at / 7) + 1} of the code `);
    }),
  );
});

test("two swapped digits in a group are noticed", () => {
  fc.assert(
    fc.property(bits, fc.nat(), (text, seed) => {
      const digits = spellDigits(text).replaceAll("-", "");
      const at = seed % (digits.length - 1);
      const [first, second] = [digits[at], digits[at + 1]];
      fc.pre(first !== second && at % 7 !== 6);
      const wrong = `${digits.slice(0, at)}${second}${first}${digits.slice(at + 2)}`;
      expect(reading(wrong)).toStartWith(`Group ${Math.floor(at / 7) + 1} of the code `);
    }),
  );
});

test("two swapped groups side by side, a missing one and a doubled one are noticed", () => {
  const groups = spellDigits("10".repeat(200)).split("-");
  for (let at = 0; at + 1 < groups.length; at++) {
    const swapped = groups.with(at, groups[at + 1] ?? "").with(at + 1, groups[at] ?? "");
    expect(reading(swapped.join(" "))).toContain("is wrong");
    expect(reading(groups.toSpliced(at, 1).join(" "))).toContain("is wrong");
    expect(reading(groups.toSpliced(at, 0, groups[at] ?? "").join(" "))).toContain("is wrong");
  }
});

describe("digits are read", () => {
  const spelled = spellDigits("1100101");
  const cases: [how: string, text: string][] = [
    ["without hyphens", spelled.replaceAll("-", "")],
    ["with blanks and line breaks", ` ${spelled.replaceAll("-", "\n ")} `],
    ["with the dashes of word processors", spelled.replaceAll("-", "–")],
    ["in full width", spelled.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)))],
  ];
  for (const [how, text] of cases) test(how, () => expect(readDigits(text, "code")).toBe("1100101"));
});

test("anything else is refused in a sentence", () => {
  for (const text of ["", "-", "ABC", "12 three", "1".repeat(1401)])
    expect(reading(text)).toContain("has digits only");
  fc.assert(fc.property(fc.string(), (text) => expect(typeof reading(text)).toBe("string")));
});
