import type { Product } from "../protocol/catalogue.ts";
import { type EventId, eventInfo } from "../protocol/events.ts";
import type { HostLicense } from "../protocol/host-license.ts";
import type { ActivationRequest } from "../protocol/messages.ts";
import { PROBLEMS, type ProblemName, SUCCESS } from "../protocol/problems.ts";
import { MINUTE } from "../protocol/time.ts";
import { currentCount, type Machine, type Tally } from "./machine.ts";
import { type Recognition, recognise } from "./ticket.ts";
import { counts } from "./window.ts";

/** A request with what the network and the ticket office know about it. */
export interface Arrival {
  readonly request: ActivationRequest;
  readonly address: string;
  /** The sequence of the ticket it shows; 0 without one, undefined for a ticket of another store. */
  readonly ticket: number | undefined;
  /** When it came, milliseconds since the epoch; it may have waited since then. Undefined is when it is decided. */
  readonly received?: number | undefined;
}

/** What the store knows when a request is decided. */
export interface Known {
  readonly machine: Machine | undefined;
  readonly tally: Tally;
  /** How many machines hold a lease that has not ended, over all applications. */
  readonly leased: number;
  /** Whether an administrator wants this machine to take a new CMID. */
  readonly rearm?: boolean;
}

/** What the host is allowed to do and told to do. */
export interface Rules {
  /** The valid host licence, if there is one. */
  readonly license: HostLicense | undefined;
  /** The catalogue's products by activation id. */
  readonly products: ReadonlyMap<string, Product>;
  /** What becomes of the later of two machines with one CMID. */
  readonly duplicates: DuplicatePolicy;
}

/** `report` leases to both and writes event 12400; `rearm` also makes the later one take a new CMID. */
export type DuplicatePolicy = "report" | "rearm";

/** An event as a decision writes it; time and host are the store's to add. */
export interface EventDraft {
  readonly id: EventId;
  readonly cmid: string | undefined;
  readonly info: string;
}

/** A request that was counted: what to write, and what to answer. */
export interface Admission {
  readonly kind: "admission";
  readonly code: string;
  /** The machine as it is to be stored; undefined leaves the store as it is. */
  readonly machine: Machine | undefined;
  readonly tally: Tally;
  readonly count: number;
  readonly recognition: Recognition;
  /** When the granted lease ends; undefined when none is granted. */
  readonly leaseExpires: number | undefined;
  readonly sequence: number;
  readonly rearm: boolean;
  readonly events: readonly EventDraft[];
}

/** A request that is refused: it is logged and changes nothing. */
export interface Refusal {
  readonly kind: "refusal";
  readonly problem: ProblemName;
  readonly detail: string;
  readonly events: readonly EventDraft[];
}

export type Decision = Admission | Refusal;

/** Decides one request: refuse it, or count it and grant a lease when the count suffices. */
export function decide(arrival: Arrival, known: Known, rules: Rules, now: number): Decision {
  const { request } = arrival;
  const clientTime = Date.parse(request.time);
  const product = rules.products.get(request.product);
  const refusal = refuse(request, clientTime, product, rules, now);
  if (refusal) return refused(request, ...refusal);
  if (product === undefined || rules.license === undefined)
    throw new Error("refuse() lets no such request pass");

  // The policy binds the host, whatever a client claims; a client may ask for more than the policy.
  const required = Math.max(product.policy.required, request.required);
  const tally = countIn(known, required);
  const count = currentCount(tally);
  const { received } = arrival;
  const sent = received === undefined ? now : sentAt(received, clientTime);
  const recognition = recognise(arrival.ticket, request.machine, known.machine, sent);
  const rearm =
    recognition === "duplicate" && rules.duplicates === "rearm" && !isSameHardware(request, known.machine);
  if (rearm || known.rearm) return sentAway(arrival, known, recognition, count, required);

  const isEnough = count >= required;
  if (isEnough && !hasSeat(known, rules.license, now)) {
    return refused(
      request,
      "SEATS_EXHAUSTED",
      `All ${rules.license.seats} seats of the host licence are taken.`,
    );
  }
  const leaseExpires = isEnough ? now + product.policy.lease * MINUTE : undefined;
  const code = isEnough ? SUCCESS : PROBLEMS.COUNT_INSUFFICIENT.code;
  const machine = remember(arrival, known.machine, recognition, leaseExpires, code, now);
  const events = [
    processed(request, code, required),
    ...duplicateEvent(request, known.machine, recognition),
    ...(isEnough ? seatsEvent(known, rules.license, now) : []),
  ];
  return {
    kind: "admission",
    code,
    machine,
    tally,
    count,
    recognition,
    leaseExpires,
    sequence: machine.ticket,
    rearm,
    events,
  };
}

/**
 * When a request was sent, at the latest: a host that was stopped takes late what has waited in the network. A machine
 * tells whole seconds.
 */
function sentAt(received: number, clientTime: number): number {
  return Math.min(received, clientTime + 999);
}

