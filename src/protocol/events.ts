import { formatEventTime } from "./time.ts";

/** One row of an event log, host's or client's. */
export interface LoggedEvent {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly id: EventId;
  /** The name of the machine that wrote it. */
  readonly machine: string;
  /** What Microsoft's events print after `Info:`, fields separated by commas. */
  readonly info: string;
}

interface EventKind {
  readonly side: "host" | "client";
  readonly message: string;
  readonly fields: readonly string[];
}

/** Every event Muster writes. Ids and field order are Microsoft's where Microsoft has the event (ff793440). */
export const EVENTS = {
  12288: {
    side: "client",
    message: "An activation request was sent to a host.",
    fields: [
      "code",
      "flags",
      "host",
      "cmid",
      "clientTime",
      "virtual",
      "status",
      "minutesLeft",
      "product",
      "required",
    ],
  },
  12289: {
    side: "client",
    message: "The answer of a host was processed.",
    fields: [
      "code",
      "flags",
      "activated",
      "unused",
      "count",
      "activationInterval",
      "renewalInterval",
      "clientTime",
    ],
  },
  12290: {
    side: "host",
    message: "An activation request was processed.",
    fields: ["code", "required", "name", "cmid", "clientTime", "virtual", "status", "minutesLeft", "product"],
  },
  12293: {
    side: "host",
    message: "Publishing the host in DNS failed.",
    fields: ["code", "domain"],
  },
  12294: {
    side: "host",
    message: "The host was published in DNS.",
    fields: ["code", "domain"],
  },
  12400: {
    side: "host",
    message: "Two machines share one CMID.",
    fields: ["cmid", "names", "fingerprints"],
  },
  12401: {
    side: "host",
    message: "The host licence is missing, expired or near its end.",
    fields: ["code", "daysLeft"],
  },
  12402: {
    side: "host",
    message: "A setting of the host was changed.",
    fields: ["name", "from", "to", "by"],
  },
  12403: {
    side: "client",
    message: "A setting of the client was changed.",
    fields: ["name", "from", "to", "by"],
  },
  12404: {
    side: "host",
    message: "More machines hold a lease than the host licence has seats.",
    fields: ["leased", "seats"],
  },
  12405: {
    side: "host",
    message: "A machine was forgotten.",
    fields: ["cmid", "name", "by"],
  },
  12406: {
    side: "host",
    message: "Machines that were not seen for long were forgotten.",
    fields: ["machines", "days"],
  },
  12407: {
    side: "host",
    message: "A machine is to take a new CMID with its next answer.",
    fields: ["cmid", "name", "by"],
  },
  12408: {
    side: "host",
    message: "The host licence was renewed with the vendor.",
    fields: ["vendor", "daysLeft"],
  },
  12409: {
    side: "host",
    message: "The store was away, and takes requests again.",
    fields: ["code", "seconds"],
  },
  12410: {
    side: "client",
    message: "The clock was set back.",
    fields: ["code", "clientTime", "lastTime", "signedTime"],
  },
  12411: {
    side: "client",
    message: "The hardware differs too much from that of the lease.",
    fields: ["code", "product", "changed", "same"],
  },
  12412: {
    side: "client",
    message: "A vendor's answer to a MAK was processed, or there was none.",
    fields: ["code", "vendor", "cmid", "product", "used", "of"],
  },
  12413: {
    side: "host",
    message: "A host licence was taken in.",
    fields: ["partialKey", "daysLeft", "by"],
  },
  12414: {
    side: "host",
    message: "A catalogue was taken in.",
    fields: ["vendor", "products", "by"],
  },
  12415: {
    side: "host",
    message: "A request for a host licence was made.",
    fields: ["partialKey", "way", "by"],
  },
  12416: {
    side: "host",
    message: "The host is quiet: its store was handed over.",
    fields: ["by"],
  },
  12417: {
    side: "host",
    message: "The store of another host, or of another place, was taken over.",
    fields: ["from", "machines", "by"],
  },
  12418: {
    side: "host",
    message: "A store that was handed over was taken back.",
    fields: ["by"],
  },
  12420: {
    side: "host",
    message: "The clock of the host jumped.",
    fields: ["seconds"],
  },
  12421: {
    side: "host",
    message: "The store was damaged on its disk, and what it stored last is lost.",
    fields: ["transactions"],
  },
  12422: {
    side: "host",
    message: "The note on a machine was changed.",
    fields: ["cmid", "name", "by"],
  },
  12423: {
    side: "host",
    message: "The order that a machine takes a new CMID was taken back.",
    fields: ["cmid", "name", "by"],
  },
} as const satisfies Record<number, EventKind>;

export type EventId = keyof typeof EVENTS;

/** Status flags of 12288 and 12289 (Volume Activation 2.0 Operations Guide). */
export const EVENT_FLAGS = { none: 0, noHostRegistered: 0x01000000, countInsufficient: 0x04000000 } as const;

type FieldValue = string | number | boolean | Date;
type FieldsOf<Id extends EventId> = Record<(typeof EVENTS)[Id]["fields"][number], FieldValue>;

/** The Info string of an event from its named fields; times are UTC to the minute, booleans 1 and 0. */
export function eventInfo<Id extends EventId>(id: Id, values: FieldsOf<Id>): string {
  const fields = EVENTS[id].fields as readonly (keyof FieldsOf<Id>)[];
  const comma = id === 12290 ? "," : ", ";
  let info = "";
  let separator = "";
  for (const field of fields) {
    info += separator + fieldText(values[field]);
    separator = comma;
  }
  return info;
}

/** The named fields of an Info string; a field that is not there is absent. */
export function eventFields(id: EventId, info: string): Record<string, string> {
  const values = info.split(/,\s*/);
  const named: Record<string, string> = {};
  for (const [at, field] of EVENTS[id].fields.entries()) {
    const value = values[at];
    if (value !== undefined) named[field] = value;
  }
  return named;
}

/** True for the ids that Muster writes. */
export function isEventId(id: number): id is EventId {
  return id in EVENTS;
}

/** Status flags as events print them: `0x04000000`. */
export function formatFlags(flags: number): string {
  return `0x${flags.toString(16).toUpperCase().padStart(8, "0")}`;
}

function fieldText(value: FieldValue): string {
  if (value instanceof Date) return formatEventTime(value.getTime());
  if (typeof value === "boolean") return value ? "1" : "0";
  return String(value);
}
