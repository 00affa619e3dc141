import { timingSafeEqual } from "node:crypto";
import type { Machine } from "./machine.ts";

/**
 * Tickets are a sequence number and a MAC over it and the CMID, 16 bytes in base64url. The MAC lets a host tell an
 * old ticket of its own (two machines share an identity) from one of another host or an invented one (which says
 * nothing), without keeping the tickets themselves.
 */
export interface TicketOffice {
  issue(cmid: string, sequence: number): string;
  /** The sequence of a ticket; 0 for none; undefined when this store did not issue it for this CMID. */
  read(cmid: string, ticket: string | undefined): number | undefined;
}

const MAC_BYTES = 10;
const SEQUENCE_BYTES = 6;

/** Opens the ticket office of a store; hosts that share a store share its 32-byte secret. */
export function openTicketOffice(secret: Uint8Array): TicketOffice {
  // Keyed once and copied for each ticket: the key schedule is half the cost of a short MAC.
  const keyed = new Bun.CryptoHasher("sha256", secret);
  const seal = (cmid: string, sequence: number): Buffer => {
    const bytes = Buffer.alloc(SEQUENCE_BYTES + MAC_BYTES);
    bytes.writeUIntBE(sequence, 0, SEQUENCE_BYTES);
    const mac = keyed.copy().update(cmid).update(bytes.subarray(0, SEQUENCE_BYTES)).digest();
    bytes.set(mac.subarray(0, MAC_BYTES), SEQUENCE_BYTES);
    return bytes;
  };
  return {
    issue: (cmid, sequence) => seal(cmid, sequence).toString("base64url"),
    read(cmid, ticket) {
      if (ticket === undefined) return 0;
      const bytes = Buffer.from(ticket, "base64url");
      if (bytes.length !== SEQUENCE_BYTES + MAC_BYTES) return undefined;
      const sequence = bytes.readUIntBE(0, SEQUENCE_BYTES);
      return timingSafeEqual(bytes, seal(cmid, sequence)) ? sequence : undefined;
    },
  };
}

/** What a request's ticket says of the machine that shows it. */
export type Recognition = "new" | "known" | "lost-answer" | "duplicate";

/**
 * Compares a request's ticket with the two the host expects. The previous ticket again, from the same machine, means
 * that our last answer was lost; from another machine, or an older ticket, means that two machines share an identity
 * (a cloned image or a restored snapshot). A ticket that is newer than all comes from before the store was restored.
 */
export function recognise(
  shown: number | undefined,
  bearer: { readonly name: string; readonly fingerprint: string },
  machine: Machine | undefined,
): Recognition {
  if (machine === undefined) return "new";
  const isSame = bearer.fingerprint === machine.fingerprint && bearer.name === machine.name;
  if (shown === undefined) return isSame ? "known" : "duplicate";
  if (shown >= machine.ticket) return "known";
  return shown === machine.previousTicket && isSame ? "lost-answer" : "duplicate";
}
