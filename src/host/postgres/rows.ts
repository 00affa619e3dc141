import type { LicenseStatus } from "../../protocol/license-state.ts";
import type { Machine } from "../machine.ts";

/** A row of the view `known_machine`, its numbers as JavaScript has them. */
export interface MachineRow {
  readonly application_id: string;
  readonly application: number;
  readonly cmid: string;
  readonly product: string;
  readonly name: string;
  readonly fingerprint: string;
  readonly virtual: boolean;
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

/** The columns of a machine; a `bigint` would come as text, and all of ours are whole numbers below 2^53. */
export const MACHINE_COLUMNS = `application_id, application, cmid, product, name, fingerprint, virtual, address, status,
  first_seen::float8 AS first_seen, last_seen::float8 AS last_seen, lease_expires::float8 AS lease_expires,
  ticket::float8 AS ticket, previous_ticket::float8 AS previous_ticket, requests::float8 AS requests, code`;

/** A machine from its row. */
export function toMachine(row: MachineRow): Machine {
  return {
    application: row.application_id,
    cmid: row.cmid,
    product: row.product,
    name: row.name,
    fingerprint: row.fingerprint,
    virtual: row.virtual,
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
