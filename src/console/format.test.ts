import { describe, expect, test } from "bun:test";
import { formatIn } from "./format.ts";

const english = formatIn("en");
const japanese = formatIn("ja");
const NOW = Date.parse("2026-11-22T06:44:00Z");
const DAY = 86_400_000;

describe("a time beside now", () => {
  test.each([
    [0, "now", "今"],
    [-1000, "1 second ago", "1 秒前"],
    [-59_000, "59 seconds ago", "59 秒前"],
    [-90_000, "1 minute ago", "1 分前"],
    [-DAY + 60_000, "23 hours ago", "23 時間前"],
    [-DAY, "1 day ago", "1 日前"],
    [2.5 * DAY, "in 2 days", "2 日後"],
    [-61 * DAY, "2 months ago", "2 か月前"],
    [800 * DAY, "in 2 years", "2 年後"],
  ])("%d ms away is said as %s, in Japanese as %s", (away, inEnglish, inJapanese) => {
    expect(english.relative(NOW + away, NOW)).toBe(inEnglish);
    expect(japanese.relative(new Date(NOW + away).toISOString(), NOW)).toBe(inJapanese);
  });
});

test.each([
  [0, "0 bytes"],
  [1, "1 byte"],
  [999, "999 bytes"],
  [1000, "1 kB"],
  [1_234_567, "1.23 MB"],
  [5e12, "5 TB"],
  [5e15, "5,000 TB"],
])("%d bytes are %s", (bytes, words) => {
  expect(english.bytes(bytes)).toBe(words);
});

test("numbers are grouped, and axes show days or, within two days, the time", () => {
  expect(english.number(1_204_000)).toBe("1,204,000");
  expect(english.short(NOW, 30 * DAY)).toMatch(/^Nov 2\d$/);
  expect(english.short(NOW, DAY)).toMatch(/^\d\d:\d\d$/);
});
