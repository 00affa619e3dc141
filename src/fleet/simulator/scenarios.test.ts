import { expect, test } from "bun:test";
import { playScenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

test("every scenario has a name to type and a sentence that says what it shows", () => {
  expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
  for (const { name, summary } of SCENARIOS) {
    expect(name).toMatch(/^[a-z][a-z-]*$/);
    expect(summary).toMatch(/^[A-Z0-9].{20,120}\.$/);
  }
});

test.each(SCENARIOS.map(({ name }) => name))(
  "%s can be played, and its first three days are told",
  async (name) => {
    const scenario = SCENARIOS.find((one) => one.name === name);
    const days: number[] = [];
    const story = scenario && (await playScenario(scenario, { days: 3, onDay: (day) => days.push(day) }));
    expect(days).toEqual([1, 2, 3]);
    expect(story?.weeks).toMatchObject([{ week: 1, days: 3, machines: story?.machines }]);
    expect(story?.totals.requests).toBeGreaterThan(20);
  },
);

test("the same seed tells the same story, another seed another one", async () => {
  const scenario = SCENARIOS.find(({ name }) => name === "two-hosts");
  if (scenario === undefined) throw new Error("the scenario is there");
  const [one, same, other] = [
    await playScenario(scenario, { days: 10 }),
    await playScenario(scenario, { days: 10, seed: 1 }),
    await playScenario(scenario, { days: 10, seed: 2 }),
  ];
  expect(one).toEqual(same);
  expect(one.daily).not.toEqual(other.daily);
});
