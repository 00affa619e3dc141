import type { TextFormat } from "../format.ts";
import type { TextLine } from "../text.ts";
import { isName, plainName } from "./address.ts";
import { isDig } from "./dig.ts";
import { DnsAnswers } from "./dns-answers.ts";
import { Found } from "./found.ts";
import { tablesOf } from "./properties.ts";
import { operands, option, type Stretch, stretchesOf } from "./stretch.ts";
import { timeToLive, type ZoneRecord, zoneRecord } from "./zone-record.ts";

/**
 * Reads what a DNS server holds: zone files, `dnscmd /enumrecords`, `Get-DnsServerResourceRecord`. Whether an SRV record
 * is static or was registered by a machine becomes a statement `dns-record-aging`.
 */
export const zone: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    // An origin holds until the next one, prompts between or not.
    let origin = "";
    for (const stretch of stretchesOf(text)) {
      if (isDig(stretch)) continue;
      origin = zoneText(stretch, found, originOf(stretch) || origin);
      serverTable(stretch, found);
    }
    return found.lines;
  },
};

/** `dnscmd [server] /enumrecords zone node`, `/zoneprint zone`: the name that `@` stands for. */
function originOf({ command }: Stretch): string {
  if (command?.program !== "dnscmd") return "";
  const at = command.args.findIndex((word) => /^\/(?:enumrecords|zoneprint)$/i.test(word));
  const [zoneName = "", node = "@"] = at === -1 ? [] : command.args.slice(at + 1);
  return absolute(node.startsWith("/") ? "@" : node, plainName(zoneName));
}

function zoneText(stretch: Stretch, found: Found, begun: string): string {
  const answers = new DnsAnswers();
  const isKnown = stretch.command?.program === "dnscmd";
  let origin = begun;
  let owner = "@";
  let defaultTtl: number | undefined;
  let isZone = isKnown;
  for (const line of stretch.lines) {
    const [, directive = "", value = ""] = /^\s*(\$ORIGIN|\$TTL)\s+(\S+)/i.exec(line.text) ?? [];
    if (directive !== "") {
      isZone = true;
      found.lines.add(line.number);
      if (/TTL/i.test(directive)) defaultTtl = timeToLive(value);
      else origin = value.endsWith(".") ? plainName(value) : absolute(value, origin);
      continue;
    }
    const record = zoneRecord(line.text);
    if (record === undefined || !isUsable(record, line.text, isZone)) continue;
    if (record.owner !== "") owner = record.owner;
    const name = owner.endsWith(".") ? plainName(owner) : absolute(owner, origin);
    if (name === "" || name === "@") continue;
    put(stretch, found, answers, { ...record, owner: name }, line, origin, defaultTtl);
  }
  if (!answers.empty) answers.into(found, "zone", () => found.origin("dns-answers", stretch.names));
  if (stretch.command !== undefined && isKnown) found.lines.add(stretch.command.line.number);
  return origin;
}

/** Lines of prose may look like records: outside zones a class or SRV's three numbers are asked for. */
function isUsable(record: ZoneRecord, text: string, isZone: boolean): boolean {
  if (record.type === "SRV")
    return record.data.length >= 4 && record.data.slice(0, 3).every((word) => /^\d{1,5}$/.test(word));
  if (isZone) return true;
  return (
    /\sIN\s/.test(text) && record.data.length === 1 && record.owner !== "" && isName(record.data[0] ?? "")
  );
}

function put(
  stretch: Stretch,
  found: Found,
  answers: DnsAnswers,
  record: ZoneRecord,
  line: TextLine,
  origin: string,
  defaultTtl: number | undefined,
): void {
  const { owner, type, data, aging } = record;
  const ttl = record.ttl ?? defaultTtl;
  const at = found.at(line);
  const [first = "", weight = "", port = "", host = ""] = data;
  const full = (name: string) => (name.endsWith(".") ? plainName(name) : absolute(name, origin));
  if (type === "SRV") {
    const target = {
      host: full(host),
      port: Number(port),
      priority: Number(first),
      weight: Number(weight),
      at,
    };
    answers.srv(owner, at, target, ttl);
    if (stretch.command?.program === "dnscmd" || aging !== undefined) {
      const value =
        aging === undefined ? "static" : new Date((aging - HOURS_TO_1970) * 3_600_000).toISOString();
      statement(stretch, found, `${owner} ${target.host}`, value, line);
    }
  } else if (type === "A" || type === "AAAA") answers.address(owner, at, first, ttl);
  else if (type === "CNAME" || type === "PTR") answers.other(owner, type, at, full(first));
}

/** Hours from 1601 to 1970. */
const HOURS_TO_1970 = 3_234_576;

/** Table of `Get-DnsServerResourceRecord`; its zone is only in the command. */
function serverTable(stretch: Stretch, found: Found): void {
  const answers = new DnsAnswers();
  const zoneName = plainName(
    option(stretch.command, "zonename") ??
      operands(stretch.command, "name", "rrtype", "computername")[0] ??
      "",
  );
  for (const { columns, heading, rows } of tablesOf(stretch.lines)) {
    if (!columns.includes("recordtype") || !columns.includes("recorddata")) continue;
    found.lines.add(heading.number).add(heading.number + 1);
    for (const { line, cell } of rows) {
      found.lines.add(line.number);
      const name = absolute(cell("HostName"), zoneName);
      const data = cell("RecordData");
      const [, priority, weight, port, host] =
        /^\[(\d+)\]\[(\d+)\]\[(\d+)\]\[([\w.-]{1,255})\]?$/.exec(data) ?? [];
      const [hours, minutes, seconds] = cell("TimeToLive").split(/[.:]/).slice(-3).map(Number);
      const ttl = (hours ?? 0) * 3_600 + (minutes ?? 0) * 60 + (seconds ?? 0) || undefined;
      if (host !== undefined && !host.endsWith("..")) {
        const at = found.at(line);
        const target = { host, port: Number(port), priority: Number(priority), weight: Number(weight), at };
        answers.srv(name, at, target, ttl);
        const stamp = cell("Timestamp");
        statement(
          stretch,
          found,
          `${name} ${plainName(host)}`,
          stamp === "0" || stamp === "" ? "static" : stamp,
          line,
        );
      } else if (/^A{1}$|^AAAA$/.test(cell("RecordType"))) answers.address(name, found.at(line), data, ttl);
    }
  }
  if (answers.empty) return;
  if (stretch.command !== undefined) found.lines.add(stretch.command.line.number);
  answers.into(found, "zone", () => found.origin("dns-answers", stretch.names));
}

function statement(stretch: Stretch, found: Found, name: string, value: string, line: TextLine): void {
  const origin = found.origin("dns-answers", stretch.names);
  found.collector.statements.push({ origin, at: found.at(line), what: "dns-record-aging", name, value });
}

function absolute(name: string, origin: string): string {
  if (name === "@") return origin;
  if (name.endsWith(".") || origin === "") return plainName(name);
  return `${plainName(name)}.${origin}`;
}
