import type { EventSpan } from "../doctor/evidence/event-spans.ts";
import type { Evidence, Origin, ProductReport, Status } from "../doctor/evidence/model.ts";
import type { Place } from "../doctor/evidence/place.ts";
import { visible } from "../doctor/evidence/visible.ts";
import { table } from "./output.ts";

/** Rows of one table that people are shown; `--json` has all. */
const SHOWN = 40;

const STATUS: Record<Status, string> = {
  0: "Unlicensed",
  1: "Licensed",
  2: "Initial grace",
  3: "Additional grace",
  4: "Non-genuine grace",
  5: "Notification",
  6: "Extended grace",
};

/** The evidence for people: what was read, of which machines, and what they say. */
export function evidenceText(evidence: Evidence, spans: readonly EventSpan[]): string {
  const sections: [string, string[], string[][]][] = [
    ["Files", ["File", "Kind", "Role", "Machine", "Language", "Records"], fileRows(evidence)],
    ["Machines", ["Machine", "Role", "Names", "CMIDs"], machineRows(evidence)],
    [
      "Products",
      ["Machine", "Product", "Channel", "Status", "Minutes left", "Count", "CMID", "Place"],
      productRows(evidence),
    ],
    ["Attempts", ["Machine", "Product", "Result", "Place"], attemptRows(evidence)],
    ["Expiry", ["Machine", "Ends", "Place"], expiryRows(evidence)],
    ["Events", ["Machine", "Id", "Number", "First", "Last"], spans.map(eventRow)],
    ["DNS answers", ["Name", "Type", "Answer", "Server", "Place"], dnsRows(evidence)],
    ["Port tests", ["Host", "Port", "Result", "With", "Place"], probeRows(evidence)],
    ["Clocks", ["Machine", "Against", "Ahead", "Place"], clockRows(evidence)],
    [
      "Network settings",
      ["Machine", "Host name", "Suffixes", "Addresses", "DNS servers", "Place"],
      networkRows(evidence),
    ],
    ["Routes", ["Machine", "To", "By", "Place"], routeRows(evidence)],
    ["Connections", ["Machine", "Local", "Remote", "State", "Place"], connectionRows(evidence)],
    ["Registry", ["Machine", "Key", "Name", "Value", "Place"], registryRows(evidence)],
    ["Sysprep", ["Machine", "Time", "Options", "Generalized", "Place"], sysprepRows(evidence)],
    ["Other statements", ["Machine", "What", "Name", "Value", "Place"], statementRows(evidence)],
  ];
  const notes = evidence.files.flatMap(({ file, notes }) =>
    notes.map((note) => `  ${visible(file)}: ${visible(note)}`),
  );
  const blocks = sections.filter(([, , rows]) => rows.length > 0).map((section) => sectionText(...section));
  if (notes.length > 0) blocks.splice(1, 0, ["Not understood, or only in part", ...cut(notes)].join("\n"));
  return blocks.join("\n\n");
}

function sectionText(title: string, headings: string[], rows: string[][]): string {
  const shown = rows.slice(0, SHOWN).map((row) => row.map((cell) => clipped(visible(cell))));
  const used = headings.map((_, column) => shown.some((row) => (row[column] ?? "") !== ""));
  const kept = (cells: string[]) => cells.filter((_, column) => used[column]);
  const lines = table(kept(headings), shown.map(kept)).split("\n");
  const more = rows.length > SHOWN ? [`… and ${rows.length - SHOWN} more; --json has all`] : [];
  return [title, ...[...lines, ...more].map((line) => `  ${line}`)].join("\n");
}

function cut(lines: string[]): string[] {
  if (lines.length <= SHOWN) return lines;
  return [...lines.slice(0, SHOWN), `  … and ${lines.length - SHOWN} more; --json has all`];
}

const WIDEST = 60;

function clipped(cell: string): string {
  return cell.length > WIDEST ? `${cell.slice(0, WIDEST - 1)}…` : cell;
}

function fileRows({ files }: Evidence): string[][] {
  return files.map(({ file, kind, role, machine, language, records, skipped }) => {
    const others = skipped > 0 ? ` (and ${skipped} of other programs)` : "";
    return [file, kind, role, machine, language, kind === "unknown" ? "" : `${records}${others}`];
  });
}

function machineRows({ machines }: Evidence): string[][] {
  return machines.map(({ label, names, isHost, isClient, cmids }) => [
    label,
    [isHost ? "host" : "", isClient ? "client" : ""].filter(Boolean).join(", "),
    names.join(", "),
    cmids.length > 2 ? `${cmids.length} CMIDs` : cmids.join(", "),
  ]);
}

function productRows(evidence: Evidence): string[][] {
  return evidence.products.map((report) => [
    labelOf(evidence, report.origin),
    report.name?.value ?? report.description?.value ?? report.product?.value ?? "",
    report.channel?.value ?? "",
    statusText(report),
    report.minutesLeft === undefined ? "" : String(report.minutesLeft.value),
    report.host?.count === undefined ? "" : String(report.host.count.value),
    report.client?.cmid?.value ?? "",
    place(report.at),
  ]);
}

