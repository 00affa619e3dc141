import type { Place } from "../evidence/place.ts";
import { productOf } from "../products.ts";
import type { Case } from "./case.ts";
import { answerOf, tallyOf } from "./counting.ts";
import type { Host } from "./host.ts";
import { isCounted, WINDOW } from "./population.ts";
import { sortRows } from "./sort-rows.ts";

/** How the count of one pool at one host went. */
export interface Trend {
  /** The largest count that is shown, when, and where; of distinct CMIDs in 30 days, or as clients were told. */
  readonly peak: number;
  readonly peakAt: number;
  readonly places: readonly Place[];
  readonly now: number;
}

/** How the count of a pool went at a host: by its log, and by what clients were told. */
export function trendOf(the: Case, host: Host, pool: string): Trend {
  const { count, told } = tallyOf(the, host, pool);
  const logged = loggedPeak(the, host, pool);
  const highest = answerOf(the, host, pool, (one, other) =>
    one.count === other.count ? one.time < other.time : one.count > other.count,
  );
  const now = told === undefined ? [] : [told.at];
  if (highest !== undefined && highest.count > logged.peak) {
    return { peak: highest.count, peakAt: highest.time, places: [highest.at, ...now], now: count };
  }
  const row = logged.row === -1 ? [] : [the.evidence.handled.place(logged.row)];
  return { peak: logged.peak, peakAt: logged.at, places: [...now, ...row], now: count };
}

/** The largest number of distinct CMIDs that any 30 days of the log hold. */
function loggedPeak(the: Case, host: Host, pool: string) {
  const { table } = the.evidence.handled;
  const own = host.names;
  const computers = table.values("computer").map((name) => the.names.same(name, own));
  const pools = table.values("product").map((product) => (productOf(product)?.pool ?? "Windows") === pool);
  const [computer, product] = [table.column("computer"), table.column("product")];
  const [time, code, cmid] = [table.column("time"), table.column("code"), table.column("cmid")];
  const rows = new Int32Array(the.evidence.handled.length);
  let length = 0;
  for (let row = 0; row < the.evidence.handled.length; row++) {
    if (!computers[computer[row] ?? 0] || !pools[product[row] ?? 0] || !isCounted(code[row] ?? 0)) continue;
    if (!Number.isNaN(time[row])) rows[length++] = row;
  }
  sortRows(rows.subarray(0, length), time);
  const inside = new Map<number, number>();
  let [peak, at, best, oldest] = [0, Number.NaN, -1, 0];
  for (const row of rows.subarray(0, length)) {
    const now = time[row] ?? 0;
    for (; (time[rows[oldest] ?? 0] ?? 0) < now - WINDOW; oldest++) {
      const id = cmid[rows[oldest] ?? 0] ?? 0;
      const left = (inside.get(id) ?? 1) - 1;
      if (left === 0) inside.delete(id);
      else inside.set(id, left);
    }
    const id = cmid[row] ?? 0;
    inside.set(id, (inside.get(id) ?? 0) + 1);
    if (inside.size > peak) [peak, at, best] = [inside.size, now, row];
  }
  return { peak, at, row: best };
}
