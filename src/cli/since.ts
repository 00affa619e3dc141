import { InvalidArgumentError } from "commander";
import { DAY, MINUTE, parseTime } from "../protocol/time.ts";

const UNITS: Record<string, number> = { m: MINUTE, h: 60 * MINUTE, d: DAY, w: 7 * DAY };

/**
 * The time that `--since` means, in milliseconds since the epoch: how long ago (`30m`, `12h`, `7d`, `2w`), a date
 * (`2026-11-22`, its start in UTC), or a whole RFC 3339 timestamp.
 */
export function sinceTime(text: string, now: number): number {
  const [, amount, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (amount && unit) return now - Number(amount) * (UNITS[unit] ?? DAY);
  const time = parseTime(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  if (time !== undefined) return time;
  throw new InvalidArgumentError("It must be like 12h, 7d, 2026-11-22 or 2026-11-22T06:44:00Z.");
}
