const from1601to1970 = 11644473600000;
const secondsOfDay = 86400;
const twoDigits = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, "0"));
const minutes = Array.from(
  { length: 1440 },
  (_, minute) => `T${twoDigits[Math.floor(minute / 60)]}:${twoDigits[minute % 60]}:`,
);

/** Reads FILETIMEs (100 ns since 1601) exactly without BigInt; neighbours in a log share their day. */
export class Clock {
  /** The time last read, ISO 8601 in UTC with seven digits. */
  iso = "";
  /** The time last read, in whole milliseconds since 1970. */
  milliseconds = 0;
  private day = -1;
  private date = "";

  /** Reads the FILETIME with these two 32-bit halves. */
  fileTime(low: number, high: number): void {
    const quotient = Math.floor(high / 10000);
    const rest = (high - quotient * 10000) * 4294967296 + low;
    const carried = Math.floor(rest / 10000);
    this.set(quotient * 4294967296 + carried, rest - carried * 10000);
  }

  /** Reads a SYSTEMTIME at `offset`; false if no such date exists. */
  systemTime(view: DataView, offset: number): boolean {
    const part = (index: number) => view.getUint16(offset + 2 * index, true);
    const time = Date.UTC(part(0), part(1) - 1, part(3), part(4), part(5), part(6), part(7));
    if (part(0) < 1601 || Number.isNaN(time)) return false;
    this.set(time + from1601to1970, 0);
    return true;
  }

  /** Reads a time in text, with any number of digits; false if it is none. */
  text(text: string): boolean {
    const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z?$/.exec(text);
    const time = match === null ? Number.NaN : Date.parse(`${match[1]}Z`);
    if (match === null || Number.isNaN(time)) return false;
    const ticks = Number((match[2] ?? "").slice(0, 7).padEnd(7, "0"));
    const milliseconds = Math.floor(ticks / 10000);
    this.set(time + milliseconds + from1601to1970, ticks - milliseconds * 10000);
    return true;
  }

  private set(since1601: number, ticks: number): void {
    const second = Math.floor(since1601 / 1000);
    const day = Math.floor(second / secondsOfDay);
    if (day !== this.day) {
      this.day = day;
      this.date = new Date(day * secondsOfDay * 1000 - from1601to1970).toISOString().slice(0, -14);
    }
    const today = second - day * secondsOfDay;
    const minute = Math.floor(today / 60);
    const fraction = (since1601 - second * 1000) * 10000 + ticks;
    this.milliseconds = since1601 - from1601to1970;
    this.iso = `${this.date}${minutes[minute]}${twoDigits[today - minute * 60]}.${String(10000000 + fraction).slice(1)}Z`;
  }
}
