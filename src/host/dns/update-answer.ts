import { type Problem, type ProblemName, problem } from "../../protocol/problems.ts";
import { RCODE, rcodeOf } from "./message.ts";
import { checkSignature, decodeTime, openMessage, TSIG_ERROR, type TsigKey } from "./tsig.ts";

/** What a server said of an update. */
export interface UpdateAnswer {
  readonly rcode: number;
  /** The error of its signature, 0 when there is none (RFC 8945, section 3). */
  readonly tsigError: number;
  /** The server's time in seconds, when it finds that the clocks differ too much. */
  readonly serverTime: number | undefined;
}

/** The key and the MAC an update was signed with. */
export interface Signed {
  readonly key: TsigKey;
  readonly mac: Uint8Array;
}

/**
 * Reads an answer, undefined when it is not to be believed. To a signed update, success must be signed; a failure
 * may come unsigned, because a server that cannot check a signature cannot make one either (RFC 8945, section 5.3).
 */
export function readUpdateAnswer(
  bytes: Uint8Array,
  signed: Signed | undefined,
  time: number,
): UpdateAnswer | undefined {
  const opened = openMessage(bytes);
  if (opened === undefined) return undefined;
  const { message, body, tsig } = opened;
  const rcode = rcodeOf(message);
  const tsigError = tsig?.error ?? TSIG_ERROR.NONE;
  const plain: UpdateAnswer = { rcode, tsigError, serverTime: undefined };
  if (signed === undefined) return plain;
  if (tsig === undefined || tsig.mac.length === 0) return rcode === RCODE.NOERROR ? undefined : plain;
  const verdict = checkSignature(body, tsig, signed.key, { time, requestMac: signed.mac });
  return verdict === TSIG_ERROR.NONE ? { ...plain, serverTime: decodeTime(tsig.other) } : undefined;
}

/** Whom an update was sent to and how it was signed, for the sentences that tell of its failure. */
export interface UpdateContext {
  readonly server: string;
  readonly zone: string;
  readonly domain: string;
  readonly key: TsigKey | undefined;
  /** This host's time in seconds. */
  readonly time: number;
}

/** The problem an answer tells of, or undefined when the update was done. */
export function updateProblem(answer: UpdateAnswer, context: UpdateContext): Problem | undefined {
  if (answer.rcode === RCODE.NOERROR && answer.tsigError === TSIG_ERROR.NONE) return undefined;
  const name = problemName(answer);
  return problem(name, describe(name, answer, context));
}

function problemName({ rcode, tsigError }: UpdateAnswer): ProblemName {
  return TSIG_PROBLEMS[tsigError] ?? RCODE_PROBLEMS[rcode] ?? "DNS_SERVER_FAILURE";
}

const TSIG_PROBLEMS: Record<number, ProblemName> = {
  [TSIG_ERROR.BADSIG]: "DNS_BAD_SIGNATURE",
  [TSIG_ERROR.BADTRUNC]: "DNS_BAD_SIGNATURE",
  [TSIG_ERROR.BADKEY]: "DNS_BAD_KEY",
  [TSIG_ERROR.BADTIME]: "DNS_BAD_TIME",
};

const RCODE_PROBLEMS: Record<number, ProblemName> = {
  [RCODE.FORMERR]: "DNS_FORMAT_ERROR",
  [RCODE.NOTIMP]: "DNS_NOT_IMPLEMENTED",
  [RCODE.REFUSED]: "DNS_REFUSED",
  [RCODE.NOTAUTH]: "DNS_NOT_AUTHORITATIVE",
  [RCODE.NOTZONE]: "DNS_NOT_ZONE",
};

function describe(name: ProblemName, answer: UpdateAnswer, context: UpdateContext): string {
  const { server, zone, domain, key, time } = context;
  const at = `The DNS server ${server}`;
  const keyed = key === undefined ? "without a key" : `with the key ${key.name} (${key.algorithm})`;
  const undone = `so ${domain} was not updated`;
  switch (name) {
    case "DNS_BAD_SIGNATURE":
      return `${at} does not accept what was signed ${keyed}, ${undone}: it has another secret; copy its key file to this host again.`;
    case "DNS_BAD_KEY":
      return `${at} does not know what was signed ${keyed}, ${undone}; use a key of its own, or add this one to its configuration.`;
    case "DNS_BAD_TIME":
      return `${at} refuses the update of ${domain} ${keyed} because ${clocks(answer, time)}; set both by a time service.`;
    case "DNS_REFUSED":
      return key === undefined
        ? `${at} refuses updates of ${zone} ${keyed}, ${undone}; give the key it asks for, or let it take updates from this host's address.`
        : `${at} refuses updates of ${zone} ${keyed}, ${undone}; let this key change the SRV records of ${domain} there.`;
    case "DNS_NOT_AUTHORITATIVE":
      return `${at} does not have the zone ${zone} (asked ${keyed}), ${undone}; name the primary server of the zone that holds it.`;
    case "DNS_NOT_ZONE":
      return `${at} says that ${domain} is not in the zone ${zone} (asked ${keyed}); name the primary server of the domain's own zone.`;
    case "DNS_NOT_IMPLEMENTED":
      return `${at} takes no updates of ${zone} (asked ${keyed}), ${undone}; create its SRV record there by hand, or name another server.`;
    case "DNS_FORMAT_ERROR":
      return `${at} could not read the update of ${domain} ${keyed}; check that it is a DNS server that takes dynamic updates.`;
    default:
      return `${at} failed at the update of ${domain} ${keyed} with response code ${answer.rcode}; its log says why, often that it cannot write its zone file.`;
  }
}

function clocks({ serverTime }: UpdateAnswer, time: number): string {
  if (serverTime === undefined) return "its clock and this host's differ too much";
  const seconds = Math.abs(time - serverTime);
  return `this host's clock is ${seconds} seconds ${time > serverTime ? "ahead of" : "behind"} the server's`;
}
