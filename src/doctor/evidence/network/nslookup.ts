import type { TextFormat } from "../format.ts";
import type { TextLine } from "../text.ts";
import { isAddress, isName, plainAddress, plainName } from "./address.ts";
import { DnsAnswers, failureOf, questionType } from "./dns-answers.ts";
import { Found } from "./found.ts";
import { operands, option, type Stretch, stretchesOf } from "./stretch.ts";

/** Reads what `nslookup` prints, on Windows and Linux, in any language, typed at once or in its own prompt. */
export const nslookup: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    for (const stretch of stretchesOf(text)) {
      new Session(stretch, found).read();
    }
    return found.lines;
  },
};

const LABELLED = /^([^:：=]{1,40})[:：]\s*(\S+)$/;
const ADDRESS_LABEL = /^(?:address(?:es)?|adresse[ns]?|direcci|indirizz|endere|アドレス|地址|주소|адрес)/i;
const NAME_LABEL = /^(?:name|nom|nombre|nome|名前|名称|名稱|이름|имя|nazwa)\s*$/i;
const SERVER_LABEL =
  /^(?:.*server[a-z]*|serveur.*|servidor.*|サーバー?|既定のサーバー?|服务器|伺服器|서버|сервер)\s*$/i;
const SRV_FIELD = /^(priority|weight|port|svr hostname)\s*=\s*(\S+)$/i;
const SRV_LINE = /^(\S+)\s+service = (\d{1,5}) (\d{1,5}) (\d{1,5}) (\S+)$/;
const RECORD =
  /^(\S+)\s+(internet address|(?:AAAA )?IPv6 address|has AAAA address|canonical name|name)(?:\s*=)?\s+(\S+)$/i;

