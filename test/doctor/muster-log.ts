import { eventXml, type NumberedEvent, XML_HEAD, XML_TAIL } from "../../src/protocol/event-xml.ts";
import { type EventId, eventInfo } from "../../src/protocol/events.ts";

type Fields<Id extends EventId> = Parameters<typeof eventInfo<Id>>[1];

/** One event, by its named fields. */
export function musterEvent<Id extends EventId>(
  machine: string,
  time: number,
  id: Id,
  fields: Fields<Id>,
): Omit<NumberedEvent, "row"> {
  return { machine, time, id, info: eventInfo(id, fields) };
}

/** A log as `muster events --xml` writes it; the events are numbered in the order in which they are given. */
export function musterLog(events: readonly Omit<NumberedEvent, "row">[]): string {
  return XML_HEAD + events.map((event, at) => eventXml({ ...event, row: at + 1 })).join("") + XML_TAIL;
}

/** 12288 of a Muster client. */
export function musterSent(of: {
  machine: string;
  time: number;
  code: string;
  host?: string;
  cmid: string;
  status?: number;
}): Omit<NumberedEvent, "row"> {
  const { machine, time, code, cmid, host = "kms01.corp.example:1688", status = 5 } = of;
  return musterEvent(machine, time, 12288, {
    code,
    flags: "0x00000000",
    host,
    cmid,
    clientTime: new Date(time),
    virtual: true,
    status,
    minutesLeft: 0,
    product: MUSTER_PRODUCT,
    required: 2,
  });
}

/** 12289 of a Muster client that was activated. */
export function musterAnswered(machine: string, time: number): Omit<NumberedEvent, "row"> {
  return musterEvent(machine, time, 12289, {
    code: "0x00000000",
    flags: "0x00000000",
    activated: true,
    unused: 0,
    count: 12,
    activationInterval: 120,
    renewalInterval: 10_080,
    clientTime: new Date(time),
  });
}

/** 12290 of a Muster host that activated a machine. */
export function musterHandled(
  machine: string,
  time: number,
  name: string,
  cmid: string,
): Omit<NumberedEvent, "row"> {
  return musterEvent(machine, time, 12290, {
    code: "0x00000000",
    required: 2,
    name,
    cmid,
    clientTime: new Date(time),
    virtual: true,
    status: 1,
    minutesLeft: 249_120,
    product: MUSTER_PRODUCT,
  });
}

/** Activation id of a product that a vendor made with Muster. */
export const MUSTER_PRODUCT = "62f226d4-2cf4-476c-bc92-711b5ade6ab8";
