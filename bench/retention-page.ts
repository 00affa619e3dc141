import { plotLine } from "../src/fleet/simulator/plot.ts";
import { markdownTable } from "./capacity-page.ts";

/** A table of a store. `dead` rows wait for PostgreSQL's vacuum; `hot` is the share of its updates that touched no index. */
export interface TableFigures {
  readonly name: string;
  readonly bytes: number;
  readonly rows: number;
  readonly dead: number;
  readonly hot: number;
}

/** What one fleet came to. Sizes are bytes. */
export interface RetentionFigures {
  readonly kind: string;
  readonly machines: number;
  readonly days: number;
  readonly requests: number;
  readonly bytes: number;
  /** The size after each 30 days. */
  readonly months: readonly number[];
  /** Machines in the store, those among them that were replaced. */
  readonly rows: number;
  readonly events: { readonly rows: number; readonly bytes: number };
  readonly tables: readonly TableFigures[];
  readonly wal: number;
  readonly free: number;
  readonly backup: number;
  /** One day, each request in a transaction of its own: what its log took, and what the process wrote. */
  readonly io: { readonly requests: number; readonly log: number; readonly written: number } | undefined;
}

/** By store, machines and kind of measurement. */
export type Results = Record<string, RetentionFigures>;

const MEGABYTE = 1_000_000;
const KINDS = ["sqlite", "postgres"] as const;
const NAMES: Record<string, string> = { sqlite: "SQLite", postgres: "PostgreSQL" };
/** What a year leaves behind: a fifth of the machines is replaced, and each old one stays for 365 days. */
const REMEMBERED = 1.2;
const EVENT_LOGS = [20, 1000];
const ORDERS = [1000, 20_000, 100_000, 1_000_000];
/** Renewal intervals in days. */
const INTERVALS = [7, 1];

const whole = (value: number) => Math.round(value).toLocaleString("en");
const size = (bytes: number) => {
  if (bytes >= 995 * MEGABYTE) return `${(bytes / MEGABYTE / 1000).toFixed(bytes < 9.95e9 ? 1 : 0)} GB`;
  return `${bytes < 9.95 * MEGABYTE ? (bytes / MEGABYTE).toFixed(1) : whole(bytes / MEGABYTE)} MB`;
};

/** The section of docs/capacity.md. */
export function retentionSection(results: Results): string {
  const all = Object.values(results).sort((one, other) => one.machines - other.machines);
  return `### To order

${orders(all)}

### What a day writes

${writes(all)}

### Measured

${measured(all)}

The store after each 30 days of the longest run, from the first to the last:

\`\`\`text
${KINDS.map((kind) => growth(all, kind)).join("\n")}
\`\`\`
`;
}

/** Bytes of a machine in its two tables, by the largest fleet that renewed. */
function perMachine(all: readonly RetentionFigures[], kind: string): number {
  const fleet = all.findLast((one) => one.kind === kind && one.days > 0);
  if (fleet === undefined) return 0;
  return (bytesOf(fleet, "machine") + bytesOf(fleet, "identity")) / Math.max(1, fleet.rows);
}

/** How much more than its setting the event log takes on disk. */
function eventFactor(all: readonly RetentionFigures[], kind: string): number {
  const full = all.filter((one) => one.kind === kind && one.days > 0);
  const factors = full.map((one) => bytesOf(one, "event") / Math.max(1, one.events.bytes));
  return Math.max(1, ...factors);
}

function bytesOf({ tables }: RetentionFigures, name: string): number {
  return tables.find((table) => table.name === name)?.bytes ?? 0;
}

function orders(all: readonly RetentionFigures[]): string {
  const columns = KINDS.flatMap((kind) => EVENT_LOGS.map((events) => ({ kind, events })));
  const headings = [
    "Machines",
    ...columns.map(({ kind, events }) => `${NAMES[kind]}, event-log-size ${events}`),
  ];
  const rows = ORDERS.map((machines) => [
    whole(machines),
    ...columns.map(({ kind, events }) =>
      size(machines * REMEMBERED * perMachine(all, kind) + events * MEGABYTE * eventFactor(all, kind)),
    ),
  ]);
  return markdownTable(headings, rows);
}

function writes(all: readonly RetentionFigures[]): string {
  const perRequest = KINDS.map((kind) => {
    const fleet = all.findLast((one) => one.kind === kind && one.io !== undefined);
    return fleet?.io === undefined ? 0 : fleet.io.log / Math.max(1, fleet.io.requests);
  });
  const headings = [
    "Machines, renewal-interval",
    "Requests a day",
    "SQLite, its log included",
    "PostgreSQL, to its log",
  ];
  const rows = ORDERS.slice(1).flatMap((machines) =>
    INTERVALS.map((days) => [
      `${whole(machines)}, ${days} ${days === 1 ? "day" : "days"}`,
      whole(machines / days),
      ...perRequest.map((bytes) => size((machines / days) * bytes)),
    ]),
  );
  return markdownTable(headings, rows);
}

function measured(all: readonly RetentionFigures[]): string {
  const headings = [
    "Store, machines, days",
    "Requests",
    "Rows",
    "Store",
    "Bytes a machine",
    "Bytes an event",
    "Write-ahead log",
    "Free inside",
    "Dead rows",
    "Updates in place",
    "Backup",
  ];
  const rows = all
    .toSorted((one, other) => KINDS.indexOf(one.kind as "sqlite") - KINDS.indexOf(other.kind as "sqlite"))
    .map((one) => {
      const machine = one.tables.find(({ name }) => name === "machine");
      const isPostgres = one.kind === "postgres";
      return [
        `${NAMES[one.kind]}, ${whole(one.machines)}, ${one.days === 0 ? "put there at once" : one.days}`,
        whole(one.requests),
        whole(one.rows),
        size(one.bytes),
        whole((bytesOf(one, "machine") + bytesOf(one, "identity")) / Math.max(1, one.rows)),
        one.events.rows < 1000 ? "–" : whole(bytesOf(one, "event") / one.events.rows),
        size(one.wal),
        isPostgres ? "–" : size(one.free),
        isPostgres ? whole(machine?.dead ?? 0) : "–",
        isPostgres && one.days > 0 ? `${Math.round((machine?.hot ?? 0) * 100)} %` : "–",
        size(one.backup),
      ];
    });
  return markdownTable(headings, rows);
}

function growth(all: readonly RetentionFigures[], kind: string): string {
  const longest = all
    .filter((one) => one.kind === kind)
    .toSorted((one, other) => other.months.length - one.months.length)[0];
  const months = longest?.months ?? [];
  return `${(NAMES[kind] ?? kind).padEnd(10)}  ${plotLine(months, 60)}  ${size(months[0] ?? 0)} to ${size(months.at(-1) ?? 0)}`;
}