/** "Non-authoritative answer:" in any language: words that end in a colon, below the server. */
const ANSWER_HEADING = /^\p{L}[\p{L}\s'’-]{4,60}[:：]$/u;

/** One run of the program: a question, or several in its own prompt. */
class Session {
  private readonly stretch: Stretch;
  private readonly found: Found;
  private readonly typed: boolean;
  private answers = new DnsAnswers();
  private type: string | undefined;
  private serverLabel = "";
  private sawServer = false;
  private timeout: TextLine | undefined;
  private nameLine: TextLine | undefined;
  private authority: TextLine | undefined;
  private asked: TextLine | undefined;
  private language = "";

  constructor(stretch: Stretch, found: Found) {
    this.stretch = stretch;
    this.found = found;
    const { command } = stretch;
    this.typed = command?.program === "nslookup";
    if (!this.typed) return;
    this.type = option(command, "type", "querytype", "q", "qt", "ty");
    const [name, server] = operands(command);
    this.ask(name === "-" ? undefined : name, command?.line);
    if (server !== undefined) this.setServer(server);
  }

  read(): void {
    const { lines } = this.stretch;
    for (let at = 0; at < lines.length; at += 1) at += this.line(lines, at);
    this.end();
  }

  /** Reads the line at an index and gives how many after it were read with it. */
  private line(lines: readonly TextLine[], at: number): number {
    const line = lines[at] as TextLine;
    const words = line.text.trim();
    if (words === "") return 0;
    if (this.typed || words.startsWith(">")) {
      const typed = this.typedLine(lines, at);
      if (typed) return 0;
    }
    if (words.startsWith("**")) return this.complaint(lines, at);
    if (
      /^;; (?:connection timed out|communications error|no servers)/.test(words) ||
      /^DNS request timed out/i.test(words)
    ) {
      if (!this.typed && !/^DNS request/i.test(words)) return 0;
      this.timeout ??= line;
      this.found.lines.add(line.number);
      return 0;
    }
    if (this.sawServer && ANSWER_HEADING.test(words)) {
      this.found.lines.add(line.number);
      return 0;
    }
    return this.pair(lines, at) ?? this.service(lines, at) ?? this.record(line, words);
  }

  /** What is typed at the program's own prompt: a setting, or a name that a server's lines follow. */
  private typedLine(lines: readonly TextLine[], at: number): boolean {
    const line = lines[at] as TextLine;
    const words = line.text.trim().replace(/^>+\s*/, "");
    const [, type] = /^set\s+(?:type|ty|querytype|qt|q)\s*=\s*(\w+)$/i.exec(words) ?? [];
    if (type !== undefined) {
      this.end();
      this.type = type;
      this.found.lines.add(line.number);
      return true;
    }
    if (/^(?:set\s+\w+|exit$|lserver\s)/i.test(words)) return true;
    const [, server] = /^server\s+(\S+)$/i.exec(words) ?? [];
    if (server !== undefined) {
      this.end();
      this.ask(undefined, undefined);
      this.setServer(server);
      return true;
    }
    const [name = "", other] = words.split(/\s+/, 3);
    if (other !== undefined && !isName(other)) return false;
    if (!isName(name) || !/[._]/.test(name) || isAddress(name)) return false;
    const next =
      lines
        .slice(at + 1, at + 3)
        .find(({ text }) => text.trim() !== "")
        ?.text.trim() ?? "";
    if (!LABELLED.test(next) && !next.startsWith("**") && !/^DNS request|^;;/.test(next)) return false;
    this.end();
    this.ask(name, line);
    this.found.lines.add(line.number);
    return true;
  }

  /** `label: name` over `label: address`: the server, or the answer. */
  private pair(lines: readonly TextLine[], at: number): number | undefined {
    const line = lines[at] as TextLine;
    const [, label = "", name = ""] = LABELLED.exec(line.text.trim()) ?? [];
    if (label === "" || !isName(name)) return undefined;
    const next = lines[at + 1];
    const [, second = "", address = ""] = LABELLED.exec(next?.text.trim() ?? "") ?? [];
    const isPair = isAddress(plainAddress(address)) && (this.typed || ADDRESS_LABEL.test(second));
    if (!isPair) {
      if (NAME_LABEL.test(label) && this.sawServer) {
        this.nameLine = line;
        this.found.lines.add(line.number);
      }
      return undefined;
    }
    const isName_ = NAME_LABEL.test(label);
    const isServer = !isName_ && (label === this.serverLabel || !this.sawServer || SERVER_LABEL.test(label));
    if (!isServer && !this.sawServer && !this.typed) return undefined;
    this.found.lines.add(line.number).add((next as TextLine).number);
    if (isServer) {
      this.serve(label, name, address);
      return 1;
    }
    return this.named(lines, at, name);
  }

  private serve(label: string, name: string, address: string): void {
    if (
      this.sawServer &&
      (!this.answers.empty || this.timeout !== undefined || this.nameLine !== undefined)
    ) {
      this.end();
      this.ask(undefined, undefined);
    }
    // What timed out before was the question for the server's own name.
    if (!this.sawServer) this.timeout = undefined;
    this.serverLabel = label;
    this.sawServer = true;
    this.answers.server = name;
    this.answers.serverAddress = address;
    if (/server/i.test(label)) this.language = "en";
    if (/サーバ/.test(label)) this.language = "ja";
  }

  /** An answer's name with its addresses, and its other names. */
  private named(lines: readonly TextLine[], at: number, name: string): number {
    const { answers, found } = this;
    const first = lines[at] as TextLine;
    const reverse = isAddress(answers.question) || this.type?.toLowerCase() === "ptr";
    if (reverse) {
      answers.other(answers.question || name, "PTR", found.at(first), name);
      return 1;
    }
    const names = [name];
    let used = 1;
    const addresses: [string, TextLine][] = [];
    for (; at + used < lines.length; used += 1) {
      const line = lines[at + used] as TextLine;
      const words = line.text.trim();
      const [, label, value = words] = LABELLED.exec(words) ?? [];
      if (isAddress(plainAddress(words))) addresses.push([words, line]);
      else if (label !== undefined && isAddress(plainAddress(value)) && !NAME_LABEL.test(label))
        addresses.push([value, line]);
      else if (/^(?:alias(?:es)?|エイリアス)\s*[:：]/i.test(words)) names.push(value);
      else break;
      found.lines.add(line.number);
    }
    for (const each of names) {
      for (const [address, line] of addresses) answers.address(each, found.at(line), address);
    }
    return used - 1;
  }

  /** `_vlmcs._tcp.… SRV service location:` with its four fields. */
  private service(lines: readonly TextLine[], at: number): number | undefined {
    const line = lines[at] as TextLine;
    const [, name] = /^(?:(\S+)\s+)?SRV\s[^=]{0,60}[:：]?$/i.exec(line.text.trim()) ?? [];
    if (name === undefined && !/^SRV service location/i.test(line.text.trim())) return undefined;
    const fields = new Map<string, string>();
    let last = line;
    let used = 0;
    for (let next = at + 1; next < lines.length && next <= at + 8 && fields.size < 4; next += 1) {
      const candidate = lines[next] as TextLine;
      const words = candidate.text.trim();
      if (words === "") continue;
      const [, label, value] = SRV_FIELD.exec(words) ?? [];
      if (label === undefined || value === undefined || fields.has(label.toLowerCase())) break;
      fields.set(label.toLowerCase(), value);
      this.found.lines.add(candidate.number);
      last = candidate;
      used = next - at;
    }
    const host = fields.get("svr hostname");
    if (host === undefined) return undefined;
    const { answers } = this;
    answers.srv(name ?? answers.question, this.found.at(line), {
      host,
      port: number(fields.get("port")),
      priority: number(fields.get("priority")),
      weight: number(fields.get("weight")),
      at: this.found.at(last),
    });
    return used;
  }

  /** A record on one line. */
  private record(line: TextLine, words: string): number {
    const { answers, found } = this;
    const [, name = "", priority, weight, port, host] = SRV_LINE.exec(words) ?? [];
    if (host !== undefined) {
      const at = found.at(line);
      answers.srv(name, at, {
        host,
        port: number(port),
        priority: number(priority),
        weight: number(weight),
        at,
      });
      return 0;
    }
    const [, owner = "", kind = "", value = ""] = RECORD.exec(words) ?? [];
    if (isAddress(value) && /address/i.test(kind)) answers.address(owner, found.at(line), value);
    else if (kind === "canonical name") answers.other(owner, "CNAME", found.at(line), value);
    else if (kind === "name" && /arpa\.?$/i.test(owner)) answers.other(owner, "PTR", found.at(line), value);
    else if (/^(?:primary name server|origin)\s*=/.test(words) && this.sawServer) {
      this.authority = line;
      found.lines.add(line.number);
    } else if (/^timeout (?:was|=)/i.test(words) && this.timeout !== undefined) found.lines.add(line.number);
    return 0;
  }

  /** A line behind stars: what went wrong, with the name that was asked for. */
  private complaint(lines: readonly TextLine[], at: number): number {
    const line = lines[at] as TextLine;
    let words = line.text.trim();
    let used = 0;
    const next = lines[at + 1]?.text.trim() ?? "";
    // The console breaks at its last column, inside words or at blanks; two columns a letter in Japanese.
    const whole = [words + next, `${words} ${next}`].find((joined) => failureOf(joined) !== undefined);
    if (failureOf(words) === undefined && words.length > 50 && next !== "" && whole !== undefined) {
      words = whole;
      used = 1;
    }
    const result = failureOf(words) ?? (this.timeout === undefined ? undefined : "timeout");
    const name = this.complainedOf(words);
    const isAboutServer = !this.sawServer && isAddress(name) && !isAddress(this.answers.question);
    if (result === undefined || isAboutServer || (name === "" && this.asked === undefined)) {
      if (isAboutServer) this.found.lines.add(line.number);
      return used;
    }
    if (!this.typed && !this.sawServer && !/can.?t find|timed.?out/i.test(words) && this.language === "")
      return used;
    const question = this.answers.question || plainName(name);
    const place = this.found.at(line, words);
    if (used === 1) this.found.lines.add((lines[at + 1] as TextLine).number);
    this.timeout = undefined;
    if (question !== "") this.answers.failed(question, questionType(this.type, question), place, result);
    return used;
  }

  /** The name in a complaint that is not the server's. */
  private complainedOf(words: string): string {
    const [, english] = /can.?t find (?:server name for address )?([^\s:：]+)/i.exec(words) ?? [];
    if (english !== undefined) return english;
    const server = plainName(this.answers.server ?? "");
    const names = words
      .replace(/^\*+\s*/, "")
      .split(/[\s"'«»„“”「」]+/)
      .map((word) => word.replace(/[:：,;.。]+$/, ""))
      .filter((word) => /[._]/.test(word) && isName(word) && plainName(word) !== server);
    return names.find((name) => name.startsWith("_")) ?? names.at(-1) ?? "";
  }

  private ask(name: string | undefined, line: TextLine | undefined): void {
    const { server, serverAddress } = this.answers;
    this.answers = new DnsAnswers();
    this.answers.server = server;
    this.answers.serverAddress = serverAddress;
    this.answers.question = name === undefined ? "" : plainName(name);
    this.asked = line;
    this.sawServer = false;
    this.timeout = undefined;
    this.nameLine = undefined;
    this.authority = undefined;
  }

  private setServer(server: string): void {
    if (isAddress(server)) this.answers.serverAddress = server;
    else this.answers.server = server;
  }

  /** Puts the answers of the question so far into the evidence. */
  private end(): void {
    const { answers, found } = this;
    const { question } = answers;
    const type = questionType(this.type, question);
    if (answers.empty && question !== "") {
      if (this.timeout !== undefined) answers.failed(question, type, found.at(this.timeout), "timeout");
      else if (this.authority !== undefined)
        answers.failed(question, type, found.at(this.authority), "nodata");
      else if (this.nameLine !== undefined) answers.failed(question, type, found.at(this.nameLine), "nodata");
    }
    if (answers.empty) return;
    if (this.asked !== undefined) found.lines.add(this.asked.number);
    answers.into(found, "nslookup", () => found.origin("dns-answers", this.stretch.names, this.language));
    this.timeout = undefined;
    this.nameLine = undefined;
    this.authority = undefined;
  }
}

function number(text: string | undefined): number {
  return /^\d{1,5}$/.test(text ?? "") ? Number(text) : 0;
}
