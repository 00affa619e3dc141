import { expect, test } from "bun:test";
import { languageOf } from "./language.tsx";
import { en } from "./words/en/shell.ts";
import { ja } from "./words/ja/shell.ts";

test.each([
  [["ja"], "ja"],
  [["ja-JP", "en"], "ja"],
  [["en-GB", "ja"], "en"],
  [["de", "ja", "en"], "ja"],
  [["de"], "en"],
  [[], "en"],
])("a browser that asks for %p gets %s", (wanted, language) => {
  expect(languageOf(wanted)).toBe(language as "en" | "ja");
});

test("no word of the frame is left in English in Japanese, nor empty", () => {
  for (const [name, word] of Object.entries(ja)) {
    if (typeof word === "string")
      expect([name, word]).not.toEqual([name, en[name as keyof typeof en] as string]);
    expect(word).not.toBe("");
  }
});
