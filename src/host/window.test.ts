import { expect, test } from "bun:test";
import fc from "fast-check";
import { MINUTE } from "../protocol/time.ts";
import { MovingCount } from "./window.ts";

test("a moment counts until the minute it lies in has passed", () => {
  const count = new MovingCount();
  count.move(undefined, 10 * MINUTE + 30_000);
  expect([9, 10, 11].map((minute) => count.after(minute * MINUTE))).toEqual([1, 1, 0]);
});

test("0 and undefined stand for no moment", () => {
  const count = new MovingCount();
  count.move(0, undefined);
  expect(count.after(0)).toBe(0);
});

test("it equals counting afresh, however moments and the limit move", () => {
  const step = fc.record({ from: fc.nat(50), to: fc.nat(5000), limit: fc.nat(6000) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const count = new MovingCount();
      const moments: number[] = [];
      for (const { from, to, limit } of steps) {
        const at = from < moments.length ? from : -1;
        count.move(moments[at] && moments[at] * MINUTE, to * MINUTE);
        if (at >= 0) moments.splice(at, 1);
        moments.push(to);
        expect(count.after(limit * MINUTE)).toBe(
          moments.filter((minute) => minute >= limit && minute > 0).length,
        );
      }
    }),
  );
});
