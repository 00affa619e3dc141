import type { TextFormat } from "../format.ts";
import type { Probe } from "../model.ts";
import { isAddress, plainName } from "./address.ts";
import { Found } from "./found.ts";
import { type Block, blocksOf } from "./properties.ts";
import { option, type Stretch, stretchesOf } from "./stretch.ts";

/** Reads `Test-NetConnection`: its lists, and its warnings where no list was copied with them. */
export const testConnection: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    for (const stretch of stretchesOf(text)) readStretch(stretch, found);
    return found.lines;
  },
};

const TCP_WARNING = /TCP connect to \(?([^\s()]{1,255}?)\s*:\s*(\d{1,5})\)?/i;
const PING_WARNING = /Ping to (\S{1,255}) failed(?:\s*(?:--|with)?\s*(?:status)?:?\s*(\w+))?/i;
const PAIR = /\(([0-9a-fA-F.:]{3,45}) : (\d{1,5})\)/;

function readStretch(stretch: Stretch, found: Found): void {
  const statuses = new Map<string, string>();
  const warned: { host: string; port: number; line: Stretch["lines"][number] }[] = [];
  for (const line of stretch.lines) {
    if (!/TCP|Ping|\(/.test(line.text)) continue;
    const [, pinged, status = ""] = PING_WARNING.exec(line.text) ?? [];
    if (pinged !== undefined) {
      statuses.set(pinged.toLowerCase(), status);
      found.lines.add(line.number);
    }
    const [, host, port] =
      (line.text.includes("failed") ? TCP_WARNING.exec(line.text) : null) ?? PAIR.exec(line.text) ?? [];
    if (host !== undefined) warned.push({ host: host.toLowerCase(), port: Number(port), line });
  }
  const told = new Set<string>();
  for (const block of blocksOf(stretch.lines)) {
    const probe = readBlock(block, stretch, statuses, found);
    if (probe === undefined) continue;
    told.add(`${probe.host} ${probe.port}`).add(`${probe.address ?? ""} ${probe.port}`);
  }
  if (told.size > 0 && stretch.command?.program !== undefined) found.lines.add(stretch.command.line.number);
  for (const { host, port, line } of warned) {
    found.lines.add(line.number);
    if (told.has(`${host} ${port}`)) continue;
    told.add(`${host} ${port}`);
    const at = found.at(line);
    const result = "failed";
    const origin = found.origin("port-tests", stretch.names);
    found.collector.probes.push({
      origin,
      at,
      host,
      port,
      protocol: "tcp",
      result,
      tool: "Test-NetConnection",
    });
  }
}

function readBlock(
  block: Block,
  stretch: Stretch,
  statuses: ReadonlyMap<string, string>,
  found: Found,
): Probe | undefined {
  const tcp = block.get("TcpTestSucceeded");
  const ping = block.get("PingSucceeded");
  const decided = tcp ?? ping;
  const host = plainName(block.value("ComputerName") || block.value("RemoteAddress"));
  if (decided === undefined || host === "" || !/^(?:true|false)$/i.test(decided.value)) return undefined;
  for (const { line } of block.properties) found.lines.add(line.number);
  const address = block.value("RemoteAddress").toLowerCase();
  const source = block.value("SourceAddress");
  const status = statuses.get(address) ?? statuses.get(host) ?? "";
  const shared = {
    host,
    ...(isAddress(address) ? { address } : {}),
    ...(isAddress(source) ? { source } : {}),
    tool: "Test-NetConnection",
  };
  const probes: Probe[] = [];
  // With a name that does not resolve only the ping is reported, whatever port was asked for.
  const asked = option(stretch.command, "port");
  const unresolved = tcp === undefined && asked !== undefined && address === "" ? ping : undefined;
  const tested = tcp ?? unresolved;
  if (tested !== undefined) {
    probes.push({
      origin: found.origin("port-tests", stretch.names),
      at: found.at(tested.line),
      ...shared,
      port: Number(/^\d{1,5}$/.exec(block.value("RemotePort") || (asked ?? ""))?.[0] ?? 0),
      protocol: "tcp",
      result: succeeded(tested.value) ? "open" : /Unreachable/i.test(status) ? "unreachable" : "failed",
    });
  }
  if (ping !== undefined) {
    const milliseconds = Number(/^(\d+) ms$/.exec(block.value("PingReplyDetails (RTT)"))?.[1] ?? Number.NaN);
    probes.push({
      origin: found.origin("port-tests", stretch.names),
      at: found.at(ping.line),
      ...shared,
      port: 0,
      protocol: "icmp",
      result: succeeded(ping.value) ? "open" : pingResult(status),
      ...(succeeded(ping.value) && !Number.isNaN(milliseconds) ? { milliseconds } : {}),
    });
  }
  found.collector.probes.push(...probes);
  return probes[0];
}

function succeeded(value: string): boolean {
  return /^true$/i.test(value);
}

function pingResult(status: string): Probe["result"] {
  if (/timed.?out/i.test(status)) return "timeout";
  return /unreachable/i.test(status) ? "unreachable" : "failed";
}
