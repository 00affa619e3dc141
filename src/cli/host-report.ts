import type { Command } from "commander";
import { REPORT_PERIOD, reportUsage } from "../host/report.ts";
import { formatTime } from "../protocol/time.ts";
import type { UsageReport } from "../protocol/usage-report.ts";
import { writeAtomically } from "../vendor/files.ts";
import { fields, print } from "./output.ts";
import { dataOption } from "./settings.ts";
import { sinceTime } from "./since.ts";

interface ReportFlags {
  readonly output?: string;
  readonly since?: number;
  readonly machines?: true;
  readonly data: string;
  readonly json?: boolean;
}

/** Adds `muster host report`. */
export function addReport(group: Command): void {
  group
    .command("report")
    .description("Write a report of usage for the vendor, signed by this host: numbers, no machine's name.")
    .option("-o, --output <file>", "where the report goes (default: standard output)")
    .option("--since <time>", "from when on: 90d, 2026-11-22 or a timestamp (default: 30d)", (text) =>
      sinceTime(text, Date.now()),
    )
    .option("--machines", "list the machines too, by name and CMID")
    .addOption(dataOption("host"))
    .option("--json", "print JSON")
    .addHelpText("after", "\nChanges: nothing. The vendor reads it with muster vendor ledger --import FILE.")
    .action(async ({ output, since, machines, data, json }: ReportFlags) => {
      const now = Date.now();
      const period = { since: since ?? now - REPORT_PERIOD, list: machines === true };
      const { report, token } = await reportUsage(data, period, now);
      const text = describe(report, output);
      if (output !== undefined) writeAtomically(output, `${token}\n`, 0o644);
      if (json || output !== undefined) print(json, { ...reportValue(report), token, output }, text);
      else {
        process.stderr.write(`${text}\n`);
        print(false, undefined, token);
      }
    });
}

function describe(report: UsageReport, output: string | undefined): string {
  const { from, to, leased, peak, machines, seats, overageDays, products, list } = report;
  return fields([
    ["Period", `${formatTime(from)} to ${formatTime(to)}`],
    ["Leased", `${leased} of ${seats === undefined ? "unlimited" : `${seats} seats`}`],
    ["Peak", peak],
    ["Days above the seats", seats === undefined ? undefined : overageDays],
    ["Unique machines", machines],
    ["Products", products.length === 0 ? "none" : products.length],
    ["Machines listed", list?.length ?? "none"],
    ["Written to", output],
  ]);
}

function reportValue(report: UsageReport): object {
  const { issued, from, to, list, ...rest } = report;
  return {
    ...rest,
    issued: formatTime(issued),
    from: formatTime(from),
    to: formatTime(to),
    list: list?.map((one) => ({ ...one, lastSeen: formatTime(one.lastSeen) })),
  };
}
