import type { Event as LoggedEvent } from "../api-types.ts";

/** The requests among events, and the pauses between them. */
export interface Rhythm {
  /** Milliseconds since the epoch, ascending; whether it got a lease. */
  readonly requests: readonly { readonly at: number; readonly isGranted: boolean }[];
  /** The longest pause, in milliseconds. */
  readonly longest: number;
}

const REQUEST = 12290;
const FINE = "0x00000000";

/** When a machine has asked. */
export function rhythmOf(events: readonly Pick<LoggedEvent, "id" | "time" | "fields">[]): Rhythm {
  const requests = events
    .filter(({ id }) => id === REQUEST)
    .map(({ time, fields }) => ({ at: Date.parse(time), isGranted: fields.code === FINE }))
    .sort((one, other) => one.at - other.at);
  const pauses = requests.slice(1).map(({ at }, before) => at - (requests[before]?.at ?? at));
  return { requests, longest: Math.max(0, ...pauses) };
}

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** A time span in words: `3 days`. */
export function spanText(span: number, language: string): string {
  const [unit, size] = UNITS.find(([, each]) => span >= each * 2) ?? (["second", 1000] as const);
  const format = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" });
  return format.format(Math.round(span / size));
}
