import {
  endOfLog,
  hostsText,
  logLines,
  poolText,
  productName,
  productNames,
} from "../doctor/clients/phrases.ts";
import { type ClientMachine, type ClientsReport, CONDITIONS } from "../doctor/clients/report.ts";
import { needsAttention } from "../doctor/clients/select.ts";
import { dayStamp, minuteStamp } from "../doctor/clients/stamps.ts";
import type { Words } from "../doctor/clients/words.ts";
import { hresult } from "../doctor/words.ts";
import { fields, table } from "./output.ts";

/** Of each kind of thing, people are first shown so many. */
const SHOWN = 20;
const MACHINES_SHOWN = 40;
const NAMES_SHOWN = 5;

/** What a person sees: the log, sums, what is wrong, and then the machines. */
export function clientsText(
  report: ClientsReport,
  machines: readonly ClientMachine[],
  words: Words,
  { all }: { all: boolean },
): string {
  const parts = [
    [words.clientsOf(hostsText(report, words)), ...logLines(report, words).map((line) => line.text)].join(
      "\n",
    ),
    sums(report, words),
    counts(report, words),
    products(report, words),
    failures(report, words),
    clusters(report, words),
    changes(report, words),
    machineTable(report, machines, words, all),
  ];
  return printable(parts.filter((part) => part !== "").join("\n\n"));
}

/** Names in a log are whatever a machine calls itself; nothing in them may steer a terminal. */
export function printable(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, "\uFFFD");
}

function sums({ machines, requests, failed }: ClientsReport, words: Words): string {
  const { number } = words;
  const groups = Map.groupBy(machines, (machine) => machine.condition);
  const conditions = CONDITIONS.filter((condition) => groups.has(condition)).map(
    (condition) => `${words.conditions[condition]} ${number(groups.get(condition)?.length ?? 0)}`,
  );
  const virtual = machines.filter((machine) => machine.virtual).length;
  return fields([
    [words.machines, `${number(machines.length)}  ${conditions.join(" · ")}`],
    [words.requests, `${number(requests)}  ${words.failed} ${number(failed)}`],
    [words.virtual, `${words.share(number(virtual), number(machines.length))}  (${words.virtualHint})`],
  ]);
}

function counts({ windows }: ClientsReport, words: Words): string {
  if (windows.length === 0) return "";
  const { number } = words;
  const rows = windows
    .slice(0, SHOWN)
    .map(({ host, pool, current, highest, required, cap }) => [
      host,
      poolText(pool, words),
      number(current),
      number(highest),
      required.map(number).join(", "),
      number(cap),
    ]);
  const headings = [words.host, words.pool, words.now, words.highest, words.required, words.cap];
  return `${words.counts}\n${table(headings, rows)}`;
}

function products({ products: uses }: ClientsReport, words: Words): string {
  if (uses.length === 0) return "";
  const { number } = words;
  const rows = uses
    .slice(0, SHOWN)
    .map((use) => [
      productName(use, words),
      number(use.machines),
      number(use.requests),
      number(use.failed),
      number(use.required),
    ]);
  return table([words.product, words.machines, words.requests, words.failed, words.required], rows);
}

function failures({ failures: all }: ClientsReport, words: Words): string {
  if (all.length === 0) return "";
  const { number } = words;
  const rows = all
    .slice(0, SHOWN)
    .map((failure) => [
      hresult(failure.code),
      productName(failure, words),
      number(failure.machines.length),
      number(failure.requests),
      minuteStamp(failure.last),
      words.codes[failure.code] ?? "",
    ]);
  const headings = [words.code, words.product, words.machines, words.requests, words.lastSeen, words.meaning];
  return `${words.failures}\n${table(headings, rows)}`;
}

function clusters({ clusters: all }: ClientsReport, words: Words): string {
  if (all.length === 0) return "";
  const lines = all
    .slice(0, SHOWN)
    .map(
      (cluster) =>
        `${cluster.cmid}  ${words.cluster(cluster)}\n    ${some(cluster.members.map((member) => member.machine))}`,
    );
  return [words.sharedCmids, ...lines].join("\n");
}

function changes({ changes: all }: ClientsReport, words: Words): string {
  if (all.length === 0) return "";
  const rows = all.slice(0, SHOWN).map((change) => [change.machine, words.change(change)]);
  return `${words.severalCmids}\n${table([words.machine, ""], rows)}`;
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(", ");
  return names.length > NAMES_SHOWN ? `${shown}, … (+${names.length - NAMES_SHOWN})` : shown;
}

function machineTable(
  report: ClientsReport,
  machines: readonly ClientMachine[],
  words: Words,
  all: boolean,
): string {
  const { number } = words;
  const needing = machines.filter(needsAttention);
  const heading =
    needing.length > 0
      ? words.needAttention(number(needing.length), number(machines.length))
      : words.nobodyNeedsAttention;
  const shown = all ? machines : needing.slice(0, MACHINES_SHOWN);
  const endOf = endOfLog(report);
  const rows = shown.map((machine) => {
    return [
      machine.label,
      words.why(machine, endOf(machine)),
      productNames(machine, words),
      words.states[machine.status] ?? String(machine.status),
      minuteStamp(machine.last),
      number(machine.requests),
      dayStamp(machine.expires),
      dayStamp(machine.next),
    ];
  });
  const headings = [
    words.machine,
    words.condition,
    words.products,
    words.state,
    words.lastSeen,
    words.requests,
    words.expires,
    words.next,
  ];
  const left = machines.length - shown.length;
  return [
    heading,
    ...(rows.length > 0 ? [table(headings, rows)] : []),
    ...(left > 0 ? [words.more(number(left), "--all")] : []),
  ].join("\n");
}
