import { timingSafeEqual } from "node:crypto";
import { MINUTE } from "../protocol/time.ts";
import type { Machine } from "./machine.ts";

/**
 * Tickets are a sequence number and a MAC over it and the CMID, in hex. The MAC lets a host tell an old ticket of its
 * own (two machines share an identity) from one of another host or an invented one (which says nothing), without
 * keeping the tickets themselves.
 */
export interface TicketOffice {
  issue(cmid: string, sequence: number): string;
  /** The sequence of a ticket; 0 for none; undefined when this store did not issue it for this CMID. */
  read(cmid: string, ticket: string | undefined): number | undefined;
}

/** Digits of the sequence: 48 bits. */
const SEQUENCE = 12;
/** Digits of the MAC: 80 bits. */
const MAC = 20;

/** Opens the ticket office of a store; hosts that share a store share its 32-byte secret. */
export function openTicketOffice(secret: Uint8Array): TicketOffice {
  // Keyed once and copied for each ticket: the key schedule is half the cost of a short MAC.
  const keyed = new Bun.CryptoHasher("sha256", secret);
  const seal = (cmid: string, digits: string): string =>
    digits + keyed.copy().update(cmid).update(digits).digest("hex").slice(0, MAC);
  return {
    issue: (cmid, sequence) => seal(cmid, sequence.toString(16).padStart(SEQUENCE, "0")),
    read(cmid, ticket) {
      if (ticket === undefined) return 0;
      if (ticket.length !== SEQUENCE + MAC) return undefined;
      const digits = ticket.slice(0, SEQUENCE);
      const isOurs = timingSafeEqual(Buffer.from(seal(cmid, digits)), Buffer.from(ticket.toLowerCase()));
      return isOurs ? Number.parseInt(digits, 16) : undefined;
    },
  };
}

/** What a request's ticket says of the machine that shows it. */
export type Recognition = "new" | "known" | "lost-answer" | "repeated" | "duplicate";

/**
 * How far apart requests of one machine are that ask for the same, milliseconds: no host waits so long for its database,
 * clocks of hosts differ by less, and a machine waits longer until it asks again by itself. What seems to be further back
 * is so because a clock was set back.
 */
const REPEATING = MINUTE;

/**
 * Compares a request's ticket with the two the host expects. The previous ticket again, from the same machine, means
 * that our last answer was lost; from another machine, or an older ticket, means that two machines share an identity
 * (a cloned image or a restored snapshot). A ticket that is newer than all comes from before the store was restored.
 *
 * A request that shows the previous ticket again at once was repeated, by the machine or on its way. One that was sent
 * before the machine was last answered was overtaken by its repetition: its host was stopped for a while, or kept from
 * its database, and the machine gave it up and asked another. Whichever answer is heard, it brings the same ticket.
 */
export function recognise(
  shown: number | undefined,
  bearer: { readonly name: string; readonly fingerprint: string },
  machine: Machine | undefined,
  sent: number,
): Recognition {
  if (machine === undefined) return "new";
  const isSame = bearer.fingerprint === machine.fingerprint && bearer.name === machine.name;
  const age = machine.lastSeen - sent;
  const isClose = Math.abs(age) <= REPEATING;
  if (isSame && isClose && age > 0) return "repeated";
  if (shown === undefined) return isSame ? "known" : "duplicate";
  if (shown >= machine.ticket) return "known";
  if (shown !== machine.previousTicket || !isSame) return "duplicate";
  return isClose ? "repeated" : "lost-answer";
}
