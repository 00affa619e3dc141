import { expect, test } from "bun:test";
import fc from "fast-check";
import { extendedPid, hostExtendedPid } from "./extended-pid.ts";

const SHAPE = /^\d{5}-\d{5}-\d{3}-\d{6}-03-0000-00000\.0000-\d{7}$/;
const license = { vendor: "v", host: "h", partialKey: "2W3XY", issued: Date.parse("2026-07-05T12:00:00Z") };

test("an extended PID has Microsoft's shape, whatever it is made from", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.integer({ min: 0, max: 4e12 }), (facts, time) => {
      expect(extendedPid(facts, time)).toMatch(SHAPE);
    }),
  );
});

test.each([
  ["2026-01-01T00:00:00Z", "0012026"],
  ["2026-03-21T23:59:59Z", "0802026"],
  ["2026-07-05T12:00:00Z", "1862026"],
  ["2028-12-31T23:59:59Z", "3662028"],
])("its last group says the day of %s", (time, group) => {
  expect(extendedPid([], Date.parse(time)).slice(-7)).toBe(group);
});

test("a host and all its clients print the same one, and another host another", () => {
  expect(hostExtendedPid(license)).toBe(hostExtendedPid({ ...license }));
  expect(hostExtendedPid(license)).not.toBe(hostExtendedPid({ ...license, host: "i" }));
  expect(hostExtendedPid(license)).not.toBe(hostExtendedPid({ ...license, partialKey: "2W3XX" }));
});
