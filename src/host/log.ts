import pino, { type DestinationStream, type Logger } from "pino";

/** How much a host's log says, from almost nothing to everything. */
export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where a log is written, and how. */
export interface LogOptions {
  readonly level: LogLevel;
  readonly write: (text: string) => void;
  /** Lines for people instead of one JSON object a line. */
  readonly isReadable: boolean;
}

/** Opens a log. Neither it nor its callers ever write a key, a token or a ticket, nor a machine above level debug. */
export function openLog({ level, write, isReadable }: LogOptions): Logger {
  const stream: DestinationStream = { write: (line) => write(isReadable ? readable(line) : line) };
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: named } },
    stream,
  );
}

/** A log that says nothing. */
export function silentLog(): Logger {
  return pino({ level: "silent" });
}

const named = (level: string) => ({ level });

/** `06:44:00 info  The host answers.  url=http://…` */
function readable(line: string): string {
  const { level, time, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const details = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const at = String(time).slice(11, 19);
  return `${[at, String(level).padEnd(5), msg, ...details].join(" ")}\n`;
}