function refuse(
  request: ActivationRequest,
  clientTime: number,
  product: Product | undefined,
  rules: Rules,
  now: number,
): [problem: ProblemName, detail: string] | undefined {
  if (rules.license === undefined) {
    return [
      "HOST_NOT_ACTIVATED",
      "This host has no valid host licence; activate it with muster host activate.",
    ];
  }
  if (product?.channel === "RETAIL") {
    return [
      "HOST_CANNOT_BE_USED",
      `${product.name} is of the RETAIL channel, which no host activates; give the machine a MAK for it, or a product of the volume channel.`,
    ];
  }
  if (product?.application !== request.application || !rules.license.products.includes(product.id)) {
    return ["HOST_CANNOT_BE_USED", `The licence of this host does not cover the product ${request.product}.`];
  }
  const difference = Math.abs(clientTime - now);
  if (difference > product.policy.clockTolerance * MINUTE) {
    const minutes = Math.round(difference / MINUTE);
    return [
      "CLOCK_SKEW",
      `The clocks of client and host differ by ${minutes} minutes; set the wrong one right.`,
    ];
  }
  return undefined;
}

/** The request counts before it is answered, so that the 25th machine activates at once. */
function countIn({ machine, tally }: Known, required: number): Tally {
  const isCounted = machine !== undefined && counts(machine.lastSeen, tally.countedAfter);
  return {
    unique: tally.unique + (isCounted ? 0 : 1),
    largestRequired: Math.max(tally.largestRequired, required),
    countedAfter: tally.countedAfter,
  };
}

function hasSeat(known: Known, license: HostLicense, now: number): boolean {
  if (license.seats === undefined || license.overage === "allow") return true;
  return known.leased < license.seats || holdsLease(known, now);
}

/** Event 12404 for the first lease above the seats; seats-watch.ts tells of it once a day from then on. */
function seatsEvent(known: Known, { seats }: HostLicense, now: number): EventDraft[] {
  if (seats === undefined || known.leased !== seats || holdsLease(known, now)) return [];
  return [{ id: 12404, cmid: undefined, info: eventInfo(12404, { leased: seats + 1, seats }) }];
}

function holdsLease({ machine }: Known, now: number): boolean {
  return machine !== undefined && counts(machine.leaseExpires, now);
}

function remember(
  { request, address, ticket: shown }: Arrival,
  before: Machine | undefined,
  recognition: Recognition,
  leaseExpires: number | undefined,
  code: string,
  now: number,
): Machine {
  const { application, cmid, product, status } = request;
  const { name, fingerprint, virtual } = request.machine;
  // After a lost answer the machine still holds the previous ticket, however often answers are lost.
  const previousTicket = recognition === "lost-answer" ? before?.previousTicket : (shown ?? before?.ticket);
  const isRepeated = before !== undefined && recognition === "repeated";
  const tickets = isRepeated
    ? { ticket: before.ticket, previousTicket: before.previousTicket }
    : {
        ticket: Math.max(before?.ticket ?? 0, shown ?? 0) + 1,
        previousTicket: previousTicket ?? 0,
      };
  const expires = leaseExpires ?? before?.leaseExpires ?? 0;
  return {
    application,
    cmid,
    product,
    name,
    fingerprint,
    virtual,
    address,
    status,
    firstSeen: before?.firstSeen ?? now,
    lastSeen: isRepeated ? Math.max(now, before.lastSeen) : now,
    // The machine holds the lease that it was given in between.
    leaseExpires: isRepeated ? Math.max(expires, before.leaseExpires) : expires,
    ...tickets,
    requests: (before?.requests ?? 0) + 1,
    code,
  };
}

/** The machine is told to take another CMID; the record of the one it shows stays as it is. */
function sentAway(
  { request }: Arrival,
  known: Known,
  recognition: Recognition,
  count: number,
  required: number,
): Admission {
  const code = PROBLEMS.COUNT_INSUFFICIENT.code;
  const events = [processed(request, code, required), ...duplicateEvent(request, known.machine, recognition)];
  const { tally } = known;
  const sequence = known.machine?.ticket ?? 0;
  return {
    kind: "admission",
    code,
    machine: undefined,
    tally,
    count,
    recognition,
    leaseExpires: undefined,
    sequence,
    rearm: true,
    events,
  };
}

function refused(request: ActivationRequest, name: ProblemName, detail: string): Refusal {
  return {
    kind: "refusal",
    problem: name,
    detail,
    events: [processed(request, PROBLEMS[name].code, request.required)],
  };
}

function processed(request: ActivationRequest, code: string, required: number): EventDraft {
  const { cmid, machine, status, minutesLeft, product } = request;
  const { name, virtual } = machine;
  const clientTime = new Date(request.time);
  const info = eventInfo(12290, {
    code,
    required,
    name,
    cmid,
    clientTime,
    virtual,
    status,
    minutesLeft,
    product,
  });
  return { id: 12290, cmid, info };
}

function duplicateEvent(
  { cmid, machine }: ActivationRequest,
  before: Machine | undefined,
  recognition: Recognition,
): EventDraft[] {
  if (recognition !== "duplicate" || before === undefined) return [];
  const names = `${before.name}; ${machine.name}`;
  const fingerprints = `${before.fingerprint}; ${machine.fingerprint}`;
  return [{ id: 12400, cmid, info: eventInfo(12400, { cmid, names, fingerprints }) }];
}

function isSameHardware(request: ActivationRequest, machine: Machine | undefined): boolean {
  return request.machine.fingerprint === machine?.fingerprint;
}
