import { randomBytes } from "node:crypto";
import { newId } from "../../src/protocol/ids.ts";
import type { ActivationAnswer, ActivationRequest } from "../../src/protocol/messages.ts";
import { formatTime } from "../../src/protocol/time.ts";
import { fingerprintOf } from "../requests.ts";

/** A machine that asks: what it is, and what it remembers of the last answer. */
export interface Asker {
  readonly cmid: string;
  readonly name: string;
  readonly fingerprint: string;
  ticket: string | undefined;
  /** How often it has asked, whatever came back. */
  asked: number;
  /** How many answers of 200 it has. */
  answers: number;
  /** The sequence of the newest ticket it was given. */
  sequence: number;
  /** When the last lease it was given ends, milliseconds since the epoch; 0 when it has none. */
  leaseExpires: number;
}

/** The product that machines ask for. */
export interface AskedProduct {
  readonly application: string;
  readonly product: string;
  readonly required: number;
}

/** A request on its way, with what was known when it was sent. */
export interface Question {
  readonly asker: Asker;
  readonly body: string;
  /** Its first request ever: only such a one can make the count grow. */
  readonly isFirst: boolean;
  /** How many machines had an answer when it was sent: so many must be in the count it is told. */
  readonly answeredBefore: number;
}

interface ToldCount {
  readonly cmid: string;
  readonly count: number;
  readonly isFirst: boolean;
  readonly atLeast: number;
  readonly atMost: number;
}

/**
 * What the machines know: every machine that ever asked, and every answer that arrived. It is the side of the promise
 * that a host has to keep, so nothing in it comes from a host's code.
 */
export class Ledger {
  readonly product: AskedProduct;
  readonly askers: Asker[] = [];
  readonly told: ToldCount[] = [];
  /** Problems by name, of refusals that arrived. */
  readonly refusals = new Map<string, number>();
  /** Machines with at least one answer of 200. */
  answered = 0;
  /** Answers of 200. */
  acknowledged = 0;
  /** The count that the last machine to ask was told, after all was over. */
  lastCount: number | undefined;

  constructor(product: AskedProduct) {
    this.product = product;
  }

  /** A machine that nobody knows yet. */
  newAsker(): Asker {
    const name = `pc-${this.askers.length}`;
    const asker = {
      cmid: newId(),
      name,
      fingerprint: fingerprintOf(name),
      ticket: undefined,
      asked: 0,
      answers: 0,
      sequence: 0,
      leaseExpires: 0,
    };
    this.askers.push(asker);
    return asker;
  }

  /** The next request of a machine, as a client of it sends it at this moment (milliseconds since the epoch). */
  ask(asker: Asker, now: number, required = this.product.required): Question {
    const { application, product } = this.product;
    const request: ActivationRequest = {
      version: 1,
      application,
      product,
      cmid: asker.cmid,
      machine: { name: asker.name, fingerprint: asker.fingerprint, virtual: false },
      status: asker.leaseExpires > 0 ? 1 : 2,
      minutesLeft: 43_200,
      required,
      time: formatTime(now),
      nonce: randomBytes(16).toString("base64url"),
      ...(asker.ticket === undefined ? {} : { ticket: asker.ticket }),
    };
    const isFirst = asker.asked++ === 0;
    return { asker, body: JSON.stringify(request), isFirst, answeredBefore: this.answered };
  }

  /** Takes down an answer of 200. */
  answer({ asker, isFirst, answeredBefore }: Question, answer: ActivationAnswer): void {
    const { cmid } = asker;
    const asked = { atLeast: answeredBefore, atMost: this.askers.length };
    this.told.push({ cmid, count: answer.count, isFirst, ...asked });
    this.acknowledged++;
    if (asker.answers++ === 0) this.answered++;
    asker.ticket = answer.ticket;
    asker.sequence = Number.parseInt(answer.ticket.slice(0, 12), 16);
    if (answer.lease !== undefined) asker.leaseExpires = endOf(answer.lease);
  }

  /** Takes down a refusal: the host has promised nothing. */
  refuse(name: string): void {
    this.refusals.set(name, (this.refusals.get(name) ?? 0) + 1);
  }
}

/** The end of a lease, read as any library for JWT reads it. */
function endOf(lease: string): number {
  const [, payload = ""] = lease.split(".");
  const { exp } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { exp: number };
  return exp * 1000;
}
