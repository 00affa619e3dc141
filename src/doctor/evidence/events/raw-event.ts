/** An event as a file holds it, before anything is made of it. */
export interface RawEvent {
  readonly id: number;
  /** Name of its provider or source, as written; `""` when the file does not say. */
  readonly provider: string;
  /** The classic source behind the provider; `""` when there is none. */
  readonly eventSource: string;
  readonly channel: string;
  readonly computer: string;
  /** 1 critical, 2 error, 3 warning, 4 information, 0 none stated. */
  readonly level: number;
  /** EventRecordID; 0 when the file does not say. */
  readonly record: number;
  /** First line of the event, 1 for the first of the file; 0 where places are records. */
  readonly line: number;
  readonly time: EventTime;
  /** Data items, without names. */
  readonly data: readonly string[];
  /** Data items that have names, by name. */
  readonly named: Readonly<Record<string, string>>;
  /** The message as the machine printed it, `""` when the file holds none. */
  readonly message: string;
  /** `<Binary>` in hexadecimal. */
  readonly binary: string;
}

/** When an event was logged: UTC, or a stamp of an unknown zone whose day and month may be open. */
export type EventTime = number | Stamp | undefined;

/** A local time, as milliseconds since the epoch as if its zone were UTC. */
export interface Stamp {
  /** The month first, where that is possible. */
  readonly monthFirst: number;
  /** The day first, where that is possible. */
  readonly dayFirst: number;
  /** What the stamp alone says of the order; `open` when both are possible. */
  readonly order: "mdy" | "dmy" | "ymd" | "open";
  /** Says AM or PM, as the United States do. */
  readonly half: boolean;
}

/** What an event has when its file does not say. */
export const blank: RawEvent = {
  id: 0,
  provider: "",
  eventSource: "",
  channel: "",
  computer: "",
  level: 0,
  record: 0,
  line: 0,
  time: undefined,
  data: [],
  named: {},
  message: "",
  binary: "",
};
