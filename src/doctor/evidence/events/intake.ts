import type { Collector, LogSeen, Reading } from "../collector.ts";
import type { EvidenceKind, LogEvent } from "../model.ts";
import { detached } from "../table.ts";
import { eventFacts, infoLine } from "./event-facts.ts";
import { Kept } from "./kept.ts";
import { type Concern, concernOf, ROUTINE } from "./providers.ts";
import type { EventTime, RawEvent } from "./raw-event.ts";
import { type RequestId, Settling } from "./settling.ts";

const INFORMATIVE = 20_000;
const ROUTINE_KEPT = 200;
const COMPUTERS = 5000;

/** One file's way into the collector: takes event by event, and settles the times when all are there. */
export class Intake {
  private readonly collector: Collector;
  private readonly file: string;
  private readonly kind: EvidenceKind;
  /** Whether somebody may have picked some of the events by hand. */
  private readonly pasted: boolean;
  private readonly readings = new Map<string, Reading>();
  private readonly logs = new Map<string, Log>();
  private readonly informative = new Kept<Pending>(INFORMATIVE);
  private readonly routine = new Kept<Pending>(ROUTINE_KEPT);
  private readonly settling: Settling;
  private readonly notes: string[] = [];
  private recent: Log | undefined;
  private skipped = 0;
  private unreadable = 0;

  constructor(collector: Collector, file: string, kind: EvidenceKind, pasted: boolean) {
    this.collector = collector;
    this.file = file;
    this.kind = kind;
    this.pasted = pasted;
    this.settling = new Settling(collector);
  }

  /** Takes an event in; false when it is of another program. */
  take(raw: RawEvent): boolean {
    const concern = concernOf(raw);
    if (concern === undefined) {
      this.skipped += 1;
      return false;
    }
    const log = this.logOf(raw, concern);
    log.reading.records += 1;
    const id = raw.id;
    if (concern !== "beside") log.seen.counts[id] = (log.seen.counts[id] ?? 0) + 1;
    if (id === 12288 || id === 12289 || id === 12290) this.request(id, raw, log);
    else {
      this.settling.stamp(raw.time, raw.line, log.seen);
      const pending = { event: logEvent(raw, log, concern), time: raw.time };
      if (ROUTINE.has(id)) this.routine.add(pending);
      else this.informative.add(pending);
    }
    if (raw.record > 0) log.note(raw.record);
    return true;
  }

  /** Counts events of other programs that were passed over unread. */
  skip(events: number): void {
    this.skipped += events;
  }

  /** Says what could not be understood, in one sentence. */
  note(sentence: string): void {
    this.notes.push(sentence);
  }

  /** Whether anything was taken in. */
  get empty(): boolean {
    return this.readings.size === 0;
  }

  /** Settles times and puts the last events into the collector. */
  finish(): void {
    const reading = [...this.readings.values()][0] ?? this.reading("", "licensing");
    reading.skipped += this.skipped;
    for (const note of this.notes) this.collector.note(reading, note);
    if (this.unreadable > 0)
      this.collector.note(reading, `${this.unreadable} requests have fields that could not be understood`);
    const { dropped } = this.informative;
    if (dropped > 0)
      this.collector.note(
        reading,
        `${dropped} events beside the requests were only counted, there are so many`,
      );
    const pending = [...this.informative.items(), ...this.routine.items()];
    const settled = this.settling.settle(pending.map(({ event, time }) => ({ line: event.at.line, time })));
    for (const [at, { event }] of pending.entries())
      this.collector.events.push({ ...event, time: settled.times[at] ?? Number.NaN });
    for (const { seen, filtered } of this.logs.values()) {
      seen.selected = this.pasted || filtered;
      if (Number.isNaN(seen.first)) seen.zone = "open";
      this.collector.logs.push(seen);
    }
  }

  private request(id: RequestId, raw: RawEvent, log: Log): void {
    const { collector, file } = this;
    const { line, record } = raw;
    const { computer } = log.seen;
    const header = { file, line, record, time: this.settling.provisional(raw.time), computer };
    for (const info of infoOf(raw)) {
      if (!collector.request(id, header, info)) continue;
      this.settling.request(id, raw.time, line, log.seen);
      return;
    }
    this.settling.stamp(raw.time, line, log.seen);
    this.unreadable += 1;
    this.informative.add({ event: logEvent(raw, log, "licensing"), time: raw.time });
  }

