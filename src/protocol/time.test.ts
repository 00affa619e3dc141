import { expect, test } from "bun:test";
import fc from "fast-check";
import { DAY, formatEventTime, formatTime, MINUTE, minutesUntil, parseTime } from "./time.ts";

const moments = fc.integer({ min: 0, max: Date.parse("9999-12-31T23:59:59Z") });

test("a moment comes back from its timestamp in whole seconds", () => {
  fc.assert(
    fc.property(moments, (time) => {
      expect(formatTime(time)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(parseTime(formatTime(time))).toBe(time - (time % 1000));
    }),
  );
});

test.each([
  ["2026-11-22T06:44:00Z", "2026-11-22T06:44:00Z"],
  ["2026-11-22T06:44:00.25Z", "2026-11-22T06:44:00Z"],
  ["2026-11-22T15:44:00+09:00", "2026-11-22T06:44:00Z"],
  ["2026-11-22T01:14:00-05:30", "2026-11-22T06:44:00Z"],
  ["2028-02-29T00:00:00Z", "2028-02-29T00:00:00Z"],
])("%p is the moment %p", (text, moment) => {
  expect(formatTime(parseTime(text) ?? Number.NaN)).toBe(moment);
});

test.each([
  ["", "nothing"],
  ["2026-11-22", "a date alone"],
  ["2026-11-22T06:44Z", "no seconds"],
  ["2026-11-22T06:44:00", "no zone"],
  ["2026-11-22 06:44:00Z", "a blank for the T"],
  ["2026/11/22T06:44:00Z", "slashes"],
  ["2026-13-22T06:44:00Z", "month 13"],
  ["2026-00-22T06:44:00Z", "month 0"],
  ["2026-02-29T06:44:00Z", "29 February of a common year"],
  ["2026-04-31T06:44:00Z", "31 April"],
  ["2026-11-22T24:00:00Z", "hour 24"],
  ["2026-11-22T06:60:00Z", "minute 60"],
  ["2026-11-22T06:44:61Z", "second 61"],
  ["2026-11-22T06:44:00+24:00", "an offset of a whole day"],
  ["2026-11-22T06:44:00.Z", "a point without digits"],
  ["2026-11-22T06:44:00Z ", "a blank at the end"],
  ["+010000-01-01T00:00:00Z", "a year of more than four digits"],
  ["9999-12-31T23:59:59-01:00", "a moment after the year 9999"],
  ["0000-01-01T00:00:00+01:00", "a moment before the year 0"],
  ["Sun, 22 Nov 2026 06:44:00 GMT", "the timestamp of HTTP"],
])("%p is no timestamp: %s", (text) => {
  expect(parseTime(text)).toBeUndefined();
});

test("whatever is read as a timestamp can be written again, in messages and in events", () => {
  const digits = fc.string({ unit: fc.constantFrom(..."0123456789-:TZ+."), minLength: 20, maxLength: 25 });
  const nearly = fc
    .tuple(...["0000", "01", "01", "00", "00", "00"].map((part) => fc.nat({ max: 10 ** part.length - 1 })))
    .map((parts) => parts.map((part, at) => String(part).padStart(at === 0 ? 4 : 2, "0")))
    .map(
      ([year, month, day, hour, minute, second]) => `${year}-${month}-${day}T${hour}:${minute}:${second}Z`,
    );
  fc.assert(
    fc.property(fc.oneof(digits, nearly), (text) => {
      const time = parseTime(text);
      if (time === undefined) return;
      expect(formatTime(time)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(formatEventTime(time)).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d$/);
      if (text.endsWith("Z") && text.length === 20) expect(formatTime(time)).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

test("events write the time in UTC to the minute, as Microsoft's do", () => {
  expect(formatEventTime(Date.parse("2026-01-05T03:07:59Z"))).toBe("2026/01/05 03:07");
});

test.each([
  [0, 0],
  [-1, 0],
  [-DAY, 0],
  [MINUTE - 1, 0],
  [MINUTE, 1],
  [DAY - 1, 1439],
  [DAY, 1440],
])("%p ms from now are %p whole minutes", (distance, minutes) => {
  const now = Date.parse("2026-11-22T06:44:00Z");
  expect(minutesUntil(now + distance, now)).toBe(minutes);
});
