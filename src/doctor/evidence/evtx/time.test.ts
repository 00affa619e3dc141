import { expect, test } from "bun:test";
import fc from "fast-check";
import { Clock } from "./time.ts";

const from1601to1970 = 11644473600000n;

function read(ticks: bigint): Clock {
  const clock = new Clock();
  clock.fileTime(Number(ticks & 0xffffffffn), Number(ticks >> 32n));
  return clock;
}

test("a FILETIME is read to its last digit", () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 61n), (ticks) => {
      const clock = read(ticks);
      const milliseconds = Number(ticks / 10000n - from1601to1970);
      expect(clock.milliseconds).toBe(milliseconds);
      const whole = new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().slice(0, -5);
      expect(clock.iso).toBe(`${whole}.${String(ticks % 10000000n).padStart(7, "0")}Z`);
    }),
  );
});

test("no FILETIME is too large to read", () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (ticks) => void expect(read(ticks).iso).toEndWith("Z")),
  );
});

test.each([
  ["2023-05-24T01:12:30.1454614Z", "2023-05-24T01:12:30.1454614Z"],
  ["2023-05-24T01:12:30.145461400Z", "2023-05-24T01:12:30.1454614Z"],
  ["2023-05-24T01:12:30Z", "2023-05-24T01:12:30.0000000Z"],
  ["2023-05-24T01:12:30.5", "2023-05-24T01:12:30.5000000Z"],
])("the text %s is the time %s", (text, iso) => {
  const clock = new Clock();
  expect(clock.text(text)).toBe(true);
  expect(clock.iso).toBe(iso);
  expect(clock.milliseconds).toBe(Date.parse(iso));
});

test.each(["", "yesterday", "2023-13-24T01:12:30Z", "2023-05-24 01:12:30"])(
  "the text %p is no time",
  (text) => {
    expect(new Clock().text(text)).toBe(false);
  },
);

test("a SYSTEMTIME without a year is no time", () => {
  expect(new Clock().systemTime(new DataView(new ArrayBuffer(16)), 0)).toBe(false);
});
