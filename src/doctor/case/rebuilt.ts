import type { ProductReport } from "../evidence/model.ts";
import type { Fact, Place } from "../evidence/place.ts";
import type { Case } from "./case.ts";
import { timeOf } from "./client.ts";
import { figuresOf, tallyOf } from "./counting.ts";
import type { Host } from "./host.ts";

/** Signs that a host was set up anew while its clients stayed. */
export interface Rebuilt {
  readonly host: Host;
  /** `counters`: its cumulative counters fell; `pid`: clients know it by another extended PID; `age`: it is younger than its clients. */
  readonly sign: "counters" | "pid" | "age";
  /** Day on which its key was installed, milliseconds since the epoch; NaN when it is not known. */
  readonly since: number;
  readonly total: number | undefined;
  readonly count: number;
  /** Machines that asked it already licensed, though it never had count enough for them. */
  readonly licensed: readonly string[];
  readonly places: readonly Place[];
}

const DAY = 24 * 60 * 60_000;
/** Longer than this after its set-up a host has met all its clients, and its window is full. */
const YOUNG = 45 * DAY;
const PEOPLE = 3;

/** Every host that looks as if it had been set up anew. */
export function rebuiltIn(the: Case): Rebuilt[] {
  return the.hosts.flatMap((host) => rebuiltFrom(the, host) ?? []);
}

function rebuiltFrom(the: Case, host: Host): Rebuilt | undefined {
  const figures = figuresOf(host, "Windows");
  const { count } = tallyOf(the, host, "Windows");
  const now = newestOf(timeOf(figures?.trustedTime?.value), host.log?.last ?? Number.NaN, the.now);
  const pid = figures?.extendedPid;
  const since = pid === undefined ? Number.NaN : installedOn(pid.value);
  const licensed = licensedWithout(the, host, count);
  const total = figures?.host.total;
  const base = {
    host,
    since,
    total: total?.value,
    count,
    licensed: licensed.map(({ name }) => name),
  };
  const [older, newer] = countersThatFell(host);
  if (older !== undefined && newer !== undefined) {
    return { ...base, sign: "counters", places: [older.at, newer.at, ...licensed.map(({ at }) => at)] };
  }
  const isYoung = now - since < YOUNG && now >= since - DAY;
  const known = pid && isYoung ? knownOtherwise(the, host, pid.value) : undefined;
  if (known !== undefined && pid !== undefined) {
    return { ...base, sign: "pid", places: [pid.at, known.at, ...(total ? [total.at] : [])] };
  }
  // A host with hardly a request that others' clients come to is new to them, however old its key is.
  const isTakingOver =
    licensed.filter(({ isOthers }) => isOthers).length >= PEOPLE && (total?.value ?? Infinity) < 10 * count;
  const isFresh =
    isTakingOver || isYoung || (Number.isNaN(since) && total !== undefined && total.value < 10 * count);
  if (isFresh && licensed.length >= PEOPLE) {
    return {
      ...base,
      sign: "age",
      places: [
        ...(pid ? [pid.at] : []),
        ...(total ? [total.at] : []),
        ...licensed.slice(0, 3).map(({ at }) => at),
      ],
    };
  }
  return undefined;
}

/** The day of a host key's installation, which the last group of the extended PID holds as day of the year and year. */
function installedOn(extendedPid: string): number {
  const [, day, year] = /-\d{4,5}\.0000-(\d{3})(\d{4})$/.exec(extendedPid.trim()) ?? [];
  return day === undefined ? Number.NaN : Date.UTC(Number(year), 0, Number(day));
}

/** Machines of the log that were licensed before they came, and need more than the host ever counted. */
function licensedWithout(the: Case, { label }: Host, count: number) {
  return the.clients.flatMap(({ askers }) =>
    askers.flatMap(({ host, status, required, name, newest, first }) => {
      if (required <= count || the.hostNamed(host)?.label !== label) return [];
      // Whoever has run out since may stand licensed in the log of the host before.
      const before = askers.find((other) => other.status === 1 && other.host !== host && other.last < first);
      const row = status === 1 ? newest : before?.newest;
      return row === undefined
        ? []
        : { name, at: the.evidence.handled.place(row), isOthers: before !== undefined };
    }),
  );
}

/** Two reports of one host, of which the later has the smaller total: counters start anew with the installation only. */
function countersThatFell({ reports }: Host): Fact<number>[] {
  const totals = reports
    .filter(
      (report): report is ProductReport & { host: { total: Fact<number> } } =>
        report.host?.total !== undefined,
    )
    .toSorted((one, two) => timeOf(one.trustedTime?.value) - timeOf(two.trustedTime?.value));
  for (const [at, later] of totals.entries()) {
    const earlier = totals[at - 1];
    if (earlier === undefined || earlier.product?.value !== later.product?.value) continue;
    if (!(timeOf(later.trustedTime?.value) > timeOf(earlier.trustedTime?.value))) continue;
    if (later.host.total.value < earlier.host.total.value) return [earlier.host.total, later.host.total];
  }
  return [];
}

/** A client that was last activated by a host of this name under another extended PID, and since when it is younger. */
function knownOtherwise(the: Case, host: Host, pid: string): Fact<string> | undefined {
  const names = host.names;
  for (const { report } of the.clients) {
    const client = report?.client;
    const named = (client?.registered ?? client?.discovered)?.value.name;
    const told = client?.hostExtendedPid;
    if (named === undefined || told === undefined || !the.names.same(named, names)) continue;
    if (installedOn(told.value) < installedOn(pid)) return told;
  }
  return undefined;
}

function newestOf(...times: number[]): number {
  return Math.max(...times.filter((time) => !Number.isNaN(time)));
}
