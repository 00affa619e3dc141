import { expect, test } from "bun:test";
import { judgeClock } from "./clock-watch.ts";

const NOON = Date.parse("2026-11-22T12:00:00Z");
const DAY = 86_400_000;

test.each([
  ["that goes as time passes", 1000, 1000, undefined],
  ["that a time service corrects by some seconds", 1000, 31_000, undefined],
  ["that is set a day forward", 1000, DAY + 1000, "86400"],
  ["that is set a day back", 1000, 1000 - DAY, "-86400"],
  ["that went on while the host was stopped for an hour", 3_600_000, 3_600_000, undefined],
  ["of a machine that slept for an hour", 1000, 3_601_000, "3600"],
])("a clock %s", (_, passed, moved, seconds) => {
  const before = { wall: NOON, monotonic: 5 };
  const after = { wall: NOON + moved, monotonic: 5 + passed };
  expect(judgeClock(before, after)?.info).toBe(seconds);
});
