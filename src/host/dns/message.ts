import { decodeName, encodeName } from "./name.ts";

/** Record types by number (IANA DNS parameters): those that publishing and the zone know. */
export const TYPE = {
  A: 1,
  NS: 2,
  SOA: 6,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  TSIG: 250,
  AXFR: 252,
  ANY: 255,
} as const;

/** Classes; NONE and ANY carry meaning in an update (RFC 2136, section 2.5). */
export const CLASS = { IN: 1, NONE: 254, ANY: 255 } as const;

/** Kinds of message. */
export const OPCODE = { QUERY: 0, UPDATE: 5 } as const;

/** Response codes (RFC 1035, RFC 2136). */
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  NOTAUTH: 9,
  NOTZONE: 10,
} as const;

/** Bits of the header's flags. */
export const FLAG = { response: 0x8000, authoritative: 0x0400, truncated: 0x0200 } as const;

/** What is asked, or in an update the zone to change. */
export interface DnsQuestion {
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

/** A resource record with its data as it is on the wire. */
export interface DnsRecord extends DnsQuestion {
  /** Seconds. */
  readonly ttl: number;
  readonly data: Uint8Array;
}

/** A message. In an update the sections mean zone, prerequisites, updates and additional data. */
export interface DnsMessage {
  readonly id: number;
  readonly flags: number;
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

/** A message that was received: where its last record begins is what a signature must know. */
export interface ReceivedMessage extends DnsMessage {
  readonly lastRecordAt: number;
}

export const HEADER_LENGTH = 12;

/** The kind of a message. */
export function opcodeOf({ flags }: { flags: number }): number {
  return (flags >> 11) & 15;
}

/** The response code of an answer. */
export function rcodeOf({ flags }: { flags: number }): number {
  return flags & 15;
}

/** The header's flags of a message of this kind. */
export function makeFlags(opcode: number, rcode = 0, bits = 0): number {
  return (opcode << 11) | rcode | bits;
}

/** A message on the wire, without compression (RFC 1035, section 4). */
export function encodeMessage(message: DnsMessage): Uint8Array {
  const { id, flags, questions, answers, authorities, additionals } = message;
  const counts = [questions, answers, authorities, additionals].map((section) => section.length);
  const header = [id, flags, ...counts].map(uint16);
  const records = [...answers, ...authorities, ...additionals].map(encodeRecord);
  return Buffer.concat([...header, ...questions.map(encodeQuestion), ...records]);
}

/** A record on the wire. */
export function encodeRecord(record: DnsRecord): Uint8Array {
  const { ttl, data } = record;
  return Buffer.concat([encodeQuestion(record), uint32(ttl), uint16(data.length), data]);
}

/** The message in these bytes, or undefined when they are not exactly one. */
export function decodeMessage(bytes: Uint8Array): ReceivedMessage | undefined {
  try {
    return readMessage(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    // Reading past the end and a malformed name are the two ways in which bytes are no message.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A number in two bytes, in network order. */
export function uint16(value: number): Uint8Array {
  return Buffer.of(value >> 8, value & 255);
}

/** A number in four bytes, in network order. */
export function uint32(value: number): Uint8Array {
  return Buffer.concat([uint16(value >>> 16), uint16(value & 0xffff)]);
}

function encodeQuestion({ name, type, class: kind }: DnsQuestion): Uint8Array {
  return Buffer.concat([encodeName(name), uint16(type), uint16(kind)]);
}

function readMessage(bytes: Buffer): ReceivedMessage | undefined {
  let at = HEADER_LENGTH;
  let lastRecordAt = HEADER_LENGTH;

  const question = (): DnsQuestion => {
    const { name, next } = decodeName(bytes, at);
    at = next + 4;
    return { name, type: bytes.readUInt16BE(next), class: bytes.readUInt16BE(next + 2) };
  };
  const record = (): DnsRecord => {
    lastRecordAt = at;
    const head = question();
    const ttl = bytes.readUInt32BE(at);
    const start = at + 6;
    at = start + bytes.readUInt16BE(at + 4);
    if (at > bytes.length) throw new RangeError("data");
    return { ...head, ttl, data: bytes.subarray(start, at) };
  };
  // A count is only a claim: reading stops at the end of the bytes, so that no claim allocates anything.
  const section = <T>(position: number, read: () => T): T[] => {
    const items: T[] = [];
    for (let left = bytes.readUInt16BE(position); left > 0; left--) items.push(read());
    return items;
  };

  const message = {
    id: bytes.readUInt16BE(0),
    flags: bytes.readUInt16BE(2),
    questions: section(4, question),
    answers: section(6, record),
    authorities: section(8, record),
    additionals: section(10, record),
  };
  return at === bytes.length ? { ...message, lastRecordAt } : undefined;
}
