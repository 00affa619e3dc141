import { bareName } from "../evidence/merge/names.ts";
import type { Evidence, Machine } from "../evidence/model.ts";
import { RENEWAL_INTERVAL, VALIDITY } from "./lease.ts";

/** All that one host's log says of one machine and one product; times in milliseconds since the epoch. */
export interface Asker {
  readonly machine: Machine | undefined;
  /** What it is called in texts, in whichever of its forms a request states it. */
  readonly label: string;
  /** As the newest request states it, lower case. */
  readonly name: string;
  readonly host: string;
  readonly product: string;
  readonly required: number;
  readonly cmids: ReadonlySet<string>;
  readonly requests: number;
  readonly failures: number;
  readonly first: number;
  readonly last: number;
  /** Rows of `evidence.handled`, to quote: the newest, the newest with a failure. */
  readonly newest: number;
  readonly newestFailure: number | undefined;
  readonly newestSuccess: number | undefined;
  /** Of the newest request: state and minutes before it, and the host's answer. */
  readonly status: number;
  readonly minutesLeft: number;
  readonly code: number;
  readonly virtual: boolean;
  /** Requests after the last success that the minutes of the newest tell of, itself among them; 0 while that is recent. */
  readonly unrenewed: number;
}

/** A renewal interval and a day, in minutes. */
const RENEWED = RENEWAL_INTERVAL + 24 * 60;
const MINUTE = 60_000;

type Growing = { -readonly [Name in keyof Asker]: Asker[Name] } & { cmids: Set<string> };

/** Everybody in the hosts' logs (12290), one entry for each host, machine and product. */
export function askersOf(evidence: Evidence): Asker[] {
  const { table } = evidence.handled;
  const column = (name: Parameters<typeof table.column>[0]) => table.column(name);
  const [computer, name, product, cmid] = [
    column("computer"),
    column("name"),
    column("product"),
    column("cmid"),
  ];
  const [time, code] = [column("time"), column("code")];
  const names = table.values("name").map((text) => text.toLowerCase());
  const machines = names.map((text) => evidence.machineNamed(text));
  // One machine stands under several names, with its domain and without.
  const labelOf = oneNameEach(names);
  const labels = new Map<string, number>();
  const keys = names.map((text, id) => {
    const label = machines[id]?.label ?? labelOf(text);
    const key = labels.get(label) ?? labels.size;
    labels.set(label, key);
    return key;
  });
  const products = table.values("product").length;
  const cmids = table.values("cmid");
  const askers = new Map<number, Growing>();
  for (let row = 0; row < evidence.handled.length; row++) {
    const nameId = name[row] ?? 0;
    const pair = (computer[row] ?? 0) * products + (product[row] ?? 0);
    const key = pair * labels.size + (keys[nameId] ?? 0);
    const logged = time[row] ?? Number.NaN;
    let asker = askers.get(key);
    if (asker === undefined) {
      asker = {
        machine: machines[nameId],
        label: machines[nameId]?.label ?? labelOf(names[nameId] ?? ""),
        name: names[nameId] ?? "",
        host: table.get(row, "computer"),
        product: table.get(row, "product"),
        required: table.get(row, "required"),
        cmids: new Set(),
        requests: 0,
        failures: 0,
        first: logged,
        last: logged,
        newest: row,
        newestFailure: undefined,
        newestSuccess: undefined,
        status: 0,
        minutesLeft: 0,
        code: 0,
        virtual: false,
        unrenewed: 0,
      };
      askers.set(key, asker);
    }
    asker.requests += 1;
    asker.cmids.add(cmids[cmid[row] ?? 0] ?? "");
    const failed = code[row] !== 0;
    if (failed) asker.failures += 1;
    if (logged < asker.first) asker.first = logged;
    if (failed && !(timeAt(time, asker.newestFailure) > logged)) asker.newestFailure = row;
    if (!failed && !(timeAt(time, asker.newestSuccess) > logged)) asker.newestSuccess = row;
    if (logged >= asker.last) [asker.last, asker.newest] = [logged, row];
  }
  for (const asker of askers.values()) {
    asker.name = table.get(asker.newest, "name").toLowerCase();
    asker.status = table.get(asker.newest, "status");
    asker.minutesLeft = table.get(asker.newest, "minutesLeft");
    asker.code = table.get(asker.newest, "code");
    asker.virtual = table.get(asker.newest, "virtual") === 1;
  }
  countUnrenewed([...askers.values()], (each) => {
    for (let row = 0; row < evidence.handled.length; row++) {
      const pair = (computer[row] ?? 0) * products + (product[row] ?? 0);
      const asker = askers.get(pair * labels.size + (keys[name[row] ?? 0] ?? 0));
      if (asker !== undefined) each(asker, time[row] ?? Number.NaN);
    }
  });
  return [...askers.values()];
}

/** Looks at all requests a second time, if anybody licensed asked with fewer minutes than a renewal leaves. */
function countUnrenewed(
  askers: readonly Growing[],
  forRequests: (each: (asker: Growing, time: number) => void) => void,
): void {
  const since = new Map<Growing, number>();
  for (const asker of askers) {
    const ago = VALIDITY - asker.minutesLeft;
    if (asker.status === 1 && asker.code === 0 && ago > RENEWED) since.set(asker, asker.last - ago * MINUTE);
  }
  if (since.size === 0) return;
  forRequests((asker, time) => {
    const success = since.get(asker);
    // The minutes are whole ones.
    if (success !== undefined && time > success + 2 * MINUTE) asker.unrenewed += 1;
  });
}

/** Gives for a bare name the only full one that begins with it, where there is one: they are of one machine. */
function oneNameEach(names: readonly string[]): (name: string) => string {
  const full = Map.groupBy(new Set(names.filter((name) => bareName(name) !== name)), bareName);
  return (name) => {
    const [only, other] = full.get(name) ?? [];
    return only !== undefined && other === undefined ? only : name;
  };
}

function timeAt(time: ArrayLike<number>, row: number | undefined): number {
  return row === undefined ? Number.NEGATIVE_INFINITY : (time[row] ?? Number.NEGATIVE_INFINITY);
}
