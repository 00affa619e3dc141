import {
  type DnsMessage,
  encodeMessage,
  FLAG,
  HEADER_LENGTH,
  makeFlags,
  OPCODE,
  opcodeOf,
  RCODE,
} from "../host/dns/message.ts";
import {
  checkSignature,
  encodeTime,
  type OpenedMessage,
  openMessage,
  refuseSignature,
  signingTime,
  signMessage,
  TSIG_ERROR,
  type TsigKey,
} from "../host/dns/tsig.ts";
import { answerQuery } from "./zone-query.ts";
import type { ZoneData } from "./zone-records.ts";
import { updateZone } from "./zone-update.ts";

/** Who may change the zone. */
export interface ZoneAccess {
  /** The key that updates are signed with. */
  readonly tsigKey: TsigKey | undefined;
  /** False refuses all updates; true takes them from whoever has the key, from anybody when there is no key. */
  readonly allowUpdate: boolean;
}

/** The bytes to send back, none to what is no request, and the zone as it is afterwards. */
export interface ZoneReply {
  readonly bytes: Uint8Array | undefined;
  readonly zone: ZoneData;
}

/**
 * Answers one message as the zone's authoritative server: queries, and updates by those who may. `now` is in
 * milliseconds. Never throws, whatever the bytes are.
 */
export function answerMessage(
  zone: ZoneData,
  access: ZoneAccess,
  request: Uint8Array,
  now: number,
  transport: "udp" | "tcp",
): ZoneReply {
  const opened = openMessage(request);
  if (opened === undefined) return { bytes: refuseUnread(request), zone };
  const { message, body, tsig } = opened;
  if ((message.flags & FLAG.response) !== 0) return { bytes: undefined, zone };
  const admission = admit(opened, access.tsigKey, signingTime(now));
  if ("refusal" in admission) return { bytes: admission.refusal, zone };
  const respond = (rcode: number): Uint8Array => admission.sign(encodeResponse(message, rcode));

  switch (opcodeOf(message)) {
    case OPCODE.UPDATE: {
      const allowed = access.allowUpdate && (access.tsigKey === undefined || tsig !== undefined);
      const { rcode, zone: after } = updateZone(zone, message, allowed);
      return { bytes: respond(rcode), zone: after };
    }
    case OPCODE.QUERY: {
      const answer = answerQuery(zone, body);
      if (answer === undefined) return { bytes: respond(RCODE.FORMERR), zone };
      const bytes = admission.sign(answer.bytes);
      const fits = transport === "tcp" || bytes.length <= answer.limit;
      return { bytes: fits ? bytes : admission.sign(answer.truncated), zone };
    }
    default:
      return { bytes: respond(RCODE.NOTIMP), zone };
  }
}

type Admission = { readonly sign: (answer: Uint8Array) => Uint8Array } | { readonly refusal: Uint8Array };

/** Checks a request's signature, and says how to sign the answer or what to refuse it with (RFC 8945, section 5.2). */
function admit({ message, body, tsig }: OpenedMessage, key: TsigKey | undefined, time: number): Admission {
  if (tsig === undefined) return { sign: (answer) => answer };
  const denial = encodeResponse(message, RCODE.NOTAUTH);
  if (key === undefined) return { refusal: refuseSignature(denial, tsig, TSIG_ERROR.BADKEY) };
  const error = checkSignature(body, tsig, key, { time });
  switch (error) {
    case TSIG_ERROR.NONE:
      return { sign: (answer) => signMessage(answer, key, { time, requestMac: tsig.mac }).bytes };
    case TSIG_ERROR.BADTIME: {
      // Signed with the asker's own time, or the asker could not believe that the clocks differ.
      const terms = { time: tsig.time, requestMac: tsig.mac, error, other: encodeTime(time) };
      return { refusal: signMessage(denial, key, terms).bytes };
    }
    default:
      return { refusal: refuseSignature(denial, tsig, error) };
  }
}

/** An answer that carries a response code and nothing else. */
function encodeResponse(message: DnsMessage, rcode: number): Uint8Array {
  const { id, flags, questions } = message;
  const none = { answers: [], authorities: [], additionals: [] };
  return encodeMessage({
    id,
    flags: makeFlags(opcodeOf({ flags }), rcode, FLAG.response),
    questions,
    ...none,
  });
}

/** The answer to bytes that are no message: FORMERR, when they can at least be told to be a request. */
function refuseUnread(request: Uint8Array): Uint8Array | undefined {
  if (request.length < HEADER_LENGTH) return undefined;
  const header = Buffer.from(request);
  const [id, flags] = [header.readUInt16BE(0), header.readUInt16BE(2)];
  if ((flags & FLAG.response) !== 0) return undefined;
  const none = { questions: [], answers: [], authorities: [], additionals: [] };
  return encodeResponse({ id, flags, ...none }, RCODE.FORMERR);
}
