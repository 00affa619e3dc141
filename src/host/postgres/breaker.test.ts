import { expect, test } from "bun:test";
import fc from "fast-check";
import { problemIn } from "../../../test/problems.ts";
import { Breaker, pauseBefore } from "./breaker.ts";
import { unavailable } from "./database-problem.ts";

test("the pause before a look grows from a part of a second to seconds, and is not the same for all", () => {
  fc.assert(
    fc.property(fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true }), (looks, random) => {
      const pause = pauseBefore(looks, random);
      expect(pause).toBeGreaterThanOrEqual(125);
      expect(pause).toBeLessThanOrEqual(5000);
      expect(pauseBefore(looks + 1, random)).toBeGreaterThanOrEqual(pause);
    }),
  );
  expect([pauseBefore(0, 1), pauseBefore(2, 1), pauseBefore(60, 1)]).toEqual([250, 1000, 5000]);
});

test("a breaker refuses at once from the first failure on, looks once at a time, and lets through what is back", async () => {
  let [looks, looking, mostAtOnce] = [0, 0, 0];
  let isBack = false;
  const breaker = new Breaker(async () => {
    looks++;
    mostAtOnce = Math.max(mostAtOnce, ++looking);
    await Bun.sleep(20);
    looking--;
    if (!isBack) throw new Error("still away");
  });
  breaker.check();
  const reason = unavailable("it does not answer");
  for (let times = 0; times < 10; times++) breaker.trip(reason);
  expect(problemIn(() => breaker.check())).toBe(reason);
  while (looks < 2) await Bun.sleep(10);
  expect(problemIn(() => breaker.check())).toBe(reason);
  isBack = true;
  while (breaker.isOpen) await Bun.sleep(10);
  breaker.check();
  expect(mostAtOnce).toBe(1);

  // And looks no more once it is stopped.
  isBack = false;
  breaker.trip(reason);
  breaker.stop();
  const before = looks;
  await Bun.sleep(400);
  expect(looks).toBe(before);
});
