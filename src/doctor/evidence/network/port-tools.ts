import type { TextFormat } from "../format.ts";
import type { Probe } from "../model.ts";
import type { TextLine } from "../text.ts";
import { isAddress, plainName } from "./address.ts";
import { Found } from "./found.ts";
import { operands, type Stretch, stretchesOf } from "./stretch.ts";

/** Reads psping, tcping, nc, telnet, PortQry, curl, nmap, ping and bash's `/dev/tcp`, by what they say of a port. */
export const portTools: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    for (const stretch of stretchesOf(text)) {
      const probes = new Map<string, Seen>();
      for (const line of stretch.lines) {
        const seen = read(line, stretch, probes);
        if (seen === undefined) continue;
        found.lines.add(line.number);
        const key = `${seen.tool} ${seen.host} ${seen.port}`;
        const before = probes.get(key);
        // Of several tries one that got through decides, unless it was cut off again.
        const isBetter = before?.result === "open" ? seen.result === "reset" : seen.result === "open";
        if (before === undefined || isBetter) probes.set(key, seen);
      }
      for (const { line, ...probe } of probes.values()) put(found, stretch, line, probe);
    }
    return found.lines;
  },
};

type Told = Pick<Probe, "host" | "port" | "result" | "tool" | "address" | "milliseconds" | "protocol">;
interface Seen extends Told {
  readonly line: TextLine;
}

function put(found: Found, stretch: Stretch, line: TextLine, probe: Told): void {
  if (stretch.command !== undefined) found.lines.add(stretch.command.line.number);
  found.collector.probes.push({
    origin: found.origin("port-tests", stretch.names),
    at: found.at(line),
    ...probe,
  });
}

interface Rule {
  readonly tool: string;
  /** Groups: host, port, address, result or words, ms. */
  readonly says: RegExp;
}

const NAME = String.raw`[\w.:%\[\]-]{1,255}?`;
const RULES: readonly Rule[] = [
  {
    tool: "psping",
    says: new RegExp(
      String.raw`^\s*Connecting to (?<host>${NAME}):(?<port>\d{1,5})(?: \(warmup\))?:\s*(?<words>.*?)(?:(?<ms>\d+[.,]\d+) ?ms)?$`,
    ),
  },
  {
    tool: "tcping",
    says: new RegExp(
      String.raw`^\s*Probing (?<host>${NAME}):(?<port>\d{1,5})\/tcp - (?<words>[\w ]{2,40})(?: - time=(?<ms>[\d.]+) ?ms.*)?$`,
    ),
  },
  {
    tool: "nc",
    says: new RegExp(
      String.raw`^\s*Connection to (?<host>${NAME})(?: \((?<address>[^()]{2,45})\))?,? (?:port )?(?<port>\d{1,5}) (?:port )?\[.{1,40}\] (?<words>succeeded)`,
    ),
  },
  {
    tool: "nc",
    says: new RegExp(
      String.raw`^\s*nc: connect to (?<host>${NAME})(?: \((?<address>[^()]{2,45})\))? port (?<port>\d{1,5}) \(\w+\) (?:failed: )?(?<words>.+)$`,
    ),
  },
  {
    tool: "nc",
    says: new RegExp(
      String.raw`^\s*(?<host>\(UNKNOWN\)|${NAME}) \[(?<address>[\d.a-f:]{3,45})\] (?<port>\d{1,5}) \([^()]{1,30}\) ?:? (?<words>open|Connection .+|No route .+|Operation .+)$`,
    ),
  },
  {
    tool: "ncat",
    says: new RegExp(String.raw`^\s*Ncat: (?<words>Connected) to (?<host>${NAME}):(?<port>\d{1,5})\.$`),
  },
  {
    tool: "ncat",
    says: /^\s*Ncat: (?<words>Connection .+|TIMEOUT|No route .+|Network is .+|Could not resolve .+)$/,
  },
  {
    tool: "telnet",
    says: new RegExp(
      String.raw`^\s*(?:Connecting To|Verbindungsaufbau zu|接続中[:：]?)? ?(?<host>${NAME})\.\.\.(?<words>\D{8,200})(?<port>\d{1,5})\s*[:：,].*$`,
      "i",
    ),
  },
  { tool: "telnet", says: /^\s*(?:telnet: )?(?<words>Unable to connect to remote host: .+)$/ },
  { tool: "telnet", says: new RegExp(String.raw`^\s*(?<words>Connected) to (?<host>${NAME})\.$`) },
  {
    tool: "curl",
    says: new RegExp(
      String.raw`^\s*\*\s+(?<words>Connected) to (?<host>${NAME}) \((?<address>[^()]{2,45})\) port (?<port>\d{1,5})`,
    ),
  },
  {
    tool: "curl",
    says: new RegExp(
      String.raw`^\s*(?:\*\s+|curl: \(\d+\) )Failed to connect to (?<host>${NAME}) port (?<port>\d{1,5})(?: after (?<ms>\d+) ms)?:? (?<words>.+)$`,
    ),
  },
  {
    tool: "curl",
    says: new RegExp(
      String.raw`^\s*\*\s+connect to (?<host>${NAME}) port (?<port>\d{1,5}) (?:from .{1,60} )?failed: (?<words>.+)$`,
    ),
  },
  { tool: "curl", says: /^\s*curl: \((?:6|28|35|52|56)\) (?<words>.+)$/ },
  { tool: "bash", says: /^.{0,40}\/dev\/tcp\/(?<host>[\w.-]{1,255})\/(?<port>\d{1,5}): (?<words>.+)$/ },
];

