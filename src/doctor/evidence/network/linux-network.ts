import type { TextFormat } from "../format.ts";
import type { Fact } from "../place.ts";
import type { TextLine } from "../text.ts";
import { isAddress, isName, plainAddress, plainName } from "./address.ts";
import { Found } from "./found.ts";
import { type Stretch, stretchesOf } from "./stretch.ts";

/**
 * Reads the network settings of Linux machines: `ip addr`, `ifconfig`, `/etc/resolv.conf`, `resolvectl status`,
 * `hostnamectl`. What stands between two prompts becomes one item.
 */
export const linuxNetwork: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    for (const stretch of stretchesOf(text)) {
      const settings = settingsOf(stretch, found);
      const [first] = settings.lines;
      if (first === undefined) continue;
      const { hostName, searchList, addresses, dnsServers } = settings;
      const names = hostName === undefined ? stretch.names : [hostName.value];
      collector.networks.push({
        origin: found.origin("ipconfig", names),
        at: found.at(first),
        ...(hostName === undefined ? {} : { hostName }),
        searchList,
        connectionSuffixes: [],
        addresses,
        masks: [],
        gateways: [],
        dnsServers,
      });
      if (stretch.command !== undefined) found.lines.add(stretch.command.line.number);
    }
    return found.lines;
  },
};

interface Settings {
  hostName?: Fact<string>;
  readonly searchList: Fact<string>[];
  readonly addresses: Fact<string>[];
  readonly dnsServers: Fact<string>[];
  readonly lines: TextLine[];
}

const INET = /^\s*inet6? (?:addr:)?([0-9a-f.:]{2,45})(?:\/\d{1,3})?(?:\s.*)?$/i;
const RESOLV = /^\s*(nameserver|search|domain)\s+(\S.{0,1000})$/;
const RESOLVECTL = /^\s*(Current DNS Server|DNS Servers?|DNS Domain)\s*:\s*(\S.{0,1000})$/;

/** What `ip addr` prints of an interface besides its addresses. */
const IP_ADDR_REST =
  /^(?:\d{1,5}: \S{1,40}: <[A-Z0-9_,-]{0,120}> mtu \d|link\/[a-z0-9]{1,20}(?: [0-9a-f:.]{0,60})?(?: brd |$)|valid_lft \S{1,20} preferred_lft )/;

function settingsOf(stretch: Stretch, found: Found): Settings {
  const settings: Settings = { searchList: [], addresses: [], dnsServers: [], lines: [] };
  const { searchList, addresses, dnsServers, lines } = settings;
  let list: Fact<string>[] | undefined;
  for (const line of stretch.lines) {
    const words = line.text.trim();
    const before = list;
    list = undefined;
    const [, inet = ""] = words.startsWith("inet") ? (INET.exec(words) ?? []) : [];
    if (isAddress(inet)) {
      if (!/^(?:127\.|::1$|fe80:)/i.test(inet))
        addresses.push({ value: plainAddress(inet), at: found.at(line) });
      else found.lines.add(line.number);
      lines.push(line);
      continue;
    }
    if (IP_ADDR_REST.test(words)) {
      found.lines.add(line.number);
      continue;
    }
    const [, label, value = ""] = RESOLV.exec(words) ?? RESOLVECTL.exec(words) ?? [];
    if (label !== undefined) {
      const isNames = label === "search" || label === "domain" || label === "DNS Domain";
      if (label === "Current DNS Server" || !fits(isNames, label, value)) continue;
      list = isNames ? searchList : dnsServers;
      add(list, isNames, value, line, found);
      lines.push(line);
      continue;
    }
    const [, host] = /^Static hostname:\s*(\S{1,255})$/.exec(words) ?? [];
    if (host !== undefined && isName(host)) {
      settings.hostName = { value: plainName(host), at: found.at(line) };
      lines.push(line);
    } else if (before !== undefined && isAddress(plainAddress(words))) {
      list = before;
      add(before, false, words, line, found);
    }
  }
  return settings;
}

/** Sentences begin with "search" and "domain" as well: every word behind must be what it should be. */
function fits(isNames: boolean, label: string, value: string): boolean {
  const words = value.split(/\s+/);
  if (!isNames) return words.every((word) => isAddress(plainAddress(word)));
  if (label === "DNS Domain") return words.every((word) => isName(word.replace(/^~/, "")) || word === "~.");
  return words.every((word) => isName(word) && /[\w-]\.[\w-]/.test(word));
}

function add(list: Fact<string>[], isNames: boolean, value: string, line: TextLine, found: Found): void {
  for (const word of value.split(/\s+/)) {
    const plain = isNames ? plainName(word.replace(/^~/, "")) : plainAddress(word);
    if (plain !== "" && !list.some((known) => known.value === plain))
      list.push({ value: plain, at: found.at(line) });
  }
}