function statusText({ status, reason }: ProductReport): string {
  if (status === undefined) return "";
  return reason === undefined ? STATUS[status.value] : `${STATUS[status.value]} (${code(reason.value)})`;
}

function attemptRows(evidence: Evidence): string[][] {
  return evidence.attempts.map(({ origin, product, productName, code: result, at }) => [
    labelOf(evidence, origin),
    productName?.value ?? product?.value ?? "",
    result === undefined ? "" : result.value === 0 ? "activated" : code(result.value),
    place(at),
  ]);
}

function expiryRows(evidence: Evidence): string[][] {
  return evidence.expiries.map(({ origin, permanent, end, at }) => [
    labelOf(evidence, origin),
    permanent ? "never" : (end?.text ?? ""),
    place(at),
  ]);
}

function eventRow({ machine, id, count, first, last, utc }: EventSpan): string[] {
  return [machine, String(id), String(count), moment(first, utc), moment(last, utc)];
}

function dnsRows({ dns }: Evidence): string[][] {
  return dns.map(({ name, type, result, targets, addresses, server, serverAddress, at }) => {
    const found = [
      ...targets.map(({ host, port, priority, weight }) => `${host}:${port} (${priority} ${weight})`),
      ...addresses.map(({ value }) => value),
    ];
    return [name, type, found.join(", ") || result, server ?? serverAddress ?? "", place(at)];
  });
}

function probeRows({ probes }: Evidence): string[][] {
  return probes.map(({ host, port, result, tool, at }) => [
    host,
    port === 0 ? "ping" : String(port),
    result,
    tool,
    place(at),
  ]);
}

function clockRows(evidence: Evidence): string[][] {
  return evidence.clocks.map(({ origin, against, ahead, at }) => [
    labelOf(evidence, origin),
    against,
    ahead === undefined ? "no answer" : `${ahead / 1000} s`,
    place(at),
  ]);
}

function networkRows(evidence: Evidence): string[][] {
  return evidence.networks.map((settings) => {
    const { origin, hostName, primarySuffix, searchList, connectionSuffixes, addresses, dnsServers, at } =
      settings;
    const suffixes = [primarySuffix, ...searchList, ...connectionSuffixes].map((fact) => fact?.value ?? "");
    return [
      labelOf(evidence, origin),
      hostName?.value ?? "",
      [...new Set(suffixes)].filter((suffix) => suffix !== "").join(", ") || "none",
      addresses.map(({ value }) => value).join(", "),
      dnsServers.map(({ value }) => value).join(", "),
      place(at),
    ];
  });
}

function routeRows(evidence: Evidence): string[][] {
  return evidence.routes.map(({ origin, prefix, destination, nextHop, nextHopAddress, at }) => [
    labelOf(evidence, origin),
    destination ?? prefix,
    nextHopAddress === undefined || nextHopAddress === nextHop ? nextHop : `${nextHop} ${nextHopAddress}`,
    place(at),
  ]);
}

function connectionRows(evidence: Evidence): string[][] {
  return evidence.connections.map(({ origin, local, remote, state, at }) => [
    labelOf(evidence, origin),
    local,
    remote,
    state,
    place(at),
  ]);
}

function registryRows(evidence: Evidence): string[][] {
  return evidence.registry.map(({ origin, key, name, value, at }) => [
    labelOf(evidence, origin),
    key.length > 40 ? `…${key.slice(-39)}` : key,
    name,
    String(value),
    place(at),
  ]);
}

function sysprepRows(evidence: Evidence): string[][] {
  return evidence.sysprep.map(({ origin, time, options, generalized, at }) => [
    labelOf(evidence, origin),
    moment(time, false),
    options.map(({ value }) => value).join(" "),
    generalized ? "yes" : "no",
    place(at),
  ]);
}

function statementRows(evidence: Evidence): string[][] {
  return evidence.statements.map(({ origin, what, name, value, at }) => [
    labelOf(evidence, origin),
    what,
    name,
    value,
    place(at),
  ]);
}

function labelOf(evidence: Evidence, origin: Origin): string {
  return evidence.machineOf(origin)?.label ?? "";
}

function place({ file, line, record }: Place): string {
  return record > 0 ? `${file} record ${record}` : `${file}:${line}`;
}

function code(value: number): string {
  return `0x${value.toString(16).toUpperCase().padStart(8, "0")}`;
}

/** To the second; UTC where the zone is known, the machine's own time otherwise. */
function moment(time: number, utc: boolean): string {
  if (!(Math.abs(time) <= 8.64e15)) return "";
  const text = new Date(time).toISOString().slice(0, 19).replace("T", " ");
  return utc ? `${text} UTC` : `${text} local`;
}
