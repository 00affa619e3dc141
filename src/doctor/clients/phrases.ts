import { DAY, MINUTE } from "../../protocol/time.ts";
import type { Product } from "../products.ts";
import { list } from "../words.ts";
import type { ComparedLog, Comparison } from "./compare.ts";
import type { ClientMachine, ClientsReport, HostLog } from "./report.ts";
import { dayStamp, minuteStamp } from "./stamps.ts";
import type { Words } from "./words.ts";

/** A sentence of a report; one that warns says that something else in it may not hold. */
export interface Line {
  readonly text: string;
  readonly warns: boolean;
}

/** More hosts than any site has are not listed. */
const MOST_HOSTS = 20;

/** What the log is: of whom, how long, and what that means for all that follows. */
export function logLines(report: ClientsReport, words: Words): Line[] {
  const { number } = words;
  const interval = days(report.renewalInterval * MINUTE);
  const lines = report.hosts
    .slice(0, MOST_HOSTS)
    .flatMap((host) => [
      plain(`${hostName(host, words)}: ${spanText(host, words)}`),
      ...(host.short ? [warning(words.short(number(interval)))] : []),
      ...(host.selected ? [warning(words.selected)] : []),
    ]);
  lines.push(plain(words.interval(number(interval), report.renewalIntervalStated)));
  if (report.repeated > 0) lines.push(plain(words.repeated(number(report.repeated))));
  if (report.undated > 0) lines.push(warning(words.undated(number(report.undated))));
  return lines;
}

function spanText({ first, last, requests, utc }: HostLog, words: Words): string {
  const span = words.span(minuteStamp(first), minuteStamp(last), words.number(days(last - first)));
  return `${span}, ${utc ? words.utc : words.zoneOpen}, ${words.requests} ${words.number(requests)}`;
}

function days(milliseconds: number): number {
  return Math.round((milliseconds / DAY) * 10) / 10 || 0;
}

function hostName({ host }: HostLog, words: Words): string {
  return host === "" ? words.unnamedHost : host;
}

/** The hosts of a report in a heading. */
export function hostsText({ hosts }: ClientsReport, words: Words): string {
  return list(hosts.map((host) => hostName(host, words)));
}

/** When the log of the host that a machine used last ends: what "not seen for" is counted to. */
export function endOfLog({ hosts }: ClientsReport): (machine: ClientMachine) => number {
  const ends = new Map(hosts.map(({ host, last }) => [host, last]));
  return ({ hosts: used, last }) => ends.get(used.at(-1) ?? "") ?? last;
}

/** The name of a product, or that its id is not known. */
export function productName(of: { id: string; product?: Product }, words: Words): string {
  return of.product?.name ?? words.unknownProduct(of.id);
}

/** The products of a machine, those that were replaced last. */
export function productNames({ products }: Pick<ClientMachine, "products">, words: Words): string {
  return products
    .map((each) =>
      each.condition === "replaced"
        ? `${productName(each, words)} (${words.conditions.replaced})`
        : productName(each, words),
    )
    .join(", ");
}

export function poolText(pool: string, words: Words): string {
  return pool === "" ? words.otherPool : pool;
}

function plain(text: string): Line {
  return { text, warns: false };
}

function warning(text: string): Line {
  return { text, warns: true };
}

/** One side of a comparison in a line. */
export function sideText(label: string, log: ComparedLog, words: Words): string {
  const hosts = list(log.hosts.map((host) => (host === "" ? words.unnamedHost : host)));
  const span = words.span(
    minuteStamp(log.first),
    minuteStamp(log.last),
    words.number(days(log.last - log.first)),
  );
  const zone = log.utc ? words.utc : words.zoneOpen;
  return `${label}: ${hosts}, ${span}, ${zone}, ${words.requests} ${words.number(log.requests)}`;
}

/** What follows for the old host: the answer first, then why, then when to look again. */
export function switchOffLines({ switchOff }: Comparison, words: Words): string[] {
  const { verdict, reasons, lookAgain, firstExpiry } = switchOff;
  return [
    words.switchOff[verdict],
    ...reasons.map(words.reason),
    ...(lookAgain === undefined ? [] : [words.lookAgain(minuteStamp(lookAgain))]),
    ...(firstExpiry === undefined ? [] : [words.firstExpiry(dayStamp(firstExpiry))]),
  ];
}
