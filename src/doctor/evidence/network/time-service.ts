import type { TextLine } from "../text.ts";
import type { Found } from "./found.ts";
import { statement } from "./statement.ts";
import type { Stretch } from "./stretch.ts";

/**
 * Says what the time service tells of itself (`w32tm /query /status`, `/source`, `/configuration`, `timedatectl`) as
 * statements `time-source`, `time-last-sync`, `time-client-type`, `time-servers` and `time-synchronized`.
 */
export function timeService(stretch: Stretch, found: Found): void {
  const say = (what: string, value: string, line: TextLine) =>
    statement(found, "clock", stretch.names, line, { what, name: "time-service", value });
  const { lines } = stretch;
  const reference = lines.findIndex(
    ({ text }) => /[:：]\s*0x[0-9A-F]{8}(?:\s|$)/i.test(text) && lines.length < 200 && /id/i.test(text),
  );
  const isStatus =
    reference >= 5 && lines.slice(reference - 5, reference).every(({ text }) => /[:：]/.test(text));
  if (isStatus) {
    // Last synchronisation and source follow the reference id, in every language.
    const [synced, source] = lines.slice(reference + 1, reference + 3);
    if (synced !== undefined) say("time-last-sync", behindLabel(synced.text), synced);
    if (source !== undefined) say("time-source", behindLabel(source.text), source);
    for (const { number } of lines.slice(reference - 5, reference + 1)) found.lines.add(number);
  }
  const args = stretch.command?.program === "w32tm" ? stretch.command.args.join(" ").toLowerCase() : "";
  if (args.includes("/source")) {
    const line = lines.find(({ text }) => text.trim() !== "");
    if (line !== undefined) say("time-source", line.text.trim(), line);
  }
  for (const line of lines) {
    const [, label = "", value = ""] =
      /^\s*(NtpServer|Type|System clock synchronized|NTP (?:service|synchronized))\s*[:：]\s*(\S.{0,300})$/.exec(
        line.text,
      ) ?? [];
    if (label === "NtpServer") say("time-servers", value, line);
    else if (label === "Type" && /^(?:NT5DS|NTP|NoSync|AllSync)\b/.test(value))
      say("time-client-type", value, line);
    else if (label.startsWith("System") || label === "NTP synchronized")
      say("time-synchronized", value, line);
    else if (label === "NTP service") say("time-service", value, line);
    else if (TIMEDATECTL_REST.test(line.text)) found.lines.add(line.number);
  }
}

/** What `timedatectl` tells besides. */
const TIMEDATECTL_REST =
  /^\s*(?:(?:Local|Universal|RTC) time|Time zone|RTC in local TZ|NTP enabled|DST active): \S/;

function behindLabel(text: string): string {
  return text.replace(/^[^:：]{1,80}[:：]\s*/, "").trim();
}
