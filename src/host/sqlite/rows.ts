import { isEventId, type LoggedEvent } from "../../protocol/events.ts";
import type { LicenseStatus } from "../../protocol/license-state.ts";
import type { Machine } from "../machine.ts";

/** A row of the table `machine`. */
export interface MachineRow {
  readonly cmid: string;
  readonly product: string;
  readonly name: string;
  readonly fingerprint: string;
  readonly virtual: number;
  readonly address: string;
  readonly status: number;
  readonly first_seen: number;
  readonly last_seen: number;
  readonly lease_expires: number;
  readonly ticket: number;
  readonly previous_ticket: number;
  readonly requests: number;
  readonly code: string;
}

/** A row of the table `event`. */
export interface EventRow {
  readonly row: number;
  readonly time: number;
  readonly id: number;
  readonly machine: string;
  readonly info: string;
}

/** The columns of a machine, in the order of `MachineRow`. */
export const MACHINE_COLUMNS = `cmid, product, name, fingerprint, virtual, address, status, first_seen, last_seen,
  lease_expires, ticket, previous_ticket, requests, code`;

/** A machine from its row. */
export function toMachine(row: MachineRow, application: string): Machine {
  return {
    application,
    cmid: row.cmid,
    product: row.product,
    name: row.name,
    fingerprint: row.fingerprint,
    virtual: row.virtual === 1,
    address: row.address,
    status: row.status as LicenseStatus,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    leaseExpires: row.lease_expires,
    ticket: row.ticket,
    previousTicket: row.previous_ticket,
    requests: row.requests,
    code: row.code,
  };
}

/** An event from its row; none for an id that a later Muster wrote. */
export function toEvent({ row, time, id, machine, info }: EventRow): (LoggedEvent & { row: number })[] {
  return isEventId(id) ? [{ row, time, id, machine, info }] : [];
}