  private logOf(raw: RawEvent, concern: Concern): Log {
    const { recent } = this;
    const system = concern === "muster" ? "muster" : "kms";
    if (
      recent !== undefined &&
      recent.writtenComputer === raw.computer &&
      recent.writtenChannel === raw.channel &&
      recent.reading.origin.system === system
    )
      return recent;
    const key = `${raw.computer}\n${raw.channel}\n${system}`;
    const log = this.logs.get(key) ?? this.newLog(key, raw, concern);
    this.recent = log;
    return log;
  }

  private newLog(key: string, raw: RawEvent, concern: Concern): Log {
    const computer = detached(raw.computer.slice(0, 255));
    const reading = this.reading(computer, concern);
    const seen: LogSeen = {
      origin: reading.origin,
      computer: computer.toLowerCase(),
      channel: detached(raw.channel.slice(0, 255)),
      first: Number.NaN,
      last: Number.NaN,
      counts: {},
      selected: this.pasted,
      zone: "utc",
    };
    const log = new Log(computer, seen, reading);
    if (this.logs.size < 2 * COMPUTERS) this.logs.set(detached(key), log);
    return log;
  }

  private reading(computer: string, concern: Concern): Reading {
    const system = concern === "muster" ? "muster" : "kms";
    const name = this.readings.size < COMPUTERS ? computer : "";
    const key = `${name.toLowerCase()}\n${system}`;
    const known = this.readings.get(key);
    if (known !== undefined) return known;
    const reading = this.collector.begin(this.file, this.kind, { names: name === "" ? [] : [name], system });
    this.readings.set(key, reading);
    return reading;
  }
}

interface Pending {
  readonly event: LogEvent;
  readonly time: EventTime;
}

/** A log as it goes by. */
class Log {
  readonly writtenComputer: string;
  readonly writtenChannel: string;
  readonly seen: LogSeen;
  readonly reading: Reading;
  private lowest = Number.POSITIVE_INFINITY;
  private highest = 0;
  private records = 0;

  constructor(computer: string, seen: LogSeen, reading: Reading) {
    this.writtenComputer = computer;
    this.writtenChannel = seen.channel;
    this.seen = seen;
    this.reading = reading;
  }

  note(record: number): void {
    if (record < this.lowest) this.lowest = record;
    if (record > this.highest) this.highest = record;
    this.records += 1;
  }

  /**
   * Whether the events look as if a filter had picked them. The log of requests has nothing but requests, so numbers
   * are missing in it; elsewhere nothing licensing says of itself all day is there.
   */
  get filtered(): boolean {
    const ids = Object.keys(this.seen.counts);
    const requestsOnly = ids.length === 1 && ids[0] === "12290";
    if (requestsOnly) return this.records > 0 && this.highest - this.lowest + 1 > 2 * this.records;
    const muster = this.seen.origin.system === "muster";
    return muster ? ids.length === 1 : !ids.some((id) => ROUTINE.has(Number(id)));
  }
}

/** The places where the Info line of a request may stand, likeliest first. */
function* infoOf({ data, named, message }: RawEvent): Generator<string> {
  const [first, second] = data;
  if (first?.includes(",")) yield first;
  if (first !== undefined && second !== undefined) {
    yield (data.length >= 10 ? data.slice(1) : data).join(",");
    yield data.join(",");
  }
  if (named.info !== undefined) yield named.info;
  if (message !== "") {
    yield infoLine(message);
    for (const line of message.split(/\r?\n/)) if (/^\s*0x/i.test(line)) yield line.trim();
  }
}

function logEvent(raw: RawEvent, log: Log, concern: Concern): LogEvent {
  const { codes, data, fields, quote } = eventFacts(raw, concern === "muster");
  const { origin, computer, channel } = log.seen;
  const own = (text: string) => detached(text);
  return {
    origin,
    at: { file: origin.file, line: raw.line, record: raw.record, quote: own(quote) },
    id: raw.id,
    computer,
    time: Number.NaN,
    provider: own(raw.provider),
    channel,
    level: raw.level,
    codes,
    data: data.map(own),
    fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [own(name), own(value)])),
  };
}
