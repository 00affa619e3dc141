import { createHmac, timingSafeEqual } from "node:crypto";
import {
  CLASS,
  type DnsMessage,
  decodeMessage,
  encodeRecord,
  HEADER_LENGTH,
  type ReceivedMessage,
  TYPE,
  uint16,
  uint32,
} from "./message.ts";
import { decodeName, encodeName, sameName } from "./name.ts";

/** The algorithms a key may name, and node's names of their hashes (RFC 8945, section 6). */
export const TSIG_ALGORITHMS = {
  "hmac-sha1": "sha1",
  "hmac-sha224": "sha224",
  "hmac-sha256": "sha256",
  "hmac-sha384": "sha384",
  "hmac-sha512": "sha512",
} as const;

export type TsigAlgorithm = keyof typeof TSIG_ALGORITHMS;

/** A secret that a DNS server and this host share. */
export interface TsigKey {
  readonly name: string;
  readonly algorithm: TsigAlgorithm;
  readonly secret: Uint8Array;
}

/** What a signature's error field says (RFC 8945, section 3). */
export const TSIG_ERROR = { NONE: 0, BADSIG: 16, BADKEY: 17, BADTIME: 18, BADTRUNC: 22 } as const;

/** Seconds that the clocks of the two sides may differ (RFC 8945, section 10). */
export const FUDGE = 300;

/** A signature as it is in a message. */
export interface Tsig {
  readonly keyName: string;
  readonly algorithm: string;
  /** Seconds since the epoch. */
  readonly time: number;
  readonly fudge: number;
  readonly mac: Uint8Array;
  readonly originalId: number;
  readonly error: number;
  readonly other: Uint8Array;
}

/** A message taken apart: `body` is what the signature, if there is one, was made over. */
export interface OpenedMessage {
  readonly message: DnsMessage;
  readonly body: Uint8Array;
  readonly tsig: Tsig | undefined;
}

/** What a signature covers besides the message. */
export interface SigningTerms {
  /** Seconds since the epoch. */
  readonly time: number;
  /** The MAC of the request, when an answer is signed. */
  readonly requestMac?: Uint8Array;
  readonly error?: number;
  readonly other?: Uint8Array;
}

/** The time of a clock in milliseconds as signatures carry it, in seconds. */
export function signingTime(now: number): number {
  return Math.floor(now / 1000);
}

/** A message with its signature appended, and the signature's MAC, which that of the answer will cover. */
export function signMessage(
  body: Uint8Array,
  key: TsigKey,
  terms: SigningTerms,
): { bytes: Uint8Array; mac: Uint8Array } {
  const { time, requestMac, error = TSIG_ERROR.NONE, other = new Uint8Array() } = terms;
  const variables = { keyName: key.name, algorithm: key.algorithm, time, fudge: FUDGE, error, other };
  const mac = makeMac(key, body, variables, requestMac);
  return { bytes: appendTsig(body, { ...variables, mac, originalId: idOf(body) }), mac };
}

/** A message with an empty signature: how a server says that it could not check the one it was sent (section 5.2). */
export function refuseSignature(body: Uint8Array, asked: Tsig, error: number): Uint8Array {
  const { keyName, algorithm, time, fudge } = asked;
  const [mac, other] = [new Uint8Array(), new Uint8Array()];
  return appendTsig(body, { keyName, algorithm, time, fudge, mac, originalId: idOf(body), error, other });
}

/**
 * Takes a message apart. Undefined when the bytes are no message, or have a signature that is not one or is not the
 * last record (RFC 8945, section 5.1).
 */
export function openMessage(bytes: Uint8Array): OpenedMessage | undefined {
  const received = decodeMessage(bytes);
  if (received === undefined) return undefined;
  const { lastRecordAt, ...message } = received;
  const records = [...message.answers, ...message.authorities, ...message.additionals];
  const signatures = records.filter(({ type }) => type === TYPE.TSIG);
  const last = message.additionals.at(-1);
  if (signatures.length === 0) return { message, body: bytes, tsig: undefined };
  if (signatures.length > 1 || last === undefined || last !== signatures[0]) return undefined;
  const tsig = readTsig(last);
  if (tsig === undefined) return undefined;
  const body = withoutTsig(bytes, received, tsig);
  return { message: { ...message, additionals: message.additionals.slice(0, -1) }, body, tsig };
}

/**
 * Judges a signature: the error to answer with, 0 when it holds. The order is that of RFC 8945, section 5.2: the
 * clock is looked at only when the MAC holds. Shortened MACs are not taken.
 */
