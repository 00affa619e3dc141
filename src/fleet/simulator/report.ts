import { LICENSE_STATUS, type LicenseStatus } from "../../protocol/license-state.ts";
import { PROBLEMS, type ProblemName } from "../../protocol/problems.ts";
import { DAY } from "../../protocol/time.ts";
import type { DayRecord } from "./diary.ts";
import type { HostFigures } from "./host.ts";
import type { Sample, World } from "./world.ts";

/** A count of failures of one kind. */
export interface Failures {
  readonly code: string;
  readonly name: ProblemName;
  readonly number: number;
}

/** What one week brought: figures of its last day, sums of all its days. */
export interface Week {
  /** From 1. */
  readonly week: number;
  /** The days it has; the last week may be short. */
  readonly days: number;
  readonly hosts: readonly HostFigures[];
  readonly machines: number;
  readonly licensed: number;
  /** In the initial, the additional or the non-genuine grace period. */
  readonly grace: number;
  readonly notification: number;
  readonly requestsADay: number;
  readonly busiestMinute: number;
  /** Attempts that brought no lease, the most frequent first. */
  readonly failures: readonly Failures[];
}

/** The story of a world. */
export interface Story {
  readonly days: number;
  readonly machines: number;
  readonly weeks: readonly Week[];
  readonly remarks: readonly { readonly day: number; readonly text: string }[];
  readonly totals: {
    readonly requests: number;
    readonly failures: number;
    /** Event 12400: one CMID, two machines. */
    readonly duplicates: number;
    /** Names of machines that the hosts still know, and under how many CMIDs: far more where images are made anew. */
    readonly names: number;
    readonly cmids: number;
    readonly busiestMinute: number;
    /** The most requests that one machine sent within a day. */
    readonly busiestMachine: number;
  };
  /** One number for each day, for plots. */
  readonly daily: {
    readonly counts: Readonly<Record<string, readonly number[]>>;
    readonly licensed: readonly number[];
    readonly requests: readonly number[];
  };
}

const DAYS_A_WEEK = 7;
const MANY = 1_000_000_000;

/** Tells what happened in a world so far. */
export async function tellStory(world: World): Promise<Story> {
  const { samples, diary, hosts, machines, start } = world;
  const records = samples.map((_, at) => diary.days[at] ?? NOTHING);
  const weeks: Week[] = [];
  for (let from = 0; from < samples.length; from += DAYS_A_WEEK) {
    const last = samples[Math.min(from + DAYS_A_WEEK, samples.length) - 1];
    if (last) weeks.push(tellWeek(weeks.length + 1, last, records.slice(from, from + DAYS_A_WEEK)));
  }
  const duplicates = await Promise.all(hosts.map(async (host) => (await host.events(12400)).length));
  return {
    days: samples.length,
    machines: machines.length,
    weeks,
    remarks: diary.remarks.map(({ time, text }) => ({ day: Math.floor((time - start) / DAY), text })),
    totals: {
      requests: sum(records.map(({ requests }) => requests)),
      failures: sum(weeks.flatMap(({ failures }) => failures.map(({ number }) => number))),
      duplicates: sum(duplicates),
      ...(await countIdentities(world)),
      busiestMinute: Math.max(0, ...records.map(({ busiestMinute }) => busiestMinute)),
      busiestMachine: machines.reduce((most, { peaks }) => Math.max(most, peaks.requests), 0),
    },
    daily: {
      counts: Object.fromEntries(hosts.map(({ name }) => [name, samples.map((one) => countOf(one, name))])),
      licensed: samples.map(({ byStatus }) => byStatus.get(LICENSE_STATUS.licensed) ?? 0),
      requests: records.map(({ requests }) => requests),
    },
  };
}

const NOTHING: DayRecord = { requests: 0, attempts: 0, failures: new Map(), busiestMinute: 0 };

function tellWeek(week: number, { hosts, byStatus }: Sample, records: readonly DayRecord[]): Week {
  const { licensed, initialGrace, additionalGrace, nonGenuineGrace, notification } = LICENSE_STATUS;
  const having = (...statuses: LicenseStatus[]) => sum(statuses.map((status) => byStatus.get(status) ?? 0));
  const days = records.length;
  return {
    week,
    days,
    hosts,
    machines: sum([...byStatus.values()]),
    licensed: having(licensed),
    grace: having(initialGrace, additionalGrace, nonGenuineGrace),
    notification: having(notification),
    requestsADay: Math.round((10 * sum(records.map(({ requests }) => requests))) / days) / 10,
    busiestMinute: Math.max(...records.map(({ busiestMinute }) => busiestMinute)),
    failures: addFailures(records),
  };
}

function addFailures(records: readonly DayRecord[]): Failures[] {
  const sums = new Map<ProblemName, number>();
  for (const { failures } of records) {
    for (const [name, number] of failures) sums.set(name, (sums.get(name) ?? 0) + number);
  }
  return [...sums]
    .map(([name, number]) => ({ code: PROBLEMS[name].code, name, number }))
    .sort((one, other) => other.number - one.number);
}

async function countIdentities({ hosts }: World): Promise<{ names: number; cmids: number }> {
  const known = await Promise.all(hosts.map((host) => host.store.machines(MANY)));
  const machines = known.flat();
  return {
    names: new Set(machines.map(({ name }) => name)).size,
    cmids: new Set(machines.map(({ cmid }) => cmid)).size,
  };
}

function countOf({ hosts }: Sample, name: string): number {
  return hosts.find((host) => host.name === name)?.count ?? 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
