import type { Arrival, Decision, Known } from "../src/host/decide.ts";
import { counts } from "../src/host/window.ts";
import { newId } from "../src/protocol/ids.ts";
import { DAY } from "../src/protocol/time.ts";
import { makeRequest } from "./requests.ts";

/** The application and the product that machines of tests ask for which are about the store and not about decisions. */
export const APPLICATION = newId();
const PRODUCT = newId();
/** Minutes that a machine counts. */
export const WINDOW = 30 * 24 * 60;

/** A request of a machine, as it comes to the store. */
export const arrivalOf = (cmid: string): Arrival => ({
  request: makeRequest({ application: APPLICATION, product: PRODUCT }, { cmid }),
  address: "10.0.0.7",
  ticket: 0,
});

/** Counts everybody, and leases for a day while fewer than so many hold a lease. */
export function admit(now: number, seats = Number.MAX_SAFE_INTEGER) {
  return ({ request, address }: Arrival, { machine, tally, leased }: Known): Decision => {
    const isCounted = machine !== undefined && counts(machine.lastSeen, tally.countedAfter);
    const unique = tally.unique + (isCounted ? 0 : 1);
    const leaseExpires = leased < seats ? now + DAY : (machine?.leaseExpires ?? 0);
    const ticket = (machine?.ticket ?? 0) + 1;
    const { application, cmid, product, status } = request;
    const seen = { firstSeen: machine?.firstSeen ?? now, lastSeen: now, leaseExpires };
    const rest = { ticket, previousTicket: ticket - 1, requests: (machine?.requests ?? 0) + 1, code: "" };
    return {
      kind: "admission",
      code: "",
      machine: { application, cmid, product, ...request.machine, address, status, ...seen, ...rest },
      tally: { ...tally, unique, largestRequired: 25 },
      count: unique,
      recognition: "known",
      leaseExpires,
      sequence: ticket,
      rearm: false,
      events: [{ id: 12290, cmid, info: "0x00000000" }],
    };
  };
}

/** What a request was told. */
export const countOf = (decision: Decision | undefined) =>
  decision?.kind === "admission" ? decision.count : 0;