export function checkSignature(
  body: Uint8Array,
  tsig: Tsig,
  key: TsigKey,
  terms: { time: number; requestMac?: Uint8Array },
): number {
  if (!sameName(tsig.keyName, key.name) || !sameName(tsig.algorithm, key.algorithm)) return TSIG_ERROR.BADKEY;
  const mac = makeMac(key, body, tsig, terms.requestMac);
  if (tsig.mac.length !== mac.length)
    return tsig.mac.length < mac.length ? TSIG_ERROR.BADTRUNC : TSIG_ERROR.BADSIG;
  if (!timingSafeEqual(tsig.mac, mac)) return TSIG_ERROR.BADSIG;
  return Math.abs(terms.time - tsig.time) > tsig.fudge ? TSIG_ERROR.BADTIME : TSIG_ERROR.NONE;
}

/** A time in the six bytes of signatures and of the answer to one made at the wrong time. */
export function encodeTime(time: number): Uint8Array {
  return Buffer.concat([uint16(Math.floor(time / 2 ** 32)), uint32(time % 2 ** 32)]);
}

/** The server's time in the other data of a BADTIME answer, in seconds, or undefined when it is not there. */
export function decodeTime(other: Uint8Array): number | undefined {
  return other.length === 6 ? Buffer.from(other).readUIntBE(0, 6) : undefined;
}

type Variables = Pick<Tsig, "keyName" | "algorithm" | "time" | "fudge" | "error" | "other">;

function makeMac(key: TsigKey, body: Uint8Array, variables: Variables, requestMac?: Uint8Array): Buffer {
  const { keyName, algorithm, time, fudge, error, other } = variables;
  const hmac = createHmac(TSIG_ALGORITHMS[key.algorithm], key.secret);
  if (requestMac !== undefined) hmac.update(uint16(requestMac.length)).update(requestMac);
  hmac.update(body);
  // Names are covered in lower case, whatever case they were sent in (RFC 8945, section 4.3.3).
  hmac.update(encodeName(keyName.toLowerCase())).update(uint16(CLASS.ANY)).update(uint32(0));
  hmac.update(encodeName(algorithm.toLowerCase())).update(encodeTime(time)).update(uint16(fudge));
  return hmac.update(uint16(error)).update(uint16(other.length)).update(other).digest();
}

function appendTsig(body: Uint8Array, tsig: Tsig): Uint8Array {
  const { keyName, algorithm, time, fudge, mac, originalId, error, other } = tsig;
  const data = Buffer.concat([
    ...[encodeName(algorithm), encodeTime(time), uint16(fudge), uint16(mac.length), mac],
    ...[uint16(originalId), uint16(error), uint16(other.length), other],
  ]);
  const record = encodeRecord({ name: keyName, type: TYPE.TSIG, class: CLASS.ANY, ttl: 0, data });
  const signed = Buffer.concat([body, record]);
  signed.writeUInt16BE(signed.readUInt16BE(10) + 1, 10);
  return signed;
}

function withoutTsig(bytes: Uint8Array, { lastRecordAt }: ReceivedMessage, { originalId }: Tsig): Uint8Array {
  const body = Buffer.from(bytes.subarray(0, Math.max(lastRecordAt, HEADER_LENGTH)));
  body.writeUInt16BE(originalId, 0);
  body.writeUInt16BE(body.readUInt16BE(10) - 1, 10);
  return body;
}

function readTsig({
  name,
  class: kind,
  ttl,
  data: bytes,
}: DnsMessage["additionals"][number]): Tsig | undefined {
  if (kind !== CLASS.ANY || ttl !== 0) return undefined;
  try {
    const data = Buffer.from(bytes);
    const { name: algorithm, next } = decodeName(data, 0);
    const macEnd = next + 10 + data.readUInt16BE(next + 8);
    const end = macEnd + 6 + data.readUInt16BE(macEnd + 4);
    if (end !== data.length) return undefined;
    return {
      keyName: name,
      algorithm,
      time: data.readUIntBE(next, 6),
      fudge: data.readUInt16BE(next + 6),
      mac: data.subarray(next + 10, macEnd),
      originalId: data.readUInt16BE(macEnd),
      error: data.readUInt16BE(macEnd + 2),
      other: data.subarray(macEnd + 6, end),
    };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function idOf(body: Uint8Array): number {
  return Buffer.from(body).readUInt16BE(0);
}
