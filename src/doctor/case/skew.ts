import type { Evidence } from "../evidence/model.ts";
import { once } from "./once.ts";

/** How far a client's clock is from that of a host, by what the host logged. */
export interface Skew {
  /** As the client calls itself, lower case. */
  readonly name: string;
  readonly host: string;
  /** Median of the host's time less the client's, in milliseconds, against what is usual in this log. */
  readonly behind: number;
  /** Requests that it is taken from. */
  readonly requests: number;
  /** A row of `evidence.handled` to quote. */
  readonly row: number;
}

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
/** More than this is refused (https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/error-0xc004f074-activate-windows). */
export const ALLOWED_SKEW = 4 * 60 * MINUTE;
/** Rows of each client that are looked at. */
const ENOUGH = 25;

/**
 * The clocks of all clients of a log against the one that wrote it. In which zone the log writes the clients' times is
 * not assumed: it is the offset that most clients share.
 */
export const skewsOf: (evidence: Evidence) => readonly Skew[] = once((evidence) => {
  const { table } = evidence.handled;
  const [names, computers] = [table.column("name"), table.column("computer")];
  const [times, clientTimes] = [table.column("time"), table.column("clientTime")];
  const groups = new Map<number, { offsets: number[]; row: number; computer: number }>();
  const most = table.values("name").length;
  for (let row = 0; row < evidence.handled.length; row++) {
    const offset = (times[row] ?? Number.NaN) - (clientTimes[row] ?? Number.NaN);
    if (Number.isNaN(offset)) continue;
    const key = (computers[row] ?? 0) * most + (names[row] ?? 0);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { offsets: [offset], row, computer: computers[row] ?? 0 });
    else {
      group.row = row;
      if (group.offsets.length < ENOUGH) group.offsets.push(offset);
    }
  }
  const medians = [...groups.values()].map((group) => ({ ...group, median: median(group.offsets) }));
  const usual = new Map<number, number>();
  for (const computer of new Set(medians.map((each) => each.computer))) {
    usual.set(
      computer,
      mode(medians.filter((each) => each.computer === computer).map((each) => each.median)),
    );
  }
  return medians.map(({ computer, median: middle, offsets, row }) => ({
    name: table.get(row, "name").toLowerCase(),
    host: table.get(row, "computer"),
    behind: middle - (usual.get(computer) ?? 0),
    requests: offsets.length,
    row,
  }));
});

function median(values: readonly number[]): number {
  return values.toSorted((one, two) => one - two)[values.length >> 1] ?? 0;
}

/** The quarter of an hour that most values round to; 0 when no two agree. */
function mode(values: readonly number[]): number {
  const votes = new Map<number, number>();
  for (const value of values) {
    const quarter = Math.round(value / QUARTER) * QUARTER;
    votes.set(quarter, (votes.get(quarter) ?? 0) + 1);
  }
  const [best, count] = [...votes].toSorted(([, one], [, two]) => two - one)[0] ?? [0, 0];
  return count > 1 ? best : 0;
}
