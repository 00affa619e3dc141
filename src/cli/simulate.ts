import type { Command } from "commander";
import { plotLine } from "../fleet/simulator/plot.ts";
import type { Story, Week } from "../fleet/simulator/report.ts";
import { playScenario, type Scenario } from "../fleet/simulator/scenario.ts";
import {
  HOST_EVENTS,
  isScenarioFile,
  MACHINE_EVENTS,
  readScenarioFile,
} from "../fleet/simulator/scenario-file.ts";
import { SCENARIOS } from "../fleet/simulator/scenarios.ts";
import { PROBLEMS, problem } from "../protocol/problems.ts";
import { fields, print, table } from "./output.ts";
import { wholeNumber } from "./settings.ts";

interface SimulateOptions {
  readonly list?: boolean;
  readonly seed?: number;
  readonly days?: number;
  readonly json?: boolean;
}

const LONGEST = 3650;
/** The exit code of a program that Ctrl+C ended, as shells have it. */
const INTERRUPTED = 130;
const PLOT_WIDTH = 60;
const HEADINGS = [
  "Week",
  "Count",
  "Unique",
  "Leased",
  "Licensed",
  "Grace",
  "Notification",
  "Requests a day",
  "Failures",
];

const FILE_HELP = `
A scenario of your own, in TOML; JSON has the same names:
  days = 120
  hosts = 1
  policy = { required = 25 }
  [[machines]]
  name = "laptop"
  number = 30
  [[events]]
  day = 7
  what = "away"
  machines = "laptop"     # or one of them, laptop-003, or all
  first = 10              # only so many of them
  days = 60

Events of machines: ${MACHINE_EVENTS.join(", ")}.
Events of hosts: ${HOST_EVENTS.join(", ")}.
Any event may have hour, and every and until to come again.`;

/** `muster simulate`: months of a fleet in seconds. */
export function addTo(program: Command): void {
  program
    .command("simulate")
    .description("Play months of a fleet in seconds, on a virtual clock.")
    .argument("[scenario]", "a name from --list, or a TOML or JSON file")
    .option("--list", "list the scenarios that are shipped")
    .option(
      "--seed <number>",
      "another seed makes other chances (default: the scenario's, or 1)",
      wholeNumber(0, 2 ** 31),
    )
    .option(
      "--days <number>",
      "how long to play (default: as long as the scenario says)",
      wholeNumber(1, LONGEST),
    )
    .option("--json", "print JSON")
    .addHelpText("after", FILE_HELP)
    .addHelpText("after", "\nChanges: nothing.")
    .action(async (name: string | undefined, options: SimulateOptions) => {
      if (options.list) return list(options);
      const scenario = findScenario(name);
      for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => process.exit(INTERRUPTED));
      const onDay = options.json ? () => {} : progress();
      const story = await playScenario(scenario, { ...options, onDay });
      const { summary } = scenario;
      print(options.json, { scenario: scenario.name, summary, ...story }, storyText(scenario, story));
    });
}

function list({ json }: SimulateOptions): void {
  const scenarios = SCENARIOS.map(({ name, summary, days }) => ({ name, days, summary }));
  print(json, { scenarios }, fields(SCENARIOS.map(({ name, summary }) => [name, summary])));
}

function findScenario(name: string | undefined): Scenario {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (scenario !== undefined) return scenario;
  if (name !== undefined && isScenarioFile(name)) return readScenarioFile(name);
  throw problem(
    "BAD_INPUT",
    name === undefined
      ? "Name a scenario or give a file; muster simulate --list shows the scenarios."
      : `There is no scenario and no file ${name}; muster simulate --list shows the scenarios, and a file ends in .toml or .json.`,
  );
}

/** One line that counts the days, where somebody watches. */
function progress(): (day: number, days: number) => void {
  const { stderr } = process;
  if (!stderr.isTTY) return () => {};
  return (day, days) => void stderr.write(day < days ? `\rday ${day} of ${days}` : "\r\x1b[K");
}

/** The story for people. */
function storyText({ name, summary }: Scenario, story: Story): string {
  const { weeks, remarks, daily } = story;
  const plots = [
    ...Object.entries(daily.counts).map(([host, numbers]) => plot(`Count of ${host}`, numbers)),
    plot("Machines licensed", daily.licensed),
    plot("Requests a day", daily.requests),
  ];
  const failures = [...new Set(weeks.flatMap((week) => week.failures.map((one) => one.name)))];
  const legend = failures.map((failure): [string, string] => {
    const { code, title } = PROBLEMS[failure];
    return [code, `${failure}: ${title}`];
  });
  const blocks = [
    `${name}: ${summary}`,
    remarks.length === 0 ? "" : fields(remarks.map(({ day, text }) => [`day ${day}`, text])),
    table(HEADINGS, weeks.map(weekRow)),
    legend.length === 0 ? "" : fields(legend),
    fields(plots),
    summing(story),
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

function plot(name: string, numbers: readonly number[]): [string, string] {
  return [name, `${plotLine(numbers, PLOT_WIDTH)}  highest ${Math.max(0, ...numbers)}`];
}

function weekRow({ week, hosts, machines, ...figures }: Week): string[] {
  const each = (figure: "count" | "unique" | "leased") => hosts.map((host) => host[figure]).join(" / ");
  return [
    String(week),
    each("count"),
    each("unique"),
    each("leased"),
    `${figures.licensed} of ${machines}`,
    String(figures.grace),
    String(figures.notification),
    String(figures.requestsADay),
    figures.failures.map(({ code, number }) => `${number} × ${code}`).join(", "),
  ];
}

function summing({ days, machines, totals }: Story): string {
  const { requests, busiestMinute, busiestMachine, names, cmids, duplicates } = totals;
  const sentences = [
    `${days} days, ${machines} machines, ${requests} requests; at most ${busiestMinute} in a minute, and ${busiestMachine} a day from one machine.`,
    `Hosts know ${cmids} CMIDs of ${names} machine names.`,
    duplicates === 0 ? "" : `They told ${duplicates} times that machines share a CMID (event 12400).`,
  ];
  return sentences.filter((sentence) => sentence !== "").join("\n");
}
