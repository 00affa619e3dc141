import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../test/folders.ts";
import { SCENARIOS } from "../fleet/simulator/scenarios.ts";

const MUSTER = join(import.meta.dir, "main.ts");
const LIMIT = 300_000;

async function simulate(args: string[], cwd = makeFolder()) {
  const env = Object.entries(process.env).filter(([name]) => !name.startsWith("MUSTER_"));
  const child = Bun.spawn([process.execPath, MUSTER, "simulate", ...args], {
    cwd,
    env: Object.fromEntries(env),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { out, errors, exit: await child.exited };
}

test(
  "--list names every scenario with one line each",
  async () => {
    const { out, exit } = await simulate(["--list"]);
    expect(exit).toBe(0);
    expect(out.trim().split("\n")).toHaveLength(SCENARIOS.length);
    for (const [at, { name, summary }] of SCENARIOS.entries())
      expect(out.split("\n")[at]).toMatch(new RegExp(`^${name} +${RegExp.escape(summary)}$`));
    const { scenarios } = JSON.parse((await simulate(["--list", "--json"])).out);
    expect(scenarios.map(({ name }: { name: string }) => name)).toEqual(SCENARIOS.map(({ name }) => name));
  },
  LIMIT,
);

test(
  "a scenario is told as a table by week, with what the codes in it mean, and as plots",
  async () => {
    const { out, errors, exit } = await simulate(["threshold", "--days", "42"]);
    expect({ errors, exit }).toEqual({ errors: "", exit: 0 });
    const lines = out.split("\n");
    const table = lines.slice(lines.findIndex((line) => line.startsWith("Week")));
    expect(table[0]).toMatch(
      /^Week +Count +Unique +Leased +Licensed +Grace +Notification +Requests a day +Failures$/,
    );
    expect(table[1]).toMatch(/^1 +24 +24 +0 +0 of 24 +24 +0 +\d+(\.\d)? +\d+ × 0xC004F038$/);
    expect(table[5]).toMatch(/^5 +24 +24 +0 +0 of 24 +0 +24 /);
    expect(table[6]).toMatch(/^6 +25 +25 +25 +25 of 25 +0 +0 /);
    expect(out).toContain("day 40  the 25th machine is switched on");
    expect(out).toContain("0xC004F038  COUNT_INSUFFICIENT: ");
    expect(out).toMatch(/^Count of kms01 +█+ {2}highest 25$/m);
  },
  LIMIT,
);

test(
  "--json tells the same in one line",
  async () => {
    const { out, exit } = await simulate(["threshold", "--days", "14", "--json"]);
    expect(exit).toBe(0);
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    const story = JSON.parse(out);
    expect(story).toMatchObject({ scenario: "threshold", days: 14, machines: 24 });
    expect(story.weeks).toHaveLength(2);
    expect(story.weeks[1]).toMatchObject({
      week: 2,
      hosts: [{ name: "kms01", count: 24, unique: 24, leased: 0 }],
      failures: [{ code: "0xC004F038", name: "COUNT_INSUFFICIENT", number: expect.any(Number) }],
    });
  },
  LIMIT,
);

test(
  "a file is played, and what is wrong in one is said in a sentence",
  async () => {
    const folder = makeFolder();
    const file = 'days = 7\npolicy = { required = 1 }\nmachines = [{ name = "pc", number = 3 }]\n';
    writeFileSync(join(folder, "mine.toml"), file);
    expect((await simulate(["mine.toml"], folder)).out).toMatch(/^1 +2 +3 +3 +3 of 3 /m);
    writeFileSync(join(folder, "mine.toml"), file.replace("number = 3", "number = 0"));
    const { errors, exit } = await simulate(["mine.toml"], folder);
    expect(exit).toBe(2);
    expect(errors).toMatch(
      /^muster: The scenario mine\.toml cannot be used: machines\.0\.number: .+; correct it\. \(0x8007000D\)\n$/,
    );
  },
  LIMIT,
);

test.each([
  ["nothing", [], "--list"],
  ["a scenario that is not there", ["flood"], "There is no scenario and no file flood"],
  ["a length that is none", ["fleet", "--days", "0"], "whole number"],
])(
  "asked for %s it says what to do",
  async (_, args, words) => {
    const { errors, exit } = await simulate(args);
    expect(exit).toBe(2);
    expect(errors).toContain(words);
  },
  LIMIT,
);

test(
  "the scenario that --help shows can be played",
  async () => {
    const { out: help } = await simulate(["--help"]);
    const [, example = ""] = /in TOML[^\n]*\n(.*?)\n\n/s.exec(help) ?? [];
    const folder = makeFolder();
    writeFileSync(join(folder, "help.toml"), example);
    const { out, errors, exit } = await simulate(["help.toml", "--days", "14"], folder);
    expect({ errors, exit }).toEqual({ errors: "", exit: 0 });
    expect(out).toContain("day 7  10 of laptop: away for 60 days");
  },
  LIMIT,
);
