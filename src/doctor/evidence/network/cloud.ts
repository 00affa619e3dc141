import type { TextFormat } from "../format.ts";
import type { TextLine } from "../text.ts";
import { Found } from "./found.ts";
import { documentsOf } from "./json.ts";
import { blocksOf, tablesOf } from "./properties.ts";
import { statement } from "./statement.ts";
import { type Stretch, stretchesOf } from "./stretch.ts";

/**
 * Reads what a cloud says of a machine and of the firewall before it: `az vm show`, `Get-AzVM`, the instance metadata, rules
 * of Azure Firewall. Statements `azure-instance` by field, and `azure-firewall-application-rule` or
 * `azure-firewall-network-rule` by name, with ports and destinations as their value.
 */
export const cloud: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    for (const stretch of stretchesOf(text)) {
      const before = found.lines.size;
      for (const { value, lines } of documentsOf(stretch.lines)) {
        for (const item of (Array.isArray(value) ? value : [value]).slice(0, 500))
          instance(item, lines, stretch, found);
        rules(value, lines, stretch, found, 0);
      }
      listed(stretch, found);
      tabled(stretch, found);
      if (found.lines.size > before && stretch.command !== undefined)
        found.lines.add(stretch.command.line.number);
    }
    return found.lines;
  },
};

const FIELDS = [
  "name",
  "location",
  "sku",
  "offer",
  "publisher",
  "licenseType",
  "azEnvironment",
  "osType",
  "vmSize",
] as const;

/** A virtual machine as the resource manager or its own metadata service describes it. */
function instance(value: unknown, lines: readonly TextLine[], stretch: Stretch, found: Found): void {
  const whole = recordOf(value);
  const machine = whole.compute === undefined ? whole : recordOf(whole.compute);
  const isMachine =
    machine.vmId !== undefined || machine.storageProfile !== undefined || machine.azEnvironment !== undefined;
  if (!isMachine) return;
  const image = recordOf(recordOf(machine.storageProfile).imageReference);
  const fields: Record<string, unknown> = { ...image, ...machine };
  const [first] = lines;
  const name = textOf(machine.name);
  const computer = textOf(recordOf(machine.osProfile).computerName);
  const names = [...new Set([computer, name].filter((each) => each !== ""))];
  for (const field of FIELDS) {
    const said = textOf(fields[field]);
    const line = lines.find(({ text }) => text.includes(`"${field}"`) && text.includes(`"${said}"`)) ?? first;
    if (line === undefined || said === "") continue;
    statement(found, "services", names.length === 0 ? stretch.names : names, line, {
      what: "azure-instance",
      name: field,
      value: said,
    });
  }
  for (const { number } of lines) found.lines.add(number);
}

/** Rules of Azure Firewall, at whatever depth a collection of them holds them. */
function rules(
  value: unknown,
  lines: readonly TextLine[],
  stretch: Stretch,
  found: Found,
  depth: number,
): void {
  if (depth > 12 || typeof value !== "object" || value === null) return;
  const entry = recordOf(value);
  const kind = textOf(entry.ruleType);
  const isApplication = kind === "ApplicationRule" || Array.isArray(entry.targetFqdns);
  const isNetwork =
    kind === "NetworkRule" ||
    (Array.isArray(entry.destinationPorts) && Array.isArray(entry.ipProtocols ?? entry.protocols));
  const name = textOf(entry.name);
  if ((isApplication || isNetwork) && name !== "") {
    const line = lines.find(({ text }) => text.includes(`"${name}"`)) ?? lines[0];
    const protocols = [entry.protocols]
      .flat()
      .map(
        (each) =>
          `${textOf(recordOf(each).protocolType) || textOf(each)}:${String(recordOf(each).port ?? "")}`,
      );
    const lists = ["destinationPorts", "destinationAddresses", "targetFqdns", "destinationFqdns"].flatMap(
      (list) => [entry[list]].flat(),
    );
    const words = [...(isApplication ? protocols : []), ...lists.map(textOf)].filter(
      (word) => word !== "" && word !== ":",
    );
    const what = isApplication ? "azure-firewall-application-rule" : "azure-firewall-network-rule";
    if (line !== undefined)
      statement(found, "services", stretch.names, line, { what, name, value: words.join(" ") || "any" });
    return;
  }
  for (const item of Object.values(value).slice(0, 1_000)) rules(item, lines, stretch, found, depth + 1);
}

/** `Get-AzVM` as a list. */
function listed(stretch: Stretch, found: Found): void {
  for (const block of blocksOf(stretch.lines)) {
    if (block.get("VmId") === undefined || block.get("Location") === undefined) continue;
    const name = block.value("Name");
    for (const property of block.properties) {
      found.lines.add(property.line.number);
      const field = FIELDS.find((each) => each.toLowerCase() === property.name.toLowerCase());
      if (field === undefined) continue;
      const names = name === "" ? stretch.names : [name];
      statement(found, "services", names, property.line, {
        what: "azure-instance",
        name: field,
        value: property.value,
      });
    }
  }
}

/** `az … rule list -o table` of a firewall: a name with ports and addresses, or with FQDNs. */
function tabled(stretch: Stretch, found: Found): void {
  for (const { columns, rows } of tablesOf(stretch.lines)) {
    const column = (name: string) => columns.find((each) => each.replace(/[\s_]/g, "") === name) ?? "";
    const fqdns = column("targetfqdns");
    const ports = column("destinationports");
    if (!columns.includes("name") || (fqdns === "" && ports === "")) continue;
    const what = fqdns === "" ? "azure-firewall-network-rule" : "azure-firewall-application-rule";
    for (const { line, cell } of rows) {
      const value = [ports, column("destinationaddresses"), fqdns].map((each) =>
        each === "" ? "" : cell(each),
      );
      statement(found, "services", stretch.names, line, {
        what,
        name: cell("name"),
        value: value.filter((word) => word !== "").join(" ") || "any",
      });
    }
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
