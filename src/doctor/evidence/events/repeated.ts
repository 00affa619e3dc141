import type { Collector, LogSeen } from "../collector.ts";
import type { LogEvent } from "../model.ts";
import type { AnsweredLog, HandledLog, SentLog } from "../requests.ts";

/**
 * Takes out of the collector what it holds twice: an event that two files hold counts once, as where a log was exported
 * twice, or forwarded. Events of one file are never taken for each other. To be called when all files are read; costs
 * next to nothing unless two files tell of one computer, or one does not name it.
 */
export function dropRepeated(collector: Collector): void {
  if (!mayRepeat(collector.logs)) return;
  const dropped = new Map<string, number>();
  const drop = (file: string, times: number) => dropped.set(file, (dropped.get(file) ?? 0) + times);
  dropRequests(collector.sent, ["cmid", "product", "host", "flags", "minutesLeft", "status"], drop);
  dropRequests(collector.answered, ["flags", "count", "activated"], drop);
  dropRequests(collector.handled, ["cmid", "product", "name", "minutesLeft", "status"], drop);
  dropEvents(collector.events, drop);
  for (const [file, times] of dropped) {
    const reading = collector.readings.find(({ origin }) => origin.file === file);
    if (reading !== undefined)
      collector.note(reading, `${times} events are also in another file, and are counted once`);
  }
}

/** Whether two files may hold events of one computer. */
function mayRepeat(logs: readonly LogSeen[]): boolean {
  const files = new Map<string, string>();
  for (const { computer, origin } of logs) {
    const name = shortName(computer);
    const other = files.get(name);
    if (other !== undefined && other !== origin.file) return true;
    files.set(name, origin.file);
  }
  return files.has("") && new Set(files.values()).size > 1;
}

interface RequestTable {
  readonly length: number;
  column(name: string): { readonly [index: number]: number };
  values(name: string): readonly string[];
}

type Drop = (file: string, times: number) => void;

/** `columns` are those that are equal in two copies of one event, beside its time, code and computer. */
function dropRequests(log: SentLog | AnsweredLog | HandledLog, columns: readonly string[], drop: Drop): void {
  const table = log.table as unknown as RequestTable;
  if (table.values("file").length < 2) return;
  const [times, codes, files] = [table.column("time"), table.column("code"), table.column("file")];
  const payloads = table.column("clientTime");
  const computers = table.column("computer");
  const shorts = table.values("computer").map(shortName);
  const same = columns.map((name) => table.column(name));
  const equal = (one: number, other: number) =>
    second(times[one]) === second(times[other]) &&
    codes[one] === codes[other] &&
    Object.is(payloads[one], payloads[other]) &&
    same.every((column) => column[one] === column[other]) &&
    isSameComputer(shorts[computers[one] ?? 0], shorts[computers[other] ?? 0]);
  // The earlier of the rows that share a number, chained: rows of one second are few.
  const first = new Map<number, number>();
  const next = new Int32Array(table.length).fill(-1);
  const taken = new Uint8Array(table.length);
  const repeated = new Uint8Array(table.length);
  for (let row = 0; row < table.length; row++) {
    const time = second(times[row]);
    if (Number.isNaN(time)) continue;
    const key = time * 4096 + ((codes[row] ?? 0) & 4095);
    let steps = 0;
    for (let other = first.get(key) ?? -1; other >= 0 && steps < 1000; other = next[other] ?? -1, steps++) {
      if (files[other] === files[row] || taken[other] === 1 || !equal(other, row)) continue;
      taken[other] = 1;
      repeated[row] = 1;
      drop(table.values("file")[files[row] ?? 0] ?? "", 1);
      break;
    }
    if (repeated[row] === 1) continue;
    next[row] = first.get(key) ?? -1;
    first.set(key, row);
  }
  if (repeated.includes(1)) log.keep((row) => repeated[row] === 0);
}

function dropEvents(events: LogEvent[], drop: Drop): void {
  const seen = new Map<string, LogEvent[]>();
  const kept = events.filter((event) => {
    if (Number.isNaN(event.time)) return true;
    const key = `${event.id} ${second(event.time)}`;
    const others = seen.get(key) ?? [];
    const copy = others.findIndex((other) => isCopy(other, event));
    if (copy < 0) {
      others.push(event);
      seen.set(key, others);
      return true;
    }
    others.splice(copy, 1);
    drop(event.origin.file, 1);
    return false;
  });
  for (const [at, event] of kept.entries()) events[at] = event;
  events.length = kept.length;
}

function isCopy(one: LogEvent, other: LogEvent): boolean {
  if (one.origin.file === other.origin.file) return false;
  const numbered = one.at.record > 0 && other.at.record > 0;
  if (numbered && one.at.record !== other.at.record) return false;
  return isSameComputer(shortName(one.computer), shortName(other.computer));
}

/** A file that does not say which computer it is of may be of any. */
function isSameComputer(one = "", other = ""): boolean {
  return one === other || one === "" || other === "";
}

/** The name without its domain; an address stays whole. */
function shortName(computer: string): string {
  const name = computer.toLowerCase();
  return /^[\d.]+$/.test(name) ? name : (name.split(".", 1)[0] ?? "");
}

function second(time = Number.NaN): number {
  return Math.floor(time / 1000);
}
