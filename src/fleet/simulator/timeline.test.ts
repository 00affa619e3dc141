import { expect, test } from "bun:test";
import fc from "fast-check";
import { Timeline } from "./timeline.ts";

test("deeds happen in the order of their moments, those of one moment in the order they were planned", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(20)), async (moments) => {
      const timeline = new Timeline(0);
      const happened: [number, number][] = [];
      for (const [at, moment] of moments.entries()) {
        timeline.at(moment, () => void happened.push([timeline.now(), at]));
      }
      await timeline.runUntil(20);
      const expected = moments
        .map((moment, at): [number, number] => [moment, at])
        .sort(([one, first], [other, second]) => one - other || first - second);
      expect(happened).toEqual(expected);
    }),
  );
});

test("a deed may plan others, also for a moment that has passed, and they happen once each", async () => {
  const timeline = new Timeline(100);
  const happened: string[] = [];
  timeline.at(110, () => {
    happened.push("first");
    timeline.at(50, () => void happened.push(`late at ${timeline.now()}`));
    timeline.at(120, () => void happened.push("next"));
  });
  await timeline.runUntil(115);
  expect(happened).toEqual(["first", "late at 110"]);
  expect(timeline.now()).toBe(115);
  await timeline.runUntil(200);
  expect(happened).toEqual(["first", "late at 110", "next"]);
});

test("a deed ends before the next begins, however long it takes", async () => {
  const timeline = new Timeline(0);
  const happened: string[] = [];
  timeline.at(1, async () => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    happened.push("slow");
  });
  timeline.at(1, () => void happened.push("quick"));
  await timeline.runUntil(1);
  expect(happened).toEqual(["slow", "quick"]);
});

test("what was taken back does not happen, and what lies beyond the end waits", async () => {
  const timeline = new Timeline(0);
  const happened: string[] = [];
  const cancel = timeline.at(1, () => void happened.push("cancelled"));
  timeline.at(5, () => void happened.push("beyond"));
  cancel();
  await timeline.runUntil(4);
  expect(happened).toEqual([]);
  await timeline.runUntil(5);
  expect(happened).toEqual(["beyond"]);
});
