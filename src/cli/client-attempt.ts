import type { AttemptResult } from "../client/attempt.ts";
import { formatLocalDate } from "../client/local-date.ts";
import { formatTarget } from "../client/target.ts";
import { isoTime } from "./client-show.ts";

/** The line that slmgr prints before an attempt. */
export function activatingLine({ name, id }: { name: string; id: string }): string {
  return `Activating ${name} (${id}) ...`;
}

/** What an activation brought, below slmgr's line of success. */
export function successLines(result: AttemptResult): string {
  const { host, count, leaseExpires, vendor } = result;
  if (vendor !== undefined) return `Product activated successfully.\n    ${result.message}`;
  const place = host === undefined ? "" : formatTarget(host.target);
  const end = leaseExpires === undefined ? "" : formatLocalDate(leaseExpires);
  return `Product activated successfully.\n    by ${place}, current count ${count}, until ${end}`;
}

/** Why an attempt failed: the code of the whole, and of each host or domain that was tried. */
export function failureLines({ code, name, message, tries, nextAttempt }: AttemptResult): string {
  const next =
    nextAttempt === undefined
      ? ""
      : `\n    The agent (muster client run) tries again at ${formatLocalDate(nextAttempt)}.`;
  if (name !== "NO_HOST_CONTACTED") return `Error: ${code} ${message}${next}`;
  const width = Math.max(...tries.map(({ host }) => host.length));
  const lines = tries.map((one) => `    ${one.host.padEnd(width)}  ${one.code}  ${one.reason}`);
  return `Error: ${code} No host activated this machine:\n${lines.join("\n")}${next}`;
}

/** An attempt for scripts; times are RFC 3339. */
export function attemptJson(result: AttemptResult): object {
  return {
    ...result,
    time: isoTime(result.time),
    leaseExpires: isoTime(result.leaseExpires),
    nextAttempt: isoTime(result.nextAttempt),
  };
}
