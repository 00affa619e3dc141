import type { Collector, LogSeen } from "../collector.ts";
import type { EventTime, Stamp } from "./raw-event.ts";
import { exchanged, StampOrder } from "./stamp.ts";
import { type ClockPair, minutesAt, type Zone, zoneOf } from "./zone.ts";

/** Client and host differ by more than four hours: a clock that must not be asked for the zone. */
const CLOCK_SKEW = 0xc004_f06c;

/** What settling needs of a table of requests, whichever it is. */
interface RequestTable {
  readonly length: number;
  column(name: "time" | "clientTime" | "line" | "computer"): Numbers;
}
type Numbers = { [index: number]: number };

/** Times of the events of one file that are not in the tables of requests. */
export interface Unsettled {
  readonly line: number;
  readonly time: EventTime;
}

/** Makes UTC of the times of one file: which part of its dates is the day, and which zone they are in. */
export class Settling {
  private readonly collector: Collector;
  private readonly order = new StampOrder();
  private readonly rows = rowsOfAll();
  /** Those of them whose day and month may be exchanged. */
  private readonly open = rowsOfAll();
  private readonly spans = new Map<LogSeen, Span>();
  private stamps = 0;

  constructor(collector: Collector) {
    this.collector = collector;
  }

  /** The time to put into a table until all is settled. */
  provisional(time: EventTime): number {
    return typeof time === "object" ? time.monthFirst : (time ?? Number.NaN);
  }

  /** Takes note of the time of an event, and of the UTC time that stands in it. */
  stamp(time: EventTime, line: number, log: LogSeen, payload = Number.NaN): void {
    if (time === undefined) return;
    if (typeof time === "number") {
      if (!(log.first <= time)) log.first = time;
      if (!(log.last >= time)) log.last = time;
      return;
    }
    this.stamps += 1;
    this.order.add(time, payload);
    const span = this.spans.get(log);
    if (span === undefined) this.spans.set(log, new Span(time, line));
    else span.add(time, line);
  }

  /** Takes note of the request that was put into its table last: its time, and the UTC time that stands in it. */
  request(id: RequestId, time: EventTime, line: number, log: LogSeen): void {
    const table = this.table(id);
    const at = table.length - 1;
    if (typeof time === "object") {
      this.rows[id].add(at);
      if (time.monthFirst !== time.dayFirst) this.open[id].add(at);
    }
    this.stamp(time, line, log, table.column("clientTime")[at]);
  }

  /** Sets the times of the file's requests and of its logs, and gives those of its other events. */
  settle(events: readonly Unsettled[]): { times: number[] } {
    if (this.stamps === 0) return { times: events.map(({ time }) => this.provisional(time)) };
    const dayFirst = this.order.order === "dmy";
    if (dayFirst) this.replace(this.open, exchanged);
    const zone = zoneOf(this.pairs());
    const utc = (time: number, line: number) => time - (minutesAt(zone, line) || 0) * 60_000;
    if (zone.length > 0) this.replace(this.rows, utc);
    for (const [log, span] of this.spans) {
      const { first, last } = dayFirst ? span.dayFirst : span.monthFirst;
      const ends = [utc(first.time, first.line), utc(last.time, last.line)];
      log.first = Math.min(...ends, log.first || Number.POSITIVE_INFINITY);
      log.last = Math.max(...ends, log.last || Number.NEGATIVE_INFINITY);
      log.zone = zoneName(zone, last.line);
    }
    const times = events.map(({ line, time }) => {
      if (typeof time !== "object") return time ?? Number.NaN;
      return utc(dayFirst ? time.dayFirst : time.monthFirst, line);
    });
    return { times };
  }

  private table(id: RequestId): RequestTable {
    const { sent, answered, handled } = this.collector;
    return (id === 12288 ? sent : id === 12289 ? answered : handled).table as RequestTable;
  }

  private replace(rows: AllRows, by: (time: number, line: number) => number): void {
    for (const id of REQUESTS) {
      const table = this.table(id);
      const [times, lines] = [table.column("time"), table.column("line")];
      for (const at of rows[id]) times[at] = by(times[at] ?? Number.NaN, lines[at] ?? 0);
    }
  }

  private *pairs(): Generator<ClockPair> {
    yield* inOrder(this.pairsOf(12288), this.pairsOf(12289));
    yield* this.pairsOf(12290);
  }

  private *pairsOf(id: RequestId): Generator<ClockPair> {
    const own = id !== 12290;
    const { table: handled } = this.collector.handled;
    const [codes, names] = [handled.column("code"), handled.column("name")];
    const table = this.table(id);
    const [logged, payload, lines] = [table.column("time"), table.column("clientTime"), table.column("line")];
    const voters: Numbers = own ? table.column("computer") : names;
    for (const at of this.rows[id]) {
      if (!own && codes[at] === CLOCK_SKEW) continue;
      yield {
        line: lines[at] ?? 0,
        logged: logged[at] ?? Number.NaN,
        payload: payload[at] ?? Number.NaN,
        voter: voters[at] ?? 0,
        own,
      };
    }
  }
}

export type RequestId = 12288 | 12289 | 12290;
const REQUESTS = [12288, 12289, 12290] as const;

type AllRows = Readonly<Record<RequestId, Rows>>;

function rowsOfAll(): AllRows {
  return { 12288: new Rows(), 12289: new Rows(), 12290: new Rows() };
}

/** Rows of a table that one file added: others may put theirs between them. */
class Rows {
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];

  add(row: number): void {
    const last = this.ends.length - 1;
    if (this.ends[last] === row) this.ends[last] = row + 1;
    else {
      this.starts.push(row);
      this.ends.push(row + 1);
    }
  }

  *[Symbol.iterator](): Generator<number> {
    for (const [at, start] of this.starts.entries()) {
      for (let row = start; row < (this.ends[at] ?? start); row++) yield row;
    }
  }
}

/** Two sequences of pairs as one, by line. */
function* inOrder(one: Generator<ClockPair>, other: Generator<ClockPair>): Generator<ClockPair> {
  let [first, second] = [one.next(), other.next()];
  while (first.done !== true || second.done !== true) {
    if (second.done === true || (first.done !== true && first.value.line <= second.value.line)) {
      if (first.done !== true) yield first.value;
      first = one.next();
    } else {
      yield second.value;
      second = other.next();
    }
  }
}

function zoneName(zone: Zone, line: number): "open" | number {
  const minutes = minutesAt(zone, line);
  return Number.isNaN(minutes) ? "open" : minutes;
}

interface End {
  time: number;
  line: number;
}

/** How far a log reaches, by either order of day and month. */
class Span {
  readonly monthFirst: { first: End; last: End };
  readonly dayFirst: { first: End; last: End };

  constructor(stamp: Stamp, line: number) {
    const both = (time: number) => ({ first: { time, line }, last: { time, line } });
    this.monthFirst = both(stamp.monthFirst);
    this.dayFirst = both(stamp.dayFirst);
  }

  add(stamp: Stamp, line: number): void {
    widen(this.monthFirst, stamp.monthFirst, line);
    widen(this.dayFirst, stamp.dayFirst, line);
  }
}

function widen(span: { first: End; last: End }, time: number, line: number): void {
  if (time < span.first.time) span.first = { time, line };
  if (time > span.last.time) span.last = { time, line };
}
