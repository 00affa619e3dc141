import type { TextFormat } from "../format.ts";
import { Found } from "./found.ts";
import { blocksOf, tablesOf } from "./properties.ts";
import { statement } from "./statement.ts";
import { type Stretch, stretchesOf } from "./stretch.ts";

/**
 * Reads `sc query`, `sc qc`, `Get-Service` and `Win32_Service`: statements `service-state` (`running`, `stopped`, …) and
 * `service-start` (`auto`, `demand`, `disabled`), each with the service's short name.
 */
export const services: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    for (const stretch of stretchesOf(text)) {
      const before = found.lines.size;
      control(stretch, found);
      listed(stretch, found);
      tabled(stretch, found);
      if (found.lines.size > before && stretch.command !== undefined)
        found.lines.add(stretch.command.line.number);
    }
    return found.lines;
  },
};

const STATES: Readonly<Record<string, string>> = {
  1: "stopped",
  2: "start-pending",
  3: "stop-pending",
  4: "running",
  5: "continue-pending",
  6: "pause-pending",
  7: "paused",
};
const STARTS: Readonly<Record<string, string>> = {
  0: "boot",
  1: "system",
  2: "auto",
  3: "demand",
  4: "disabled",
};

/** `sc query`, `sc queryex`, `sc qc`: labels and numbers are the same in every language, but for German's `STATE`. */
function control({ lines, names, command }: Stretch, found: Found): void {
  let name = "";
  for (const line of lines) {
    const [, service] =
      /^\s*(?:SERVICE_NAME|DIENSTNAME|NOM_SERVICE|NOMBRE_SERVICIO)\s*[:：]\s*(\S{1,256})$/.exec(line.text) ??
      [];
    if (service !== undefined) {
      name = service;
      found.lines.add(line.number);
      continue;
    }
    const [, failed] = /^\s*\[SC\] .{0,100}\b(1060|5)[:：]?$/.exec(line.text) ?? [];
    if (failed !== undefined && command?.program === "sc") {
      const asked = command.args.findLast((word) => !word.startsWith("\\\\")) ?? "";
      const value = failed === "5" ? "access-denied" : "not-installed";
      statement(found, "services", names, line, { what: "service-state", name: asked.toLowerCase(), value });
    }
    if (name === "") continue;
    const [, label = "", number = ""] =
      /^\s*([A-Z_]{4,40})\s*[:：]\s*(\d)\s+[A-Z_]{4,40}/.exec(line.text) ?? [];
    const isStart = /^(?:START_TYPE|STARTTYP)$/.test(label);
    const isState = /^(?:STATE|STATUS|ETAT|ESTADO|STATO)$/.test(label);
    if (!isStart && !isState) continue;
    const value = (isStart ? STARTS : STATES)[number] ?? "";
    statement(found, "services", names, line, {
      what: isStart ? "service-start" : "service-state",
      name: name.toLowerCase(),
      value,
    });
  }
}

function listed({ lines, names }: Stretch, found: Found): void {
  for (const block of blocksOf(lines)) {
    const status = block.get("Status") ?? block.get("State");
    const name = block.get("Name");
    const isService = block.get("ServiceType") ?? block.get("DisplayName") ?? block.get("StartMode");
    if (status === undefined || name === undefined || isService === undefined) continue;
    if (!/^(?:Running|Stopped|Paused|\w{4,8}Pending)$/i.test(status.value)) continue;
    const service = name.value.toLowerCase();
    for (const { line } of block.properties) found.lines.add(line.number);
    statement(found, "services", names, status.line, {
      what: "service-state",
      name: service,
      value: status.value.toLowerCase(),
    });
    const start = block.get("StartType") ?? block.get("StartMode");
    if (start === undefined) continue;
    statement(found, "services", names, start.line, {
      what: "service-start",
      name: service,
      value: startOf(start.value),
    });
  }
}

function tabled({ lines, names }: Stretch, found: Found): void {
  for (const { columns, heading, rows } of tablesOf(lines)) {
    const state = columns.includes("status") ? "status" : "state";
    const start = columns.find((column) => column === "starttype" || column === "startmode");
    if (!columns.includes("name") || !columns.includes(state)) continue;
    if (start === undefined && !columns.includes("displayname")) continue;
    for (const { line, cell } of rows) {
      const value = cell(state).toLowerCase();
      if (!/^(?:running|stopped|paused|\w{4,8}pending)$/.test(value)) continue;
      found.lines.add(heading.number).add(heading.number + 1);
      const name = cell("name").toLowerCase();
      statement(found, "services", names, line, { what: "service-state", name, value });
      if (start !== undefined) {
        statement(found, "services", names, line, {
          what: "service-start",
          name,
          value: startOf(cell(start)),
        });
      }
    }
  }
}

function startOf(word: string): string {
  const start = word.toLowerCase();
  return start === "automatic" ? "auto" : start === "manual" ? "demand" : start;
}
