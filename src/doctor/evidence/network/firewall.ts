import type { TextFormat } from "../format.ts";
import type { TextLine } from "../text.ts";
import { Found } from "./found.ts";
import { blocksOf, tablesOf } from "./properties.ts";
import { statement } from "./statement.ts";
import { type Stretch, stretchesOf } from "./stretch.ts";

/**
 * Reads firewall rules (`netsh advfirewall firewall show rule`, `Get-NetFirewallRule`): statements `firewall-rule` with the
 * rule's name, whose value is `enabled` or `disabled` and, as far as stated, direction, action and local port:
 * `disabled in allow 1688`.
 */
export const firewall: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    for (const stretch of stretchesOf(text)) {
      const before = found.lines.size;
      shown(stretch, found);
      listed(stretch, found);
      tabled(stretch, found);
      if (found.lines.size > before && stretch.command !== undefined)
        found.lines.add(stretch.command.line.number);
    }
    return found.lines;
  },
};

const YES = /^(?:yes|true|1|はい|ja|oui|s[ií]|sim|是|예|да|tak|ano|evet|igen|kyllä)$/i;

function put(
  found: Found,
  names: readonly string[],
  line: TextLine,
  rule: { name: string; enabled: string; direction: string; action: string; port: string },
): void {
  const { name, enabled, direction, action, port } = rule;
  const words = [
    YES.test(enabled) ? "enabled" : "disabled",
    DIRECTIONS[direction.toLowerCase()] ?? direction,
    action,
    port,
  ];
  const value = words.filter((word) => word !== "").join(" ");
  statement(found, "services", names, line, { what: "firewall-rule", name, value: value.toLowerCase() });
}

const DIRECTIONS: Readonly<Record<string, string>> = {
  inbound: "in",
  outbound: "out",
  入力: "in",
  出力: "out",
};

/** `netsh`: the rule's name over a line of dashes; the first value below it says whether it is enabled. */
function shown({ lines, names }: Stretch, found: Found): void {
  for (const [at, rule] of lines.entries()) {
    if (!/^\s*-{40,}\s*$/.test(rule.text) || at === 0) continue;
    const [, name = ""] = /^[^:：]{2,40}[:：]\s+(\S.{0,200})$/.exec(lines[at - 1]?.text.trim() ?? "") ?? [];
    const enabled = lines[at + 1];
    if (name === "" || enabled === undefined) continue;
    const end = lines.findIndex(({ text }, index) => index > at && text.trim() === "");
    const block = lines.slice(at + 1, end === -1 ? at + 20 : Math.min(end, at + 20));
    const values = block.map(({ text }) => /^\s*[^:：]{2,40}[:：]\s+(\S.*)$/.exec(text)?.[1]?.trim() ?? "");
    if (values.length < 4 || values[0] === "") continue;
    for (const { number } of [lines[at - 1] ?? enabled, rule, ...block]) found.lines.add(number);
    const port = values.find((value) => /^\d{1,5}(?:[-,]\d{1,5})*$/.test(value)) ?? "";
    put(found, names, enabled, {
      name,
      enabled: values[0] ?? "",
      direction: values[1] ?? "",
      action: values.findLast((value) => value !== "") ?? "",
      port,
    });
  }
}

function listed({ lines, names }: Stretch, found: Found): void {
  for (const block of blocksOf(lines)) {
    const enabled = block.get("Enabled");
    if (enabled === undefined || block.get("Direction") === undefined || block.get("Action") === undefined)
      continue;
    if (block.properties[0]?.line === undefined || !/^(?:true|false)$/i.test(enabled.value)) continue;
    for (const { line } of block.properties) found.lines.add(line.number);
    put(found, names, enabled.line, {
      name: block.value("Name") || block.value("DisplayName"),
      enabled: enabled.value,
      direction: block.value("Direction"),
      action: block.value("Action"),
      port: block.value("LocalPort"),
    });
  }
}

function tabled({ lines, names }: Stretch, found: Found): void {
  for (const { columns, rows, heading } of tablesOf(lines)) {
    if (!columns.includes("enabled") || !(columns.includes("name") || columns.includes("displayname")))
      continue;
    for (const { line, cell } of rows) {
      if (!/^(?:true|false)$/i.test(cell("enabled"))) continue;
      found.lines.add(heading.number).add(heading.number + 1);
      put(found, names, line, {
        name: cell("name") || cell("displayname"),
        enabled: cell("enabled"),
        direction: cell("direction"),
        action: cell("action"),
        port: cell("localport"),
      });
    }
  }
}
