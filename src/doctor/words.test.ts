import { expect, test } from "bun:test";
import { day, duration, hresult, list, minute } from "./words.ts";

test("a list names three and counts the rest", () => {
  expect(list([])).toBe("");
  expect(list(["a", "b", "c"])).toBe("a, b, c");
  expect(list(["a", "b", "c", "d", "e"])).toBe("a, b, c (+2)");
});

test("a duration is told in its two largest units, ahead or behind", () => {
  expect(duration(5, "en")).toBe("5 min");
  expect(duration(-377, "en")).toBe("6 h 17 min");
  expect(duration(43 * 1440 + 61, "en")).toBe("43 d 1 h");
  expect(duration(377, "ja")).toBe("6 時間 17 分");
});

test("an HRESULT has eight digits, however it was stored", () => {
  expect(hresult(0xc004f074)).toBe("0xC004F074");
  expect(hresult(0xc004f074 | 0)).toBe("0xC004F074");
  expect(hresult(0)).toBe("0x00000000");
});

test("times are told in UTC, and no time as nothing", () => {
  expect(day(Date.UTC(2026, 2, 10, 23, 59))).toBe("2026-03-10");
  expect(minute(Date.UTC(2026, 2, 10, 23, 59))).toBe("2026-03-10 23:59");
  expect(day(Number.NaN) + minute(Number.NaN)).toBe("");
});
