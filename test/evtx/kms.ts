import type { Value } from "./binxml.ts";
import { classic, type Event, eventRecord, type Source } from "./events.ts";
import type { LogRecord } from "./log.ts";

/** A KMS host as it signs its events. */
export const kms: Source = {
  provider: "Microsoft-Windows-Security-SPP",
  guid: "{E23B33B0-C8C9-472C-A5F9-F2BDFEA0F156}",
  eventSource: "KmsRequests",
  channel: "Key Management Service",
  computer: "kms01.corp.example",
};
/** When all events of {@link event} happened, in milliseconds since 1970. */
export const time = Date.UTC(2023, 4, 24, 1, 12, 30, 145);

/** An event 12290 of that host, with 4,614 ticks of 100 ns more than {@link time}. */
export function event(number: number, payload: Value, more: Partial<Event> = {}): LogRecord {
  return eventRecord({
    source: kms,
    number,
    time,
    more: 4614,
    id: 12290,
    qualifiers: 16384,
    payload,
    ...more,
  });
}

/** So many events, numbered from 1. */
export function requests(count: number): LogRecord[] {
  return Array.from({ length: count }, (_, n) => event(n + 1, classic(["0x0", `pc-${n}.corp.example`])));
}
