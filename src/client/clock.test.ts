import { expect, test } from "bun:test";
import { NOW } from "../../test/requests.ts";
import { DAY, MINUTE } from "../protocol/time.ts";
import { NO_TIME, type SeenTime, wasSetBack } from "./clock.ts";

const TOLERANCE = 240;
const seen = (signed: number | undefined, local: number | undefined): SeenTime => ({ signed, local });

test.each<[string, SeenTime, number, boolean]>([
  ["a clock that was never looked at was not", NO_TIME, 0, false],
  ["a clock that went on was not", seen(NOW, NOW), NOW + DAY, false],
  [
    "nor one that went back by no more than clocks may differ",
    seen(NOW, NOW),
    NOW - TOLERANCE * MINUTE,
    false,
  ],
  ["one that went back by more was", seen(NOW, NOW), NOW - TOLERANCE * MINUTE - 1, true],
  ["so was one without any lease", seen(undefined, NOW), NOW - DAY, true],
  ["and one that went back and is still ahead of what was signed", seen(NOW, NOW + 9 * DAY), NOW + DAY, true],
  ["a clock that stays wrong was not set back again", seen(NOW, NOW - 9 * DAY), NOW - 8 * DAY, false],
  ["a wrong clock that is set back further was", seen(NOW, NOW - 9 * DAY), NOW - 19 * DAY, true],
  [
    "a small step that makes a late clock a wrong one counts",
    seen(NOW, NOW - 200 * MINUTE),
    NOW - 241 * MINUTE,
    true,
  ],
  ["a right clock after a wrong one was not", seen(NOW, NOW - 9 * DAY), NOW + DAY, false],
])("%s", (_, clock, now, expected) => {
  expect(wasSetBack(clock, now, { clockTolerance: TOLERANCE })).toBe(expected);
});
