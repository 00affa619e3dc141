import type { TextFormat } from "../format.ts";
import type { TextLine } from "../text.ts";
import { isAddress, plainName } from "./address.ts";
import { Found } from "./found.ts";
import { option, type Stretch, stretchesOf } from "./stretch.ts";
import { timeService } from "./time-service.ts";

/**
 * Reads comparisons of clocks: `w32tm /stripchart` and `/monitor`, `chronyc tracking`, `ntpdate -q`, `ntpq -p`, and what
 * the time service says of itself. w32tm, ntpdate and ntpq print how far the *other* clock is ahead (RFC 5905, theta);
 * readings are how far *this* machine is ahead, hence the turned sign.
 */
export const clock: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    for (const stretch of stretchesOf(text)) {
      const before = found.lines.size;
      stripchart(stretch, found);
      monitor(stretch, found);
      chrony(stretch, found);
      ntp(stretch, found);
      timeService(stretch, found);
      if (found.lines.size > before && stretch.command !== undefined)
        found.lines.add(stretch.command.line.number);
    }
    return found.lines;
  },
};

function put(
  found: Found,
  names: readonly string[],
  line: TextLine,
  against: string,
  aheadSeconds: number | undefined,
): void {
  found.collector.clocks.push({
    origin: found.origin("clock", names),
    at: found.at(line),
    against: plainName(against),
    ...(aheadSeconds === undefined ? {} : { ahead: Math.round(aheadSeconds * 1_000_000) / 1_000 }),
  });
}

function seconds(text: string): number {
  return Number(text.replace(",", "."));
}

const SAMPLE =
  /^\s*\d{1,2}[:.]\d\d[:.]\d\d(?: [AP]M)?,?\s+(?:d:[+-]\d+[.,]\d+s\s+o:)?([+-]\d{1,12}[.,]\d{1,9})s/i;
const NO_SAMPLE = /^\s*\d{1,2}[:.]\d\d[:.]\d\d(?: [AP]M)?,?\s+\S{1,20}[:：]?\s*(0x[0-9a-f]{8})/i;
const TRACKED = /([\w.-]{1,255})\s*\[([\d.a-f:]{2,45}?)(?::123)?\]/i;

/** The last sample of each chart: `d:` is the delay, `o:` how far the other clock is ahead. */
function stripchart(stretch: Stretch, found: Found): void {
  const asked = stretch.command?.program === "w32tm" ? (option(stretch.command, "computer") ?? "") : "";
  let against = asked;
  let last: { line: TextLine; ahead: number | undefined } | undefined;
  const end = () => {
    if (last !== undefined) put(found, stretch.names, last.line, against, last.ahead);
    last = undefined;
  };
  for (const line of stretch.lines) {
    const { text } = line;
    if (/\[[\d.a-f:]{2,45}:123\]/i.test(text) && !text.includes("***")) {
      end();
      const [, name = "", address = ""] = TRACKED.exec(text) ?? [];
      against = isAddress(name) || /[a-z]/i.test(name) ? name : address;
      found.lines.add(line.number);
      continue;
    }
    const [, offset] = SAMPLE.exec(text) ?? [];
    if (offset !== undefined) {
      found.lines.add(line.number);
      last = { line, ahead: -seconds(offset) };
    } else if (NO_SAMPLE.test(text)) {
      found.lines.add(line.number);
      last ??= { line, ahead: undefined };
    }
  }
  end();
}

const MONITORED = /^\s{0,4}([\w.-]{1,255})\s*(?:\*\*\*.{1,20}\*\*\*)?\s*\[([\d.a-f:]{2,45}):123\]\s*[:：]?$/i;

/** `w32tm /monitor`: here each machine is compared with the domain's reference, and a plus says that it is ahead. */
function monitor(stretch: Stretch, found: Found): void {
  let machine: string | undefined;
  for (const line of stretch.lines) {
    const [, name] = MONITORED.exec(line.text) ?? [];
    if (name !== undefined) {
      machine = name;
      found.lines.add(line.number);
      continue;
    }
    if (machine === undefined || !/^\s*NTP\s*[:：]/.test(line.text)) continue;
    const [, offset, rest = ""] = /NTP\s*[:：]\s*([+-]\d{1,12}[.,]\d{1,9})s(.*)$/.exec(line.text) ?? [];
    const [reference = ""] = rest.match(/[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/) ?? [];
    put(found, [machine], line, reference, offset === undefined ? undefined : seconds(offset));
    machine = undefined;
  }
}

/** What `chronyc tracking` tells besides. */
const CHRONY_REST =
  /^\s*(?:Stratum|Ref time \(UTC\)|Last offset|RMS offset|Frequency|Residual freq|Skew|Root delay|Root dispersion|Update interval|Leap status)\s*:/;

/** `chronyc tracking`. */
function chrony(stretch: Stretch, found: Found): void {
  let against = "";
  for (const line of stretch.lines) {
    const [, reference] = /^\s*Reference ID\s*:\s*[0-9A-F]{8} \(([^()]{0,255})\)/i.exec(line.text) ?? [];
    if (reference !== undefined) {
      against = reference;
      found.lines.add(line.number);
    }
    const [, offset = "", way = ""] =
      /^\s*System time\s*:\s*(\d+\.\d+) seconds (slow|fast) of NTP time/i.exec(line.text) ?? [];
    if (way !== "") put(found, stretch.names, line, against, (/fast/i.test(way) ? 1 : -1) * Number(offset));
    if (against !== "" && CHRONY_REST.test(line.text)) found.lines.add(line.number);
  }
}

const NTPDATE = /^\s*server ([\w.:-]{2,255}), stratum (\d+), offset ([+-]?\d{1,12}\.\d{1,9}), delay/;
const NTPDIG =
  /^\s*\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \([+-]\d{4}\) ([+-]\d{1,12}\.\d{1,9})(?: \+\/- \S{1,20})? (\S{1,255}) /;
const NTPQ =
  /^([*+#x.o -])([\w.:-]{2,40})\s+\S{1,40}\s+\d{1,2}\s+[ulbsmp-]\s+\S{1,5}\s+\d+\s+[0-7]{1,3}\s+\d+\.\d+\s+([+-]?\d{1,12}\.\d+)\s+\d/;

/** `ntpdate -q`, its successor `ntpdig`, and `ntpq -p`, whose offsets are milliseconds. */
function ntp(stretch: Stretch, found: Found): void {
  for (const line of stretch.lines) {
    const [, server, stratum, offset = ""] = NTPDATE.exec(line.text) ?? [];
    if (server !== undefined)
      put(found, stretch.names, line, server, stratum === "0" ? undefined : -Number(offset));
    const [, later, name] = NTPDIG.exec(line.text) ?? [];
    if (name !== undefined) put(found, stretch.names, line, name, -Number(later));
    const [, , peer, milliseconds] = NTPQ.exec(line.text) ?? [];
    if (peer !== undefined) put(found, stretch.names, line, peer, -Number(milliseconds) / 1_000);
  }
}
