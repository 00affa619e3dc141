import type { TextFormat } from "../format.ts";
import type { Route } from "../model.ts";
import type { TextLine } from "../text.ts";
import { isAddress, isIpv4, isIpv6, maskLength, plainAddress, plainName } from "./address.ts";
import { Found } from "./found.ts";
import { tablesOf } from "./properties.ts";
import { operands, type Stretch, stretchesOf } from "./stretch.ts";

/** Reads `route print`, `netstat -r`, `ip route`, `Get-NetRoute` and tracert, in any language. */
export const routes: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    for (const stretch of stretchesOf(text)) {
      const lines: [TextLine, Plain][] = [];
      for (const line of stretch.lines) {
        const route =
          windows(line.text) ?? windowsIpv6(line.text) ?? linuxTable(line.text) ?? ipRoute(line.text);
        if (route !== undefined) lines.push([line, route]);
      }
      lines.push(...netRoutes(stretch, found), ...traced(stretch, found));
      const inUse = new Set(
        lines.filter(([, { persistent }]) => !persistent).map(([, route]) => keyOf(route)),
      );
      frame(stretch, lines, found);
      for (const [line, route] of lines) {
        const active = !route.persistent || inUse.has(keyOf(route));
        const origin = found.origin("routes", stretch.names);
        found.collector.routes.push({ origin, at: found.at(line), ...route, active });
        if (stretch.command !== undefined) found.lines.add(stretch.command.line.number);
      }
    }
    return found.lines;
  },
};

/** `route print` stands between rules of equals signs, with headings in some language. */
function frame(stretch: Stretch, routes: readonly (readonly [TextLine, Plain])[], found: Found): void {
  const rules = stretch.lines.filter(({ text }) => /^\s*={40,}$/.test(text)).map(({ number }) => number);
  const [first] = rules;
  const last = rules.at(-1);
  if (first === undefined || last === undefined || !routes.some(([, { source }]) => source === "windows"))
    return;
  for (const { number } of stretch.lines) if (number >= first && number <= last + 2) found.lines.add(number);
}

type Plain = Omit<Route, "origin" | "at" | "active">;

function keyOf({ prefix, nextHop }: Plain): string {
  return `${prefix} ${nextHop}`;
}

/**
 * `destination mask gateway interface metric` of the active routes, `destination mask gateway metric` of the persistent
 * ones; the word for "on-link" may be several.
 */
function windows(text: string): Plain | undefined {
  const words = text.trim().split(/\s+/, 12);
  const [destination = "", mask = ""] = words;
  const length = maskLength(mask);
  if (length === undefined || !isIpv4(destination) || words.length < 4 || words.length > 8) return undefined;
  const metric = words.at(-1) ?? "";
  const interfaceAddress = words.at(-2) ?? "";
  const prefix = `${destination}/${length}`;
  const gateway = words.slice(2, -2).join(" ");
  if (words.length >= 5 && isIpv4(interfaceAddress) && /^\d+$/.test(metric)) {
    const nextHop = isIpv4(gateway) ? gateway : "On-link";
    return {
      prefix,
      nextHop,
      ...nextHopAddress(nextHop),
      interfaceAddress,
      persistent: false,
      source: "windows",
    };
  }
  const persistentGateway = words[2] ?? "";
  if (words.length !== 4 || !isIpv4(persistentGateway) || isIpv4(metric)) return undefined;
  return {
    prefix,
    nextHop: persistentGateway,
    ...nextHopAddress(persistentGateway),
    persistent: true,
    source: "windows",
  };
}

const WINDOWS_IPV6 = /^\s{0,6}(\d{1,4})\s+(\d{1,6})\s+([0-9a-f:]{2,39}\/\d{1,3})(?:\s+(\S.{0,60}))?$/i;

function windowsIpv6(text: string): Plain | undefined {
  const [, , , prefix = "", gateway = ""] = WINDOWS_IPV6.exec(text) ?? [];
  if (prefix === "" || !isIpv6(prefix.split("/")[0] ?? "")) return undefined;
  const nextHop = isIpv6(gateway.trim()) ? plainAddress(gateway.trim()) : "On-link";
  return {
    prefix: prefix.toLowerCase(),
    nextHop,
    ...nextHopAddress(nextHop),
    persistent: false,
    source: "windows",
  };
}

const LINUX = /^\s*(default|[\d.]{7,15})\s+(\S{1,255})\s+([\d.]{7,15})\s+([!UGHDMRAC]{1,6})\s+\d.*\s(\S+)$/;

/** `netstat -r` and `route -n` of Linux: destination, gateway, mask, flags. */
function linuxTable(text: string): Plain | undefined {
  const [, destination = "", gateway = "", mask = "", flags = ""] = LINUX.exec(text) ?? [];
  const length = maskLength(mask);
  if (length === undefined) return undefined;
  const prefix = `${destination === "default" ? "0.0.0.0" : destination}/${length}`;
  const nextHop = flags.includes("G") ? plainAddress(gateway) : "On-link";
  return { prefix, nextHop, ...nextHopAddress(nextHop), persistent: false, source: "linux" };
}

