import { type Command, Option } from "commander";
import { csvClients } from "../doctor/clients/csv-clients.ts";
import { largest } from "../doctor/clients/extremes.ts";
import { htmlClients } from "../doctor/clients/html-clients.ts";
import { jsonClients } from "../doctor/clients/json.ts";
import type { ClientMachine, ClientsReport } from "../doctor/clients/report.ts";
import { SORTS, type Sort, select } from "../doctor/clients/select.ts";
import { summarise } from "../doctor/clients/summarise.ts";
import { type Language, WORDS } from "../doctor/clients/words.ts";
import { problem } from "../protocol/problems.ts";
import { clientsText } from "./doctor-clients-text.ts";
import { languageOption } from "./doctor-diagnose.ts";
import { readEvidence, tellNoLog, writeReport } from "./doctor-log.ts";
import { wholeNumber } from "./settings.ts";
import { sinceTime } from "./since.ts";

interface ClientsOptions {
  readonly format: "text" | "csv" | "json" | "html";
  readonly json?: boolean;
  readonly lang: Language;
  readonly output?: string;
  readonly all?: boolean;
  readonly sort?: Sort;
  readonly product?: string;
  readonly failed?: boolean;
  readonly since?: string;
  readonly renewalInterval?: number;
}

const HELP = `
The host's log is "Key Management Service"; on the host, this exports it:
  wevtutil epl "Key Management Service" kms.evtx

  muster doctor clients kms.evtx                        who needs attention, and why
  muster doctor clients kms.evtx --product office --all
  muster doctor clients kms.evtx --format csv -o clients.csv
  muster doctor clients kms.evtx --format html -o clients.html

Exit codes: 0 reported, 2 wrong usage or bad input, 3 there is no host's log in what was given.`;

/** The options that every report on a host's log takes. */
export function addReportOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--format <format>", "how the report is written")
        .choices(["text", "csv", "json", "html"])
        .default("text"),
    )
    .option("--json", "the same as --format json")
    .option("-o, --output <file>", "where the report goes (default: standard output)")
    .addOption(languageOption())
    .option(
      "--renewal-interval <minutes>",
      "how often clients renew (default: what the evidence says, else 10080)",
      wholeNumber(15, 43_200),
    );
}

/** Adds `muster doctor clients PATH…`: who uses a host, by its log. */
export function addClients(doctor: Command): void {
  const command = doctor
    .command("clients")
    .description("Tell from a host's log who uses it, who has stopped renewing, and who is refused.")
    .argument(
      "<paths...>",
      "the host's log, or files, folders and ZIP archives that hold it; - for standard input",
    );
  addReportOptions(command)
    .option("--all", "show every machine, not only those that need attention")
    .addOption(new Option("--sort <by>", "the order of the machines").choices(SORTS).default("attention"))
    .option("--product <name>", "only machines with this product: a part of its name, or its activation id")
    .option("--failed", "only machines that were refused at least once")
    .option("--since <time>", "only machines seen since then: 7d before the end of the log, or 2026-11-22")
    .addHelpText("after", HELP)
    .action(showClients);
}

async function showClients(paths: string[], options: ClientsOptions): Promise<void> {
  const evidence = await readEvidence(paths);
  if (evidence.handled.length === 0) return tellNoLog(evidence, paths.join(", "));
  const report = summarise(evidence, { renewalInterval: options.renewalInterval });
  const ends = largest(report.hosts.map((host) => host.last));
  const since = options.since === undefined ? undefined : sinceOf(options.since, ends);
  const machines = select(report.machines, { ...options, since });
  await writeReport(options.output, written(report, machines, options));
}

/** Counted from the end of the log: evidence is older than the moment in which it is read. */
function sinceOf(text: string, ends: number): number {
  try {
    return sinceTime(text, ends);
  } catch {
    throw problem("BAD_INPUT", `--since ${text} must be like 12h, 7d, 2026-11-22 or 2026-11-22T06:44:00Z.`);
  }
}

function written(
  report: ClientsReport,
  machines: readonly ClientMachine[],
  options: ClientsOptions,
): Iterable<string> {
  const { format, json, lang, all = false, product, failed = false, since } = options;
  switch (json ? "json" : format) {
    case "csv":
      return csvClients(report, machines);
    case "json":
      return jsonClients(report, machines);
    case "html":
      return [htmlClients(report, machines, lang)];
    case "text": {
      const isChosen = product !== undefined || failed || since !== undefined;
      return [`${clientsText(report, machines, WORDS[lang], { all: all || isChosen })}\n`];
    }
  }
}
