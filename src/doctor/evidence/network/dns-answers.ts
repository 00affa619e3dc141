import type { DnsAnswer, Origin, SrvTarget } from "../model.ts";
import type { Fact, Place } from "../place.ts";
import { isIpv4, isIpv6, plainAddress, plainName } from "./address.ts";
import type { Found } from "./found.ts";

type Type = DnsAnswer["type"];

/** One answer while its lines are read. */
interface Growing {
  readonly name: string;
  readonly type: Type;
  readonly at: Place;
  readonly targets: SrvTarget[];
  readonly addresses: Fact<string>[];
  ttl?: number;
}

/** What one DNS question was answered with, joined by name and type and put into the evidence as a whole. */
export class DnsAnswers {
  server: string | undefined;
  serverAddress: string | undefined;
  /** Lower case, without the final dot; `""` when it is not known. */
  question = "";
  private readonly growing = new Map<string, Growing>();
  private readonly failures: {
    readonly at: Place;
    readonly name: string;
    readonly type: Type;
    readonly result: DnsAnswer["result"];
  }[] = [];

  get empty(): boolean {
    return this.growing.size === 0 && this.failures.length === 0;
  }

  /** Adds one SRV record. */
  srv(name: string, at: Place, target: SrvTarget, ttl?: number): void {
    const answer = this.answer(name, "SRV", at);
    answer.targets.push({ ...target, host: plainName(target.host) });
    if (ttl !== undefined) answer.ttl = ttl;
  }

  /** Adds one address of a name; anything else is passed over. */
  address(name: string, at: Place, word: string, ttl?: number): void {
    const value = plainAddress(word);
    const type = isIpv4(value) ? "A" : isIpv6(value) ? "AAAA" : undefined;
    if (type === undefined) return;
    const answer = this.answer(name, type, at);
    answer.addresses.push({ value, at });
    if (ttl !== undefined) answer.ttl = ttl;
  }

  /** Adds a record of another type; a name that it leads to is kept as its only target, with port 0. */
  other(name: string, type: Type, at: Place, host = ""): void {
    const answer = this.answer(name, type, at);
    if (host !== "") answer.targets.push({ host: plainName(host), port: 0, priority: 0, weight: 0, at });
  }

  /** Adds that there was no answer, or an empty one. */
  failed(name: string, type: Type, at: Place, result: DnsAnswer["result"]): void {
    this.failures.push({ name: plainName(name), type, at, result });
  }

  /** Puts all into the collector. */
  into(found: Found, tool: DnsAnswer["tool"], origin: () => Origin): void {
    const { server, serverAddress } = this;
    const asked = {
      tool,
      ...(server === undefined || /^unknown$/i.test(server) || isIpv4(server)
        ? {}
        : { server: plainName(server) }),
      ...(serverAddress === undefined ? {} : { serverAddress: plainAddress(serverAddress) }),
    };
    for (const answer of this.growing.values()) {
      found.collector.dns.push({ origin: origin(), ...answer, result: "found", ...asked });
    }
    for (const failure of this.failures) {
      found.collector.dns.push({ origin: origin(), ...failure, targets: [], addresses: [], ...asked });
    }
    this.growing.clear();
    this.failures.length = 0;
  }

  private answer(name: string, type: Type, at: Place): Growing {
    const key = `${type} ${plainName(name)}`;
    const known = this.growing.get(key);
    if (known !== undefined) return known;
    const answer: Growing = { name: plainName(name), type, at, targets: [], addresses: [] };
    this.growing.set(key, answer);
    return answer;
  }
}

/** Type of a question by what was asked for, or by the look of its name. */
export function questionType(asked: string | undefined, name: string): Type {
  const type = (asked ?? "").toUpperCase();
  if (type === "SRV" || type === "A" || type === "AAAA" || type === "CNAME") return type;
  if (type === "PTR" || type === "SOA" || type === "NS") return type;
  if (type !== "" && type !== "A+AAAA") return "OTHER";
  if (name.startsWith("_")) return "SRV";
  return isIpv4(name) || isIpv6(name) || name.endsWith(".arpa") ? "PTR" : "A";
}

/** What became of a question, by the words or code that resolvers print for it; undefined when there are none. */
export function failureOf(words: string): DnsAnswer["result"] | undefined {
  if (/non-?existent domain|NXDOMAIN|RCODE_NAME_ERROR|name does not exist/i.test(words)) return "nxdomain";
  if (/server failed|SERVFAIL|RCODE_SERVER_FAILURE|server failure/i.test(words)) return "servfail";
  if (/refused/i.test(words)) return "refused";
  if (
    /no response|timed.?out|time-?out|タイムアウト|ERROR_TIMEOUT|no servers could be reached|Zeitüberschreitung/i.test(
      words,
    )
  )
    return "timeout";
  if (/no answer|\bno\b.{1,60}\brecords?\b|DNS_INFO_NO_RECORDS|no internal type/i.test(words))
    return "nodata";
  return undefined;
}