function read(line: TextLine, stretch: Stretch, before: ReadonlyMap<string, Seen>): Seen | undefined {
  const { text } = line;
  for (const { tool, says } of RULES) {
    const groups = says.exec(text)?.groups;
    if (groups === undefined) continue;
    const asked = target(stretch);
    const last = [...before.values()].findLast((seen) => seen.tool === tool);
    const named = groups.host === "(UNKNOWN)" ? groups.address : groups.host;
    // curl names the address that it tries; what it was asked for is the host.
    const isTried = tool === "curl" && named !== undefined && isAddress(named);
    const host = plainName((isTried ? asked?.host : undefined) ?? named ?? asked?.host ?? last?.host ?? "");
    const port = Number(groups.port ?? asked?.port ?? last?.port ?? 0);
    if (host === "" || port < 1 || port > 65_535) return undefined;
    if (tool === "telnet" && stretch.command?.program !== "telnet" && groups.port === undefined)
      return undefined;
    const address = isTried ? named : groups.address;
    const result = resultOf(tool, groups.words ?? "", groups.ms !== undefined);
    const milliseconds = result === "open" ? Number((groups.ms ?? "").replace(",", ".")) : 0;
    return {
      line,
      tool,
      host,
      port,
      protocol: "tcp",
      result,
      ...(address !== undefined && isAddress(address) ? { address } : {}),
      ...(milliseconds > 0 ? { milliseconds } : {}),
    };
  }
  return portQry(line, stretch) ?? nmap(line, stretch) ?? ping(line, stretch);
}

function resultOf(tool: string, words: string, timed: boolean): Probe["result"] {
  if (/refused|closed|actively|verweigert|拒否/i.test(words)) return "refused";
  if (/reset/i.test(words)) return "reset";
  if (/timed? ?out|time-?out|timeout period|no response|Operation now in progress/i.test(words))
    return "timeout";
  if (/no route|unreachable/i.test(words)) return "unreachable";
  if (/^(?:connected|succeeded|open|port is open)/i.test(words)) return "open";
  return tool === "psping" && timed ? "open" : "failed";
}

/** Host and port of the command itself. */
function target({ command }: Stretch): { host: string; port: number } | undefined {
  const words = operands(command, "w", "connect-timeout", "m", "n", "i");
  for (const [at, word] of words.entries()) {
    const [, host = "", port] = /^(?:[a-z]{3,6}:\/\/)?([\w.-]{1,255})(?::(\d{1,5}))?\/?$/.exec(word) ?? [];
    const number = port ?? words[at + 1];
    if (host !== "" && /^\d{1,5}$/.test(number ?? ""))
      return { host: host.toLowerCase(), port: Number(number) };
  }
  return undefined;
}

/** `TCP port 1688 (unknown service): FILTERED`, below the system that was queried. */
function portQry(line: TextLine, stretch: Stretch): Seen | undefined {
  const says = /^\s*TCP port (\d{1,5}) \([^()]{1,60}\): (LISTENING|NOT LISTENING|FILTERED)/i.exec(line.text);
  if (says === null) return undefined;
  const [, port, state = ""] = says;
  const before = stretch.lines.slice(
    Math.max(0, stretch.lines.indexOf(line) - 15),
    stretch.lines.indexOf(line),
  );
  const words = before.map(({ text }) => text.trim());
  const called = words.findLastIndex((text) => /^Querying target system called/i.test(text));
  const host = called === -1 ? undefined : words.slice(called + 1).find((text) => text !== "");
  const [, address] =
    /resolved to (\S{3,45})$/i.exec(words.findLast((text) => /resolved to/i.test(text)) ?? "") ?? [];
  const name = plainName(host ?? address ?? "");
  if (name === "") return undefined;
  const result = /^L/i.test(state) ? "open" : /^N/i.test(state) ? "refused" : "timeout";
  return {
    line,
    tool: "PortQry",
    host: name,
    port: Number(port),
    protocol: "tcp",
    result,
    ...(address !== undefined && isAddress(address) ? { address } : {}),
  };
}

/** `1688/tcp open nsjtp-data`, below the host it is of. */
function nmap(line: TextLine, stretch: Stretch): Seen | undefined {
  const [, port, state] = /^\s*(\d{1,5})\/tcp\s+(open|closed|filtered)\b/.exec(line.text) ?? [];
  if (port === undefined) return undefined;
  const before = stretch.lines.slice(0, stretch.lines.indexOf(line)).slice(-200);
  const report = before.findLast(({ text }) => text.includes("scan report for "))?.text ?? "";
  const [, host] = /scan report for (\S{1,255})/.exec(report) ?? [];
  if (host === undefined) return undefined;
  const result = state === "open" ? "open" : state === "closed" ? "refused" : "timeout";
  return { line, tool: "nmap", host: plainName(host), port: Number(port), protocol: "tcp", result };
}

/** A line of `ping`, in any language: a reply has a TTL, the sum says what was lost. */
function ping(line: TextLine, stretch: Stretch): Seen | undefined {
  if (stretch.command?.program !== "ping") return undefined;
  const host = plainName(operands(stretch.command, "n", "c", "l", "w", "i", "s").at(0) ?? "");
  if (host === "") return undefined;
  const { text } = line;
  const shared = { line, tool: "ping", host, port: 0, protocol: "icmp" } as const;
  if (/\bttl=\d/i.test(text)) {
    const [, milliseconds] = /[=<](\d+(?:\.\d+)?) ?ms/.exec(text) ?? [];
    return {
      ...shared,
      result: "open",
      ...(milliseconds === undefined ? {} : { milliseconds: Number(milliseconds) }),
    };
  }
  if (/unreachable/i.test(text)) return { ...shared, result: "unreachable" };
  if (/\b100\s?% /.test(text) || /\(100% /.test(text)) return { ...shared, result: "timeout" };
  return /could not find host|Name or service not known|not resolve/i.test(text)
    ? { ...shared, result: "failed" }
    : undefined;
}
