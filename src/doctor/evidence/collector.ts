import { answeredInfo, handledInfo, sentInfo } from "./info.ts";
import type {
  Attempt,
  ClockReading,
  Connection,
  DnsAnswer,
  EvidenceKind,
  Expiry,
  LogEvent,
  NetworkSettings,
  Origin,
  Probe,
  ProductReport,
  RegistryValue,
  Route,
  Statement,
  SysprepRun,
  System,
} from "./model.ts";
import {
  type AnsweredLog,
  answeredLog,
  type HandledLog,
  type Header,
  handledLog,
  type SentLog,
  sentLog,
} from "./requests.ts";

/** What is known of a file beside its items. */
export interface Reading {
  readonly origin: Origin;
  /** Blocks, events, answers found. */
  records: number;
  /** Events of other programs, passed over. */
  skipped: number;
  readonly notes: string[];
}

/** A log of one computer, as its reader saw it go by. */
export interface LogSeen {
  readonly origin: Origin;
  readonly computer: string;
  readonly channel: string;
  first: number;
  last: number;
  readonly counts: Record<number, number>;
  selected: boolean;
  /** As in `LogSpan`; `open` times are those of an unknown zone written as if they were UTC. */
  zone: "utc" | "open" | number;
}

const NOTES = 20;

/** Where readers put what they find, in the order of the files. `merge` makes the evidence of it. */
export class Collector {
  readonly readings: Reading[] = [];
  readonly logs: LogSeen[] = [];
  readonly sent: SentLog = sentLog();
  readonly answered: AnsweredLog = answeredLog();
  readonly handled: HandledLog = handledLog();
  readonly products: ProductReport[] = [];
  readonly attempts: Attempt[] = [];
  readonly expiries: Expiry[] = [];
  readonly events: LogEvent[] = [];
  readonly dns: DnsAnswer[] = [];
  readonly probes: Probe[] = [];
  readonly connections: Connection[] = [];
  readonly networks: NetworkSettings[] = [];
  readonly routes: Route[] = [];
  readonly registry: RegistryValue[] = [];
  readonly clocks: ClockReading[] = [];
  readonly sysprep: SysprepRun[] = [];
  readonly statements: Statement[] = [];

  /** Begins one stretch of a file: one machine's, one kind. Its `origin` goes into every item found in it. */
  begin(
    file: string,
    kind: EvidenceKind,
    of: { names?: readonly string[]; language?: string; system?: System } = {},
  ): Reading {
    const { names = [], language = "", system = "kms" } = of;
    const reading: Reading = {
      origin: { file, kind, names, language, system },
      records: 0,
      skipped: 0,
      notes: [],
    };
    this.readings.push(reading);
    return reading;
  }

  /** Says what could not be understood, in one sentence; after 20 for one stretch the rest is left out. */
  note(reading: Reading, sentence: string): void {
    if (reading.notes.length < NOTES) reading.notes.push(sentence);
  }

  /** Adds a 12288, 12289 or 12290 by its Info line; false when the line is something else. */
  request(id: 12288 | 12289 | 12290, header: Header, info: string): boolean {
    if (id === 12288) return addTo(this.sent, header, sentInfo(info), info);
    if (id === 12289) return addTo(this.answered, header, answeredInfo(info), info);
    return addTo(this.handled, header, handledInfo(info), info);
  }
}

function addTo<Fields>(
  log: { add(header: Header, fields: Fields, info: string): void },
  header: Header,
  fields: Fields | undefined,
  info: string,
): boolean {
  if (fields === undefined) return false;
  log.add(header, fields, info);
  return true;
}
