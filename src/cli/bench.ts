import type { Command } from "commander";
import { type BenchReport, ON_POSTGRES, ratio, runBench } from "../fleet/bench.ts";
import { print, table } from "./output.ts";
import { wholeNumber } from "./settings.ts";

interface BenchFlags {
  readonly connections: number[];
  readonly rounds: number;
  readonly requests: number;
  readonly known: number;
  readonly store?: string;
  readonly json?: boolean;
}

const HELP = `
Changes: nothing that stays, but for the machines it makes in the database of --store, which must be empty.
Undo: drop that database.`;

/** `muster bench`: how fast a host is on this machine, beside an empty server and the obvious one. */
export function addTo(program: Command): void {
  const number = wholeNumber(1, 100_000);
  program
    .command("bench")
    .description("Measure a host on this machine, beside an empty server and the obvious one, in one run.")
    .option(
      "--connections <numbers>",
      "how many clients at once, one run each",
      (text) => text.split(",").map(number),
      [1, 16, 64],
    )
    .option("--rounds <number>", "runs of each; the best and the worst are dropped", wholeNumber(1, 100), 7)
    .option("--requests <number>", "requests of one run", wholeNumber(100, 10_000_000), 20_000)
    .option("--known <number>", "machines the host knows beforehand", wholeNumber(1, 10_000_000), 1000)
    .option("--store <address>", "an empty PostgreSQL database: measure a host on it in the same run")
    .option("--json", "print JSON")
    .addHelpText("after", HELP)
    .action(async ({ json, ...options }: BenchFlags) => {
      const { stderr } = process;
      const onProgress = (done: number, of: number) => {
        if (stderr.isTTY) stderr.write(`\r${done} of ${of} runs${done === of ? "\n" : ""}`);
      };
      const report = await runBench({ ...options, onProgress });
      print(json, report, benchText(report));
    });
}

function benchText(report: BenchReport): string {
  const shown = (value: number | undefined) => (value === undefined ? "" : `${value.toFixed(2)} ×`);
  const isShared = report.rows.some(({ server }) => server === ON_POSTGRES);
  const rows = report.rows.map((row) => [
    String(row.connections),
    row.server,
    `${Math.round(row.perSecond)}`,
    row.p50.toFixed(2),
    row.p99.toFixed(2),
    shown(ratio(report, row, "empty", "perSecond")),
    shown(ratio(report, row, "obvious", "perSecond")),
    shown(ratio(report, row, "obvious, WAL", "perSecond")),
    shown(ratio(report, row, "empty", "p99")),
    ...(isShared ? [shown(ratio(report, row, "muster", "perSecond"))] : []),
  ]);
  const headings = [
    "Connections",
    "Server",
    "Activations/s",
    "p50 ms",
    "p99 ms",
    "Rate of empty",
    "Rate of obvious",
    "Rate of obvious, WAL",
    "p99 of empty",
    ...(isShared ? ["Rate of muster"] : []),
  ];
  return `${report.machine}\n${report.versions}; ${report.known} machines known; ${report.rounds} runs\n\n${table(headings, rows)}`;
}
