import type { BatchCounts } from "../counts.ts";
import type { Arrival, Decision, Known } from "../decide.ts";
import type { Machine } from "../machine.ts";
import { sumReceived } from "../received.ts";
import { identityNumber } from "./identity.ts";
import { machineOf, toMachine } from "./rows.ts";
import type { prepare } from "./statements.ts";

/** What a batch is decided and written with. */
export interface BatchParts {
  readonly sql: ReturnType<typeof prepare>;
  /** The store's number of each application that is counted. */
  readonly numbers: ReadonlyMap<string, number>;
}

/** Decides one arrival of a batch and writes the machine that it is of. Call it in the transaction of the batch. */
export function settle(
  parts: BatchParts,
  arrival: Arrival,
  decide: (arrival: Arrival, known: Known) => Decision,
  counts: BatchCounts,
): Decision {
  const { application } = arrival.request;
  const { machine, isAsBefore } = findAsker(parts, arrival);
  const tally = counts.tally(application);
  const decision = decide(arrival, { machine, tally, leased: counts.leased });
  const number = parts.numbers.get(application);
  if (number === undefined) return decision;
  if (decision.kind === "admission" && decision.machine) {
    if (isAsBefore) renew(parts, number, decision.machine);
    else put(parts, number, decision.machine);
    if (decision.tally.largestRequired > tally.largestRequired) {
      parts.sql.setLargestRequired.run(decision.tally.largestRequired, number);
    }
    counts.admit(machine, decision.machine, decision.tally);
  }
  return decision;
}

/** Writes what was received in a batch. Call it in the transaction of the batch. */
export function addReceived(
  { sql, numbers }: BatchParts,
  batch: readonly Arrival[],
  decisions: readonly Decision[],
): void {
  for (const { application, status, total, failed } of sumReceived(batch, decisions)) {
    const number = numbers.get(application);
    if (number !== undefined) sql.addReceived.run(number, status, total, failed);
  }
}

/** A machine by its application and CMID. */
export function findMachine(
  { sql, numbers }: BatchParts,
  application: string,
  cmid: string,
): Machine | undefined {
  const number = numbers.get(application);
  const row = number === undefined ? null : sql.machine.get(number, cmid);
  return row ? toMachine(row, application) : undefined;
}

/** The machine that asks; when it is who it was before, its texts are those of the request, and are not read again. */
function findAsker(
  parts: BatchParts,
  { request, address }: Arrival,
): { machine: Machine | undefined; isAsBefore: boolean } {
  const number = parts.numbers.get(request.application);
  const row = number === undefined ? null : parts.sql.asker.get(number, request.cmid);
  if (row === null) return { machine: undefined, isAsBefore: false };
  const { name, fingerprint, virtual } = request.machine;
  const identity = { name, fingerprint, virtual, address };
  if (row.identity === identityNumber(identity))
    return { machine: machineOf(request, row, identity), isAsBefore: true };
  return { machine: findMachine(parts, request.application, request.cmid), isAsBefore: false };
}

function put({ sql }: BatchParts, application: number, machine: Machine): void {
  const { cmid, product, name, fingerprint, virtual, address, status } = machine;
  const { firstSeen, lastSeen, leaseExpires, ticket, previousTicket, requests, code } = machine;
  sql.putIdentity.run(application, cmid, name, fingerprint, virtual ? 1 : 0, address);
  sql.putMachine.run(
    application,
    cmid,
    identityNumber(machine),
    product,
    status,
    firstSeen,
    lastSeen,
    leaseExpires,
    ticket,
    previousTicket,
    requests,
    code,
  );
}

/** What a renewal of the same machine changes. */
function renew({ sql }: BatchParts, application: number, machine: Machine): void {
  const { cmid, product, status, lastSeen, leaseExpires, ticket, previousTicket, requests, code } = machine;
  sql.renew.run(
    product,
    status,
    lastSeen,
    leaseExpires,
    ticket,
    previousTicket,
    requests,
    code,
    application,
    cmid,
  );
}
