import type { Command } from "commander";
import { type Comparison, compareHosts, MOVES } from "../doctor/clients/compare.ts";
import { csvComparison } from "../doctor/clients/csv-comparison.ts";
import { htmlComparison } from "../doctor/clients/html-comparison.ts";
import { jsonComparison } from "../doctor/clients/json.ts";
import { poolText, productName, sideText, switchOffLines } from "../doctor/clients/phrases.ts";
import { dayStamp, minuteStamp } from "../doctor/clients/stamps.ts";
import { type Language, WORDS, type Words } from "../doctor/clients/words.ts";
import { addReportOptions } from "./doctor-clients.ts";
import { printable } from "./doctor-clients-text.ts";
import { readEvidence, tellNoLog, writeReport } from "./doctor-log.ts";
import { fields, table } from "./output.ts";

interface CompareOptions {
  readonly format: "text" | "csv" | "json" | "html";
  readonly json?: boolean;
  readonly lang: Language;
  readonly output?: string;
  readonly all?: boolean;
  readonly renewalInterval?: number;
}

const HELP = `
Export the log of both hosts on the same day:
  wevtutil epl "Key Management Service" kms.evtx

  muster doctor compare old.evtx new.evtx               who still uses the old host
  muster doctor compare old.evtx new.evtx --format csv -o move.csv

Exit codes: 0 the old host can be switched off, 1 it cannot yet, 2 wrong usage or bad input, 3 the logs do not tell.`;

const EXIT = { now: 0, "not-yet": 1, unknown: 3 } as const;
/** People are first shown so many machines. */
const SHOWN = 60;

/** Adds `muster doctor compare OLD NEW`: who has moved from one host to another. */
export function addCompare(doctor: Command): void {
  const command = doctor
    .command("compare")
    .description(
      "Tell from the logs of an old and a new host who has moved, and whether the old one is still needed.",
    )
    .argument("<old>", "the old host's log: a file, folder or ZIP archive")
    .argument("<new>", "the new host's log");
  addReportOptions(command)
    .option("--all", "show every machine, not only those that have not moved")
    .addHelpText("after", HELP)
    .action(compareLogs);
}

async function compareLogs(oldPath: string, newPath: string, options: CompareOptions): Promise<void> {
  const old = await readEvidence([oldPath]);
  if (old.handled.length === 0) return tellNoLog(old, oldPath);
  const next = await readEvidence([newPath]);
  if (next.handled.length === 0) return tellNoLog(next, newPath);
  const comparison = compareHosts(old, next, { renewalInterval: options.renewalInterval });
  await writeReport(options.output, [written(comparison, options)]);
  process.exitCode = EXIT[comparison.switchOff.verdict];
}

function written(comparison: Comparison, { format, json, lang, all = false }: CompareOptions): string {
  switch (json ? "json" : format) {
    case "csv":
      return [...csvComparison(comparison)].join("");
    case "json":
      return jsonComparison(comparison);
    case "html":
      return htmlComparison(comparison, lang);
    case "text":
      return `${comparisonText(comparison, WORDS[lang], all)}\n`;
  }
}

function comparisonText(comparison: Comparison, words: Words, all: boolean): string {
  const { number } = words;
  const groups = Map.groupBy(comparison.machines, (machine) => machine.move);
  const present = MOVES.filter((move) => groups.has(move));
  const products = comparison.products.map((use) => [
    productName(use, words),
    number(use.machines),
    ...present.map((move) => number(use.moves[move])),
  ]);
  const counts = comparison.windows.map((window) => [
    poolText(window.pool, words),
    number(window.current),
    window.required.map(number).join(", "),
  ]);
  const parts = [
    [sideText(words.oldHost, comparison.old, words), sideText(words.newHost, comparison.new, words)].join(
      "\n",
    ),
    switchOffLines(comparison, words).join("\n"),
    fields(present.map((move) => [words.moves[move], number(groups.get(move)?.length ?? 0)])),
    table([words.product, words.machines, ...present.map((move) => words.moves[move])], products),
    `${words.newHost}: ${words.counts}\n${table([words.pool, words.now, words.required], counts)}`,
    machineTable(comparison, words, all),
  ];
  return printable(parts.filter((part) => part !== "").join("\n\n"));
}

function machineTable({ machines }: Comparison, words: Words, all: boolean): string {
  const waiting = machines.filter(({ move }) => move === "old" || move === "failing" || move === "gone");
  const shown = all ? machines : waiting.slice(0, SHOWN);
  const rows = shown.map((machine) => [
    machine.label,
    words.moves[machine.move],
    machine.products.map((each) => productName(each, words)).join(", "),
    minuteStamp(machine.oldLast),
    minuteStamp(machine.newFirst),
    minuteStamp(machine.newLast),
    dayStamp(machine.expires),
  ]);
  const left = machines.length - shown.length;
  const headings = [
    words.machine,
    words.move,
    words.products,
    words.lastAtOld,
    words.firstAtNew,
    words.lastAtNew,
    words.expires,
  ];
  return [
    ...(rows.length > 0 ? [table(headings, rows)] : []),
    ...(left > 0 ? [words.more(words.number(left), "--all")] : []),
  ].join("\n");
}
