import type { TextFormat } from "../format.ts";
import type { TextLine } from "../text.ts";
import { isAddress, plainAddress, plainName } from "./address.ts";
import { DnsAnswers, failureOf, questionType } from "./dns-answers.ts";
import { Found } from "./found.ts";
import { blocksOf, tablesOf } from "./properties.ts";
import { operands, option, type Stretch, stretchesOf } from "./stretch.ts";

/** Reads `Resolve-DnsName`: tables, lists and errors. */
export const resolveDnsName: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    for (const stretch of stretchesOf(text)) readStretch(stretch, found);
    return found.lines;
  },
};

/** A record with its fields by the names that both views use. */
interface PrintedRecord {
  readonly line: TextLine;
  readonly target: TextLine;
  readonly field: (name: string) => string;
}

function readStretch(stretch: Stretch, found: Found): void {
  const { command } = stretch;
  const typed = command?.program === "resolve-dnsname";
  const answers = new DnsAnswers();
  const asked = option(command, "type");
  if (typed) {
    answers.question = plainName(
      option(command, "name") ?? operands(command, "name", "type", "server")[0] ?? "",
    );
    const server = option(command, "server");
    if (server !== undefined && isAddress(server)) answers.serverAddress = server;
    else if (server !== undefined) answers.server = server;
  }
  let authority: TextLine | undefined;
  for (const record of records(stretch, found)) {
    const name = plainName(record.field("Name"));
    const type = record.field("Type") || record.field("QueryType");
    if (/^SOA$/i.test(type) && /^Authority$/i.test(record.field("Section"))) authority ??= record.line;
    else put(answers, record, name, type, found);
  }
  errors(stretch, answers, found, asked);
  const { question } = answers;
  if (answers.empty && authority !== undefined && question !== "") {
    answers.failed(question, questionType(asked, question), found.at(authority), "nodata");
  }
  if (answers.empty) return;
  if (command !== undefined) found.lines.add(command.line.number);
  answers.into(found, "Resolve-DnsName", () => found.origin("dns-answers", stretch.names));
}

function records(stretch: Stretch, found: Found): PrintedRecord[] {
  const records: PrintedRecord[] = [];
  for (const { columns, heading, rows } of tablesOf(stretch.lines)) {
    if (!columns.includes("section") || !columns.includes("ttl")) continue;
    found.lines.add(heading.number).add(heading.number + 1);
    for (const { line, cell } of rows) {
      found.lines.add(line.number);
      records.push({ line, target: line, field: cell });
    }
  }
  for (const block of blocksOf(stretch.lines)) {
    if (block.get("QueryType") === undefined || block.get("Section") === undefined) continue;
    const [first] = block.properties;
    if (first === undefined) continue;
    for (const { line } of block.properties) found.lines.add(line.number);
    const target =
      block.get("NameTarget") ?? block.get("NameHost") ?? block.get("IP4Address") ?? block.get("IP6Address");
    records.push({ line: first.line, target: (target ?? first).line, field: (name) => block.value(name) });
  }
  return records;
}

function put(answers: DnsAnswers, record: PrintedRecord, name: string, type: string, found: Found): void {
  const { field } = record;
  const ttl = whole(field("TTL"));
  const host = [field("NameTarget"), field("NameHost"), field("Server")].find((each) => each !== "") ?? "";
  const address = [field("IPAddress"), field("IP4Address"), field("IP6Address")].find((each) =>
    isAddress(plainAddress(each)),
  );
  const at = found.at(record.line);
  if (/^SRV$/i.test(type) && host !== "") {
    const target = {
      host,
      port: whole(field("Port")),
      priority: whole(field("Priority")),
      weight: whole(field("Weight")),
      at: found.at(record.target),
    };
    answers.srv(name, at, target, ttl);
  } else if (address !== undefined) answers.address(name, found.at(record.target), address, ttl);
  else if (/^(?:CNAME|PTR|NS)$/i.test(type) && host !== "") {
    answers.other(name, type.toUpperCase() as "CNAME" | "PTR" | "NS", at, host);
  }
}

const ERROR = /^\s*Resolve-DnsName\s*:\s*(\S{1,255})\s*:\s*(.*)$/i;

/** Errors: the identifier below them is the same in every language, their words are not. */
function errors(stretch: Stretch, answers: DnsAnswers, found: Found, asked: string | undefined): void {
  const { lines } = stretch;
  for (const [at, line] of lines.entries()) {
    const [, printed, words = ""] = ERROR.exec(line.text) ?? [];
    if (printed === undefined) continue;
    const detail = lines
      .slice(at + 1, at + 10)
      .findIndex(({ text }) => ERROR.test(text) || text.trim() === "");
    const below = lines.slice(at + 1, at + 1 + (detail === -1 ? 9 : detail));
    const id = below.map(({ text }) => text.trim()).join("");
    const result =
      failureOf(/(?:DNS_|ERROR_)[A-Z_]+/.exec(id)?.[0] ?? "") ??
      failureOf(`${words} ${below[0]?.text ?? ""}`);
    for (const { number } of below) found.lines.add(number);
    const name = plainName(printed);
    answers.failed(name, questionType(asked, name), found.at(line), result ?? "other");
  }
}

function whole(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}
