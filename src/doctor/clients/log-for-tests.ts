import type { Evidence, LogSpan } from "../evidence/model.ts";
import { answeredLog, handledLog, sentLog } from "../evidence/requests.ts";

/** A request as tests write it; what is left out is as on a healthy machine that renews. */
export interface LoggedRequest {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly name: string;
  readonly cmid?: string;
  readonly product?: string;
  readonly code?: number;
  readonly required?: number;
  readonly status?: number;
  readonly minutesLeft?: number;
  readonly virtual?: number;
  readonly host?: string;
  readonly file?: string;
  readonly record?: number;
}

export const ENTERPRISE = "73111121-5638-40f6-bc11-f1d7b0d64300";
export const SERVER_2022 = "9bd77860-9b31-4b7b-96ad-2564017315bf";
export const OFFICE_2021 = "fbdb3e18-a8ef-4fb3-9183-dffd60bd0984";

/** A CMID that is the same for the same number. */
export const cmid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** The evidence of host logs that hold these requests. */
export function evidenceOf(requests: readonly LoggedRequest[], more: Partial<Evidence> = {}): Evidence {
  const handled = handledLog();
  for (const [at, request] of requests.entries()) {
    const { time, host = "kms1.corp.example", file = "kms.evtx", record = at + 1, ...fields } = request;
    const whole = {
      cmid: cmid(1),
      product: ENTERPRISE,
      code: 0,
      required: fields.product === SERVER_2022 || fields.product === OFFICE_2021 ? 5 : 25,
      status: 1,
      minutesLeft: 249_120,
      virtual: 0,
      ...fields,
      clientTime: Math.floor(time / 60_000) * 60_000,
    };
    handled.add({ file, line: 0, record, time, computer: host }, whole, "");
  }
  return {
    system: "kms",
    files: [],
    machines: [],
    machineOf: () => undefined,
    machineNamed: () => undefined,
    products: [],
    attempts: [],
    expiries: [],
    sent: sentLog(),
    answered: answeredLog(),
    handled,
    events: [],
    logs: [],
    dns: [],
    probes: [],
    connections: [],
    networks: [],
    routes: [],
    registry: [],
    clocks: [],
    sysprep: [],
    statements: [],
    ...more,
  };
}

/** A span of a host's log, so that it reaches further than its requests. */
export function span(first: number, last: number, more: Partial<LogSpan> = {}): LogSpan {
  return {
    origin: { file: "kms.evtx", kind: "evtx", names: [], language: "", system: "kms" },
    computer: "kms1.corp.example",
    channel: "Key Management Service",
    first,
    last,
    counts: { 12290: 1 },
    selected: false,
    zone: "utc",
    ...more,
  };
}
