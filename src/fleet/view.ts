import { styleText } from "node:util";
import { EVENTS, eventFields, type LoggedEvent } from "../protocol/events.ts";
import { LICENSE_STATUS, type LicenseStatus, statusName } from "../protocol/license-state.ts";
import { problemNamed } from "../protocol/problems.ts";

/** What the live view of `muster up` shows. */
export interface ViewState {
  readonly activation: string;
  readonly dns: string;
  readonly domain: string;
  readonly seconds: number;
  readonly count: number;
  readonly unique: number;
  readonly required: number;
  readonly machines: number;
  readonly byStatus: ReadonlyMap<LicenseStatus, number>;
  readonly events: readonly LoggedEvent[];
}

type Style = (format: "green" | "yellow" | "red" | "dim" | "bold", text: string) => string;

const BAR = 40;
const STATUSES = Object.values(LICENSE_STATUS);
const LABEL = 22;

/** The picture of a fleet: count against threshold, the states of its machines, the last events. */
export function renderView(view: ViewState, columns: number, style: Style = styleText): string {
  const { activation, dns, domain, seconds, count, unique, required, machines, byStatus, events } = view;
  const isEnough = count >= required;
  const missing = isEnough ? "activated at once" : `${required - count} more needed`;
  const states = STATUSES.filter((status) => (byStatus.get(status) ?? 0) > 0).map((status) => {
    const some = byStatus.get(status) ?? 0;
    const colour =
      status === LICENSE_STATUS.licensed
        ? "green"
        : status === LICENSE_STATUS.notification
          ? "red"
          : "yellow";
    return `${statusName(status).padEnd(LABEL)}${style(colour, bar(some, machines))} ${some} of ${machines}`;
  });
  const lines = [
    `${style("bold", "muster up")}  host ${activation}  DNS ${dns} (${domain})  ${seconds.toFixed(0)} s`,
    "",
    `${"Count".padEnd(LABEL)}${style(isEnough ? "green" : "yellow", bar(count, Math.max(required, count)))} ${count} of ${required}, ${missing}`,
    `${"Unique machines".padEnd(LABEL)}${unique}`,
    "",
    ...states,
    "",
    style("bold", "Last events"),
    ...events.map((event) => clip(describeEvent(event), columns)),
    "",
    style("dim", "Ctrl+C ends it."),
  ];
  return lines.join("\n");
}

/** One event in one line of words. */
function describeEvent({ time, id, info }: LoggedEvent): string {
  const { code = "", name = "", names, domain } = eventFields(id, info);
  const meaning = Number(code) === 0 ? "" : `${code} ${problemNamed(code) ?? ""}`.trim();
  const subject = names ?? domain ?? name;
  return [new Date(time).toISOString().slice(11, 19), id, EVENTS[id].message, subject, meaning]
    .filter((part) => part !== "")
    .join("  ");
}

function bar(value: number, whole: number): string {
  const filled = whole === 0 ? 0 : Math.round((Math.min(value, whole) / whole) * BAR);
  return "█".repeat(filled) + "░".repeat(BAR - filled);
}

function clip(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, columns - 1)}…`;
}
