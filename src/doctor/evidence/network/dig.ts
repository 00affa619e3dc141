import type { TextFormat } from "../format.ts";
import type { DnsAnswer } from "../model.ts";
import type { TextLine } from "../text.ts";
import { isAddress, isName, plainAddress, plainName } from "./address.ts";
import { DnsAnswers, questionType } from "./dns-answers.ts";
import { Found } from "./found.ts";
import { type Stretch, stretchesOf } from "./stretch.ts";
import { zoneRecord } from "./zone-record.ts";

/** Reads `dig`, in full and with `+short`, and `host`. */
export const dig: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    for (const stretch of stretchesOf(text)) {
      if (isDig(stretch)) new Messages(stretch, found).read();
      host(stretch, found);
    }
    return found.lines;
  },
};

/** Whether a stretch holds what `dig` prints: typed for it, or with its marks. */
export function isDig({ command, lines }: Stretch): boolean {
  if (command?.program === "dig") return true;
  return lines.some(
    ({ text }) => text.startsWith(";") && /<<>> DiG|->>HEADER<<-|^;; (?:ANSWER|QUESTION) SECTION/.test(text),
  );
}

const STATUS: Readonly<Record<string, DnsAnswer["result"]>> = {
  NXDOMAIN: "nxdomain",
  SERVFAIL: "servfail",
  REFUSED: "refused",
  NOERROR: "nodata",
};

class Messages {
  private readonly stretch: Stretch;
  private readonly found: Found;
  private answers = new DnsAnswers();
  private type: string | undefined;
  private status: TextLine | undefined;
  private result: DnsAnswer["result"] = "other";
  private isShort = false;

  constructor(stretch: Stretch, found: Found) {
    this.stretch = stretch;
    this.found = found;
    if (stretch.command?.program === "dig") this.asked(stretch.command.args);
  }

  read(): void {
    for (const line of this.stretch.lines) this.line(line);
    const { command } = this.stretch;
    if (this.isShort && this.answers.empty && this.status === undefined && command !== undefined) {
      this.status = command.line;
      this.result = "nodata";
    }
    this.end();
  }

  /** Takes name, type and server from the words that `dig` was called with. */
  private asked(args: readonly string[]): void {
    for (const [at, word] of args.entries()) {
      const before = args[at - 1] ?? "";
      if (word.startsWith("@")) this.server(word.slice(1));
      else if (/^\+short$/i.test(word)) this.isShort = true;
      else if (before === "-t") this.type = word;
      else if (/^[-+]/.test(word) || /^-[pbkyc]$/.test(before)) continue;
      else if (/^(?:SRV|A|AAAA|PTR|CNAME|SOA|NS|TXT|ANY|MX|IN)$/i.test(word)) {
        if (!/^IN$/i.test(word)) this.type = word;
      } else if (isName(word) && this.answers.question === "") this.answers.question = plainName(word);
    }
  }

  private server(word: string): void {
    if (isAddress(word)) this.answers.serverAddress = word;
    else this.answers.server = word;
  }

  private line(line: TextLine): void {
    const { text } = line;
    if (text.trim() === "") return;
    if (text.startsWith(";")) {
      this.remark(line);
      return;
    }
    const { answers, found } = this;
    const record = zoneRecord(text);
    if (record?.owner.endsWith(".")) {
      const { owner, data, ttl } = record;
      const [first = "", weight, port, host] = data;
      if (record.type === "SRV" && host !== undefined) {
        const at = found.at(line);
        answers.srv(
          owner,
          at,
          { host, port: number(port), priority: number(first), weight: number(weight), at },
          ttl,
        );
      } else if (record.type === "A" || record.type === "AAAA")
        answers.address(owner, found.at(line), first, ttl);
      else if (record.type === "CNAME" || record.type === "PTR")
        answers.other(owner, record.type, found.at(line), first);
      else found.lines.add(line.number);
      return;
    }
    if (this.isShort) this.short(line);
  }

  /** A line of `+short`: the data of a record alone. */
  private short(line: TextLine): void {
    const { answers, found } = this;
    const { question } = answers;
    const words = line.text.trim();
    const [, priority, weight, port, host] =
      /^(\d{1,5}) (\d{1,5}) (\d{1,5}) (\S{1,255}\.)$/.exec(words) ?? [];
    if (question === "") return;
    if (host !== undefined) {
      const at = found.at(line);
      answers.srv(question, at, {
        host,
        port: number(port),
        priority: number(priority),
        weight: number(weight),
        at,
      });
    } else if (isAddress(words)) answers.address(question, found.at(line), words);
    else if (/^[\w.-]{1,254}\.$/.test(words)) {
      const type = questionType(this.type, question);
      answers.other(question, type === "PTR" ? "PTR" : "CNAME", found.at(line), words);
    }
  }

