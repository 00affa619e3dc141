import { isEventId, type LoggedEvent } from "../../protocol/events.ts";
import type { LicenseStatus } from "../../protocol/license-state.ts";
import type { Machine } from "../machine.ts";
import type { MachineKey } from "../store.ts";
import type { Identity } from "./identity.ts";

/** A row of the table `machine`: what a renewal reads and changes. */
export interface AskerRow {
  /** Stands for the row of `identity` (identity.ts); 0 until the machine renews for the first time in this schema. */
  readonly identity: number;
  readonly product: string;
  readonly status: number;
  readonly first_seen: number;
  readonly last_seen: number;
  readonly lease_expires: number;
  readonly ticket: number;
  readonly previous_ticket: number;
  readonly requests: number;
  readonly code: string;
}

/** A row of the view `known_machine`: `machine` joined with `identity`. */
export interface MachineRow extends Omit<AskerRow, "identity"> {
  readonly cmid: string;
  readonly name: string;
  readonly fingerprint: string;
  readonly virtual: number;
  readonly address: string;
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
  const { cmid, name, fingerprint, virtual, address } = row;
  return machineOf({ application, cmid }, row, { name, fingerprint, virtual: virtual === 1, address });
}

/** A machine from what it did and who it is. */
export function machineOf(
  { application, cmid }: MachineKey,
  row: Omit<AskerRow, "identity">,
  identity: Identity,
): Machine {
  return {
    application,
    cmid,
    product: row.product,
    name: identity.name,
    fingerprint: identity.fingerprint,
    virtual: identity.virtual,
    address: identity.address,
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
