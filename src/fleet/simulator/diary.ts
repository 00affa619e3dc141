import type { AttemptResult } from "../../client/index.ts";
import type { ProblemName } from "../../protocol/problems.ts";
import { DAY, MINUTE } from "../../protocol/time.ts";

/** What one day brought. */
export interface DayRecord {
  /** Requests that reached a host. */
  requests: number;
  attempts: number;
  /** Attempts that brought no lease, by what went wrong. */
  readonly failures: Map<ProblemName, number>;
  /** The most requests within one minute. */
  busiestMinute: number;
}

/** Something that happened to the world, for people. */
export interface Remark {
  readonly time: number;
  readonly text: string;
}

/** Keeps what happens in a world, day by day. */
export class Diary {
  readonly remarks: Remark[] = [];
  readonly days: DayRecord[] = [];
  private minute = 0;
  private inMinute = 0;
  private readonly start: number;

  constructor(start: number) {
    this.start = start;
  }

  /** A request reached a host. */
  noteRequest(time: number): void {
    const day = this.dayAt(time);
    const minute = Math.floor(time / MINUTE);
    this.inMinute = minute === this.minute ? this.inMinute + 1 : 1;
    this.minute = minute;
    day.requests++;
    day.busiestMinute = Math.max(day.busiestMinute, this.inMinute);
  }

  /** A machine made an attempt. */
  noteAttempt(time: number, result: AttemptResult): void {
    const day = this.dayAt(time);
    day.attempts++;
    const failure = failureOf(result);
    if (failure !== undefined) day.failures.set(failure, (day.failures.get(failure) ?? 0) + 1);
  }

  /** Something happened that people want to read of. */
  tell(time: number, text: string): void {
    this.remarks.push({ time, text });
  }

  private dayAt(time: number): DayRecord {
    const number = Math.floor((time - this.start) / DAY);
    for (let next = this.days.length; next <= number; next++) {
      this.days.push({ requests: 0, attempts: 0, failures: new Map(), busiestMinute: 0 });
    }
    const day = this.days[number];
    if (day === undefined) throw new Error("a day that was added is there");
    return day;
  }
}

/** Why an attempt failed: what the host said where "no host could be contacted" is only the sum of it. */
function failureOf({ name, tries }: AttemptResult): ProblemName | undefined {
  if (name === "SUCCESS") return undefined;
  if (name !== "NO_HOST_CONTACTED") return name;
  return tries.find((one) => !one.name.startsWith("DNS_"))?.name ?? name;
}