  /** A line behind semicolons: what was asked, of whom, and what became of it. */
  private remark(line: TextLine): void {
    const { text } = line;
    const { found } = this;
    const [, args] = /^; <<>> DiG \S+ <<>>\s?(.*)$/.exec(text) ?? [];
    if (args !== undefined) {
      // A server that does not answer is complained of before this line.
      const isOfThis = this.status?.text.startsWith(";; comm") === true && this.answers.empty;
      if (!isOfThis) this.end();
      this.answers = new DnsAnswers();
      this.type = undefined;
      this.isShort = false;
      this.asked(args.split(/\s+/, 40));
      found.lines.add(line.number);
      return;
    }
    const [, status] = /->>HEADER<<-.{0,40}status: ([A-Z]+)/.exec(text) ?? [];
    if (status !== undefined) {
      if (this.status !== undefined) this.end();
      this.status = line;
      this.result = STATUS[status] ?? "other";
      found.lines.add(line.number);
      return;
    }
    if (/^;; (?:connection timed out|no servers could be reached|communications error)/i.test(text)) {
      this.status ??= line;
      this.result = /refused/i.test(text) ? "refused" : "timeout";
      found.lines.add(line.number);
      return;
    }
    const [, server = "", name] = /^;; SERVER: ([^#\s]{1,255})#\d+(?:\(([^)]{1,255})\))?/.exec(text) ?? [];
    if (server !== "") {
      this.answers.serverAddress = server;
      if (name !== undefined && !isAddress(plainAddress(name))) this.answers.server = name;
      found.lines.add(line.number);
      return;
    }
    const question = /^;(?!;)([\w.*-]{1,255})\s+(?:IN|CH)\s+([A-Z]+)$/.exec(text);
    if (question !== null) {
      this.answers.question = plainName(question[1] ?? "");
      this.type = question[2];
    }
    if (/^;/.test(text)) found.lines.add(line.number);
    if (/^;; MSG SIZE/.test(text)) this.end();
  }

  private end(): void {
    const { answers, found, status } = this;
    const { question } = answers;
    const type = questionType(this.type, question);
    if (answers.empty && status !== undefined && question !== "") {
      answers.failed(question, type, found.at(status), this.result);
    }
    this.status = undefined;
    if (answers.empty) return;
    if (this.stretch.command !== undefined) found.lines.add(this.stretch.command.line.number);
    answers.into(found, "dig", () => found.origin("dns-answers", this.stretch.names));
  }
}

const HAS =
  /^(\S{1,255}) (?:has (SRV record|address|IPv6 address)|is an (alias) for|domain name (pointer)) (\S.*)$/;

/** The sentences of `host`. */
function host(stretch: Stretch, found: Found): void {
  const answers = new DnsAnswers();
  for (const line of stretch.lines) {
    const words = line.text.trim();
    const [, name = "", kind, alias, pointer, data = ""] = HAS.exec(words) ?? [];
    if (name !== "") {
      const [, priority, weight, port, target] = /^(\d+) (\d+) (\d+) (\S+)$/.exec(data) ?? [];
      if (target !== undefined) {
        const at = found.at(line);
        answers.srv(name, at, {
          host: target,
          port: number(port),
          priority: number(priority),
          weight: number(weight),
          at,
        });
      } else if (alias !== undefined) answers.other(name, "CNAME", found.at(line), data);
      else if (pointer !== undefined) answers.other(name, "PTR", found.at(line), data);
      else if (kind !== undefined) answers.address(name, found.at(line), data);
      continue;
    }
    const [, missing, code] = /^Host (\S{1,255}) not found: \d+\((\w+)\)$/.exec(words) ?? [];
    const [, without, type] = /^(\S{1,255}) has no (\w+) record$/.exec(words) ?? [];
    const [, address] = /^Address: (\S{1,60})#53$/.exec(words) ?? [];
    if (missing !== undefined) {
      answers.failed(
        missing,
        questionType(undefined, missing),
        found.at(line),
        STATUS[code ?? ""] ?? "other",
      );
    } else if (without !== undefined)
      answers.failed(without, questionType(type, without), found.at(line), "nodata");
    else if (address !== undefined && stretch.command?.program === "host") answers.serverAddress = address;
    else if (/^;; connection timed out/.test(words) && stretch.command?.program === "host") {
      const asked = stretch.command.args.find((word) => /[._]/.test(word) && isName(word));
      if (asked !== undefined)
        answers.failed(asked, questionType(undefined, asked), found.at(line), "timeout");
    }
  }
  if (answers.empty) return;
  if (stretch.command !== undefined) found.lines.add(stretch.command.line.number);
  answers.into(found, "other", () => found.origin("dns-answers", stretch.names));
}

function number(text: string | undefined): number {
  return /^\d{1,5}$/.test(text ?? "") ? Number(text) : 0;
}
