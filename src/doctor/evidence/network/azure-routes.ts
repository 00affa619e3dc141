import type { TextFormat } from "../format.ts";
import type { Route } from "../model.ts";
import type { TextLine } from "../text.ts";
import { isAddress } from "./address.ts";
import { Found } from "./found.ts";
import { documentsOf } from "./json.ts";
import { blocksOf, tablesOf } from "./properties.ts";
import { option, type Stretch, stretchesOf } from "./stretch.ts";

/** Reads the effective routes and next hops that Azure's CLI, PowerShell and portal show. */
export const azureRoutes: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    for (const stretch of stretchesOf(text)) {
      const before = found.lines.size;
      tables(stretch, found);
      tabbed(stretch, found);
      for (const { value, lines } of documentsOf(stretch.lines)) json(value, lines, stretch, found);
      lists(stretch, found);
      if (found.lines.size > before && stretch.command !== undefined)
        found.lines.add(stretch.command.line.number);
    }
    return found.lines;
  },
};

interface Effective {
  readonly prefixes: readonly string[];
  readonly type: string;
  readonly address: string;
  readonly state: string;
}

function put(
  found: Found,
  stretch: Stretch,
  line: TextLine,
  { prefixes, type, address, state }: Effective,
): void {
  const hop = kindOf(type);
  for (const prefix of prefixes) {
    if (!/^[0-9a-f.:]{2,45}\/\d{1,3}$/i.test(prefix)) continue;
    found.collector.routes.push({
      origin: found.origin("routes", stretch.names),
      at: found.at(line),
      prefix: prefix.toLowerCase(),
      nextHop: hop,
      ...(isAddress(address) ? { nextHopAddress: address.toLowerCase() } : {}),
      persistent: false,
      active: !/^(?:invalid|disabled|inactive)$/i.test(state),
      source: "azure",
    });
  }
}

/** A kind of next hop in one word, as the CLI writes it. */
function kindOf(type: string): string {
  const word = type.replace(/\s+/g, "");
  const known = ["Internet", "VirtualNetworkGateway", "VirtualAppliance", "VnetLocal", "None"];
  if (/^virtualnetwork$/i.test(word)) return "VnetLocal";
  return known.find((each) => each.toLowerCase() === word.toLowerCase()) ?? word;
}

/** `az network nic show-effective-route-table -o table`, `Get-AzEffectiveRouteTable | ft`. */
function tables(stretch: Stretch, found: Found): void {
  for (const { columns, heading, rows } of tablesOf(stretch.lines)) {
    const column = (name: string) => columns.find((each) => each.replace(/\s/g, "") === name) ?? "";
    const prefix = column("addressprefix");
    const type = column("nexthoptype");
    if (prefix === "" || type === "") continue;
    found.lines.add(heading.number).add(heading.number + 1);
    const address = column("nexthopip") || column("nexthopipaddress");
    for (const { line, cell } of rows) {
      put(found, stretch, line, {
        prefixes: words(cell(prefix)),
        type: cell(type),
        address: words(cell(address))[0] ?? "",
        state: cell("state"),
      });
    }
  }
}

/** Rows copied from the portal: source, state, prefix, kind, address, with tabs between. */
function tabbed(stretch: Stretch, found: Found): void {
  for (const line of stretch.lines) {
    if (!line.text.includes("\t")) continue;
    const cells = line.text.split("\t", 9).map((cell) => cell.trim());
    const at = cells.findIndex((cell) => /^[\d.]{7,15}\/\d{1,2}$/.test(cell));
    const [state = "", prefix = "", type = "", address = ""] = at >= 1 ? cells.slice(at - 1) : [];
    if (!/^(?:active|invalid|disabled)$/i.test(state) || type === "") continue;
    put(found, stretch, line, { prefixes: [prefix], type, address, state });
  }
}

function json(value: unknown, lines: readonly TextLine[], stretch: Stretch, found: Found): void {
  const document = recordOf(value);
  const destination = option(stretch.command, "dest-ip");
  const hop = textOf(document.nextHopType);
  if (hop !== "" && document.addressPrefix === undefined) {
    const line = lines.find(({ text }) => text.includes("nextHopType")) ?? lines[0];
    if (line !== undefined)
      nextHop(found, stretch, line, hop, textOf(document.nextHopIpAddress), destination);
    for (const { number } of lines) found.lines.add(number);
    return;
  }
  const list = Array.isArray(value) ? value : Array.isArray(document.value) ? document.value : [];
  let from = 0;
  for (const item of list.slice(0, 5_000)) {
    const entry = recordOf(item);
    const prefixes = [entry.addressPrefix]
      .flat()
      .map(textOf)
      .filter((each) => each !== "");
    const type = textOf(entry.nextHopType);
    const [first] = prefixes;
    if (first === undefined || type === "") continue;
    const at = lines.findIndex(({ text }, index) => index >= from && text.includes(`"${first}"`));
    const line = lines[Math.max(at, 0)];
    from = at === -1 ? from : at + 1;
    const address = textOf([entry.nextHopIpAddress].flat()[0]);
    if (line !== undefined)
      put(found, stretch, line, { prefixes, type, address, state: textOf(entry.state) });
    for (const { number } of lines) found.lines.add(number);
  }
}

/** `Get-AzNetworkWatcherNextHop`, and effective routes as a list. */
function lists(stretch: Stretch, found: Found): void {
  for (const block of blocksOf(stretch.lines)) {
    const type = block.get("NextHopType");
    if (type === undefined || type.value === "" || type.value.startsWith('"')) continue;
    const address = words(block.value("NextHopIpAddress"))[0] ?? "";
    for (const { line } of block.properties) found.lines.add(line.number);
    const prefix = block.get("AddressPrefix");
    if (prefix === undefined) {
      const destination = option(stretch.command, "destinationipaddress", "dest-ip");
      nextHop(found, stretch, type.line, type.value, address, destination);
    } else {
      put(found, stretch, prefix.line, {
        prefixes: words(prefix.value),
        type: type.value,
        address,
        state: block.value("State"),
      });
    }
  }
}

function nextHop(
  found: Found,
  stretch: Stretch,
  line: TextLine,
  type: string,
  address: string,
  destination: string | undefined,
): void {
  const route: Route = {
    origin: found.origin("routes", stretch.names),
    at: found.at(line),
    prefix: destination === undefined ? "" : `${destination}/32`,
    nextHop: kindOf(type),
    ...(isAddress(address) ? { nextHopAddress: address.toLowerCase() } : {}),
    persistent: false,
    active: true,
    source: "next-hop",
    ...(destination === undefined ? {} : { destination }),
  };
  found.collector.routes.push(route);
}

function words(text: string): string[] {
  return text.split(/[\s,{}[\]"]+/).filter((word) => word !== "" && word !== "-");
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