const IP_ROUTE =
  /^\s{0,4}(?:(unreachable|blackhole|prohibit)\s+)?(default|[0-9a-f.:]{2,45}(?:\/\d{1,3})?)(?:\s+via\s+(\S{2,45}))?\s+dev\s+\S{1,20}(\s.*)?$/i;

/** A line of `ip route`. */
function ipRoute(text: string): Plain | undefined {
  if (!text.includes(" dev ")) return undefined;
  const [, refused, to = "", via = "", rest = ""] = IP_ROUTE.exec(text) ?? [];
  const destination = to.split("/")[0] ?? "";
  if (to === "" || (to !== "default" && !isAddress(destination))) return undefined;
  const isWide = to.includes("/");
  const whole =
    to === "default" ? (isIpv6(via) ? "::/0" : "0.0.0.0/0") : isWide ? to : `${to}/${isIpv4(to) ? 32 : 128}`;
  const nextHop = refused !== undefined ? "None" : isAddress(via) ? plainAddress(via) : "On-link";
  const [, source] = /\ssrc\s+(\S{2,45})/.exec(rest) ?? [];
  return {
    prefix: whole.toLowerCase(),
    nextHop,
    ...nextHopAddress(nextHop),
    ...(source === undefined ? {} : { interfaceAddress: plainAddress(source) }),
    persistent: false,
    source: "linux",
  };
}

/** Table of `Get-NetRoute`. */
function netRoutes(stretch: Stretch, found: Found): [TextLine, Plain][] {
  return tablesOf(stretch.lines).flatMap(({ columns, heading, rows }) => {
    if (!columns.includes("destinationprefix") || !columns.includes("nexthop")) return [];
    found.lines.add(heading.number).add(heading.number + 1);
    return rows.flatMap(({ line, cell }): [TextLine, Plain][] => {
      const prefix = cell("DestinationPrefix").toLowerCase();
      const hop = plainAddress(cell("NextHop"));
      if (!/^[0-9a-f.:]+\/\d+$/.test(prefix) || !isAddress(hop)) return [];
      const nextHop = hop === "0.0.0.0" || hop === "::" ? "On-link" : hop;
      const persistent = /^Persistent/i.test(cell("PolicyStore"));
      return [[line, { prefix, nextHop, ...nextHopAddress(nextHop), persistent, source: "windows" }]];
    });
  });
}

const HOP = /^\s{0,6}(\d{1,2})\s+(?=.*(?:\d\s?ms|\*))(.+)$/;
const ADDRESS = /(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?![\d.])/;

/** The hops that answered a traceroute, the nearest first, each as a way to where it was traced. */
function traced(stretch: Stretch, found: Found): [TextLine, Plain][] {
  const hops: [TextLine, Plain][] = [];
  const typed = /^(?:tracert|traceroute|mtr|pathping)$/.test(stretch.command?.program ?? "");
  let destination = typed ? plainName(operands(stretch.command, "h", "w", "m", "q").at(0) ?? "") : "";
  let expected = typed ? 1 : 0;
  for (const line of stretch.lines) {
    const heading = headingOf(line.text);
    if (heading !== undefined) {
      found.lines.add(line.number);
      destination = heading;
      expected = 1;
      continue;
    }
    const [, number, rest = ""] = expected === 0 ? [] : (HOP.exec(line.text) ?? []);
    if (number === undefined || Number(number) !== expected) continue;
    expected += 1;
    found.lines.add(line.number);
    const [, address] = ADDRESS.exec(rest) ?? [];
    if (address === undefined || !isIpv4(address) || destination === "") continue;
    const prefix = isIpv4(destination) ? `${destination}/32` : destination;
    hops.push([
      line,
      {
        prefix,
        nextHop: address,
        nextHopAddress: address,
        persistent: false,
        source: "traceroute",
        destination,
      },
    ]);
  }
  return hops;
}

/** Where a traceroute goes, by its first line: `… name [address] …:` or `traceroute to name (address), …`. */
function headingOf(text: string): string | undefined {
  const [, linux] = /^\s*traceroute to \S{1,255} \(([\d.a-f:]{3,45})\)/.exec(text) ?? [];
  if (linux !== undefined) return linux;
  if (!/tracing route|routenverfolgung|ルート|traza|itinéraire|跟踪|追蹤|traccia|трассировка/i.test(text))
    return undefined;
  const [, bracketed] = /\[([\d.a-f:]{3,45})\]/.exec(text) ?? [];
  return bracketed ?? ADDRESS.exec(text)?.[1];
}

function nextHopAddress(nextHop: string): { nextHopAddress?: string } {
  return isAddress(nextHop) ? { nextHopAddress: nextHop } : {};
}
