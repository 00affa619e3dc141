import { EVENTS, type EventId, eventFields, type LoggedEvent } from "./events.ts";

/** An event as commands and hosts give it in JSON. */
export interface EventJson {
  /** RFC 3339. */
  readonly time: string;
  readonly id: EventId;
  readonly side: "host" | "client";
  readonly machine: string;
  readonly message: string;
  readonly info: string;
  /** The fields of the Info string by their names. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The JSON of an event. */
export function eventJson({ time, id, machine, info }: LoggedEvent): EventJson {
  const { side, message } = EVENTS[id];
  return {
    time: new Date(time).toISOString(),
    id,
    side,
    machine,
    message,
    info,
    fields: eventFields(id, info),
  };
}
