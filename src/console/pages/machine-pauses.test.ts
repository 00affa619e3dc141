import { expect, test } from "bun:test";
import { rhythmOf, spanText } from "./machine-pauses.ts";

const at = (time: string, code = "0x00000000", id = 12290) => ({ id, time, fields: { code } });

test("the rhythm of a machine is its requests in order, and the longest pause between two", () => {
  const { requests, longest } = rhythmOf([
    at("2026-11-20T00:00:00Z"),
    at("2026-11-12T00:00:00Z", "0xC004F038"),
    at("2026-11-13T00:00:00Z"),
    at("2026-12-24T00:00:00Z", "0x00000000", 12407),
  ]);
  expect(requests.map(({ isGranted }) => isGranted)).toEqual([false, true, true]);
  expect(longest).toBe(7 * 86_400_000);
  expect(rhythmOf([]).longest).toBe(0);
});

test.each([
  [7 * 86_400_000, "en", "7 days"],
  [86_400_000, "en", "24 hours"],
  [3_600_000, "ja", "60 分"],
  [1000, "en", "1 second"],
  [0, "en", "0 seconds"],
])("a span of %d ms is in %s: %s", (span, language, text) => {
  expect(spanText(span, language)).toBe(text);
});
