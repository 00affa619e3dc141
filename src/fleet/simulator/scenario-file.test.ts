import { describe, expect, test } from "bun:test";
import { problemIn } from "../../../test/problems.ts";
import { playScenario } from "./scenario.ts";
import { readScenario } from "./scenario-file.ts";

const BRANCH = `
days = 30
[policy]
required = 5
[[machines]]
name = "pc"
number = 6
[[machines]]
name = "laptop"
number = 2
day = 3
[[events]]
day = 5
what = "away"
machines = "laptop"
days = 10
[[events]]
day = 20
what = "host-rebuilt"
`;

const play = (text: string) => playScenario(readScenario(text, "branch.toml"));

test("a scenario of one's own is played as it is written", async () => {
  const scenario = readScenario(BRANCH, "folder/branch.toml");
  expect(scenario).toMatchObject({ name: "branch", days: 30 });
  const story = await playScenario(scenario);
  expect(story.remarks).toEqual([
    { day: 5, text: "laptop: away for 10 days" },
    { day: 20, text: "kms01 is rebuilt; its count starts at 0" },
  ]);
  expect(story.daily.counts.kms01?.slice(0, 5)).toEqual([6, 6, 6, 8, 8]);
  expect(story.daily.counts.kms01?.[19]).toBe(8);
  expect(story.daily.counts.kms01?.[20]).toBeLessThan(8);
  expect(story.weeks.at(-1)).toMatchObject({ week: 5, days: 2, machines: 8, licensed: 8 });
});

test("JSON says the same as TOML", async () => {
  const json = JSON.stringify(Bun.TOML.parse(BRANCH));
  expect(await playScenario(readScenario(json, "branch.json"))).toEqual(await play(BRANCH));
});

test("an event may come again and again, on part of a group, on one machine, or on all", async () => {
  const story = await play(`
    days = 12
    policy = { required = 2 }
    machines = [{ name = "pc", number = 3 }]
    events = [
      { day = 1, hour = 8, what = "reimaged", machines = "pc-002", every = 2, until = 6 },
      { day = 2, what = "clock", machines = "pc", first = 2, hours = -48 },
      { day = 3, what = "clock", machines = "all", hours = 0 },
    ]`);
  expect(story.remarks).toEqual([
    { day: 1, text: "pc-002: set up anew" },
    { day: 2, text: "2 of pc: clock set 48 hours back" },
    { day: 3, text: "all: clock set right" },
    { day: 3, text: "pc-002: set up anew" },
    { day: 5, text: "pc-002: set up anew" },
  ]);
  expect(story.totals).toMatchObject({ names: 3, cmids: 6 });
});

test("every event can be played, and one that is refused is told of", async () => {
  const events = [
    { what: "host-down", days: 1 },
    { what: "host-rebuilt" },
    { what: "host-backed-up" },
    { what: "host-restored", host: "kms02" },
    { what: "host-restored" },
    { what: "host-clock", hours: 3 },
    { what: "duplicates", policy: "rearm" },
    ...["away", "no-network", "off", "answers-lost"].map((what) => ({ what, machines: "pc", days: 1 })),
    { what: "clock", machines: "pc", hours: 24 },
    { what: "hardware", machines: "pc" },
    { what: "hardware", machines: "pc", parts: ["mac"] },
    ...["snapshot", "restored", "reimaged", "rearmed", "rearmed"].map((what) => ({ what, machines: "pc" })),
    { what: "cloned", machines: "pc", name: "clone", number: 2 },
    { what: "off", machines: "clone", days: 1 },
  ].map((event, at) => ({ day: at + 1, ...event }));
  const file = { days: 30, hosts: 2, policy: { rearms: 1 }, machines: [{ name: "pc", number: 2 }], events };
  const story = await playScenario(readScenario(JSON.stringify(file), "all.json"));
  const told = story.remarks.map(({ text }) => text);
  expect(told).toContain("kms02 has no backup");
  expect(told).toContain("kms01 is restored from a backup");
  expect(told).toContain("pc: mac replaced");
  expect(told).toContain("pc: rearmed; 2 are refused");
  expect(told).toContain("pc: cloned 2 times, as clone");
  expect(told).toContain("clone: switched off for 1 days");
});

describe("a scenario that cannot be used says what to correct", () => {
  const machines = '[[machines]]\nname = "pc"\nnumber = 2\n';
  test.each<[string, string, string]>([
    ["is no TOML", "days = = 3", "cannot be read"],
    ["has no machines", "days = 3", "machines"],
    ["has a member that nobody knows", `${machines}colour = "red"`, "colour"],
    ["has too many machines", '[[machines]]\nname = "pc"\nnumber = 9999', "machines.0.number"],
    [
      "has too many machines in all",
      '[[machines]]\nname = "a"\nnumber = 5000\n[[machines]]\nname = "b"\nnumber = 1',
      "5001",
    ],
    ["has two groups of one name", machines + machines, "two groups"],
    ["runs for ever", `days = 99999\n${machines}`, "days"],
    [
      "names machines that are not there",
      `${machines}[[events]]\nday = 1\nwhat = "off"\nmachines = "server"\ndays = 1`,
      "server",
    ],
    [
      "names a host that is not there",
      `${machines}[[events]]\nday = 1\nwhat = "host-rebuilt"\nhost = "kms02"`,
      "kms02",
    ],
    ["has an event that nobody knows", `${machines}[[events]]\nday = 1\nwhat = "flood"`, "events.0.what"],
    ["leaves out how long", `${machines}[[events]]\nday = 1\nwhat = "off"\nmachines = "pc"`, "events.0.days"],
    ["has a name with a path in it", '[[machines]]\nname = "../pc"\nnumber = 1', "machines.0.name"],
  ])("it %s", (_, text, words) => {
    const problem = problemIn(() => readScenario(text, "mine.toml"));
    expect(problem.name).toBe("BAD_INPUT");
    expect(problem.message).toContain("mine.toml");
    expect(problem.message).toContain(words);
  });

  test("a policy out of bounds is refused when the world is made", async () => {
    const text = `policy = { lease = 1 }\nmachines = [{ name = "pc", number = 1 }]`;
    expect((await playScenario(readScenario(text, "mine.toml")).catch((error) => error)).name).toBe(
      "BAD_INPUT",
    );
  });
});
