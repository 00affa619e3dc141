import { drawBars } from "../src/fleet/storm/histogram.ts";
import type { Taken } from "../src/fleet/storm/overload.ts";
import { markdownTable } from "./capacity-page.ts";

/** One way that the power comes back. */
export interface Variant {
  readonly name: string;
  readonly hosts: number;
  readonly postgres: boolean;
  readonly known: boolean;
  readonly late: boolean;
}

/** What came of it. Memory is megabytes, one number for each host. */
export interface StormFigures extends Variant {
  readonly machines: number;
  readonly activated: number;
  readonly leased: number;
  readonly attempts: number;
  readonly retries: readonly number[];
  readonly waits: readonly { label: string; number: number }[];
  readonly failures: Readonly<Record<string, number>>;
  readonly perSecond: readonly number[];
  readonly peakMemory: readonly number[];
}

/** A host that was offered more and more. */
export interface OverloadFigures {
  readonly name: string;
  /** In each round the most it can do, and what it took when offered so many times as much. */
  readonly rounds: readonly {
    readonly peak: number;
    readonly offers: readonly (Taken & { times: number })[];
  }[];
  /** Megabytes. */
  readonly peakMemory: number;
}

/** Everything, by name. */
export interface StormResults {
  machine: string;
  versions: string;
  storms: Record<string, StormFigures>;
  overloads: Record<string, OverloadFigures>;
}

const number = (value: number) => Math.round(value).toLocaleString("en");
const percent = (value: number) => `${Math.round(value * 100)} %`;

/** The section of docs/capacity.md. */
export function stormSection({ machine, versions, storms, overloads }: StormResults): string {
  const all = Object.values(storms);
  const drawn = all.find(({ late, postgres }) => late && postgres) ?? all[0];
  return `- ${machine}; others used it as well while this was measured, some ten processes for each processor
- ${versions}

${stormTable(all)}

${drawn === undefined ? "" : picture(drawn)}

${overloadPart(Object.values(overloads))}
`;
}

function stormTable(storms: readonly StormFigures[]): string {
  const headings = [
    "Hosts",
    "Machines",
    "Activated",
    "At once",
    "1 retry",
    "2 retries",
    "More",
    "Requests that failed",
    "Leases in the busiest second",
    "Memory of a host, most",
  ];
  const rows = storms.map(({ hosts, postgres, known, late, machines, activated, retries, ...rest }) => {
    const place = postgres ? `${hosts} on one PostgreSQL` : "1 with SQLite";
    const [first = 0, second = 0, third = 0, ...others] = retries;
    return [
      `${place}, ${late ? "late" : "at once"}; machines ${known ? "known" : "new"}`,
      number(machines),
      number(activated),
      number(first),
      number(second),
      number(third),
      number(others.reduce((sum, each) => sum + each, 0)),
      number(Object.values(rest.failures).reduce((sum, each) => sum + each, 0)),
      number(Math.max(...rest.perSecond)),
      `${number(Math.max(...rest.peakMemory))} MB`,
    ];
  });
  return markdownTable(headings, rows);
}

function picture({ waits, hosts, known }: StormFigures): string {
  return `From its start to its lease, each of the ${known ? "known" : "new"} machines waited, with ${hosts === 1 ? "a host" : `${hosts} hosts`} that came up late:

\`\`\`text
${drawBars(waits, 40)}
\`\`\``;
}

const NAMES: Record<string, string> = {
  "overload-sqlite": "SQLite; the processors are the limit",
  "overload-slow-postgres": "PostgreSQL with slow commits; the database is the limit",
};

function overloadPart(overloads: readonly OverloadFigures[]): string {
  return overloads.length === 0 ? "" : `### Offered more than it can do\n\n${overloadTable(overloads)}`;
}

function overloadTable(overloads: readonly OverloadFigures[]): string {
  const headings = [
    "Store",
    "Offered, of the most it can do",
    "Answered, of that most",
    "Refused (503), of the rest",
    "Timed out, of the rest",
    "p99 of a refusal",
    "Memory, most",
  ];
  const rows = overloads.flatMap(({ name, rounds, peakMemory }) =>
    [1, 2, 3].map((times) => {
      const runs = rounds.flatMap(({ peak, offers }) =>
        offers.filter((each) => each.times === times).map((each) => ({ ...each, peak })),
      );
      const middle = (of: (run: (typeof runs)[number]) => number) =>
        runs.map(of).sort((one, other) => one - other)[Math.floor(runs.length / 2)] ?? 0;
      const rest = (run: (typeof runs)[number]) => Math.max(1, run.refused + run.timedOut + run.lost);
      const refused = middle((run) => run.refused / rest(run));
      const hasRest = middle((run) => rest(run) / run.peak) > 0.01;
      return [
        NAMES[name] ?? name,
        `${middle((run) => run.offered / run.peak).toFixed(1)} ×`,
        percent(middle((run) => run.answered / run.peak)),
        hasRest ? percent(refused) : "–",
        hasRest ? percent(middle((run) => run.timedOut / rest(run))) : "–",
        refused > 0 && hasRest ? `${(middle((run) => run.p99Refused) / 1000).toFixed(1)} s` : "–",
        `${number(peakMemory)} MB`,
      ];
    }),
  );
  return markdownTable(headings, rows);
}
