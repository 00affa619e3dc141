import { crc32, deflateRawSync } from "node:zlib";

/** One member of a ZIP that a test makes, with whatever is to be odd about it. */
export interface Member {
  readonly name: string | Uint8Array;
  readonly bytes?: Uint8Array;
  /** 0 stored, 8 deflated (the default); others keep the bytes as they are. */
  readonly method?: number;
  /** 1 encrypted, 8 sizes behind the bytes, 2048 name in UTF-8. */
  readonly flags?: number;
  readonly extra?: Uint8Array;
  /** Unix mode. */
  readonly mode?: number;
  /** Writes sizes and place as ZIP64 does. */
  readonly isLong?: boolean;
  /** What the directory says instead of the truth. */
  readonly stated?: {
    readonly size?: number;
    readonly packed?: number;
    readonly crc?: number;
    readonly at?: number;
  };
}

const LARGEST = 0xffff_ffff;

/** A ZIP archive, byte by byte as its members want it: what a library would refuse to write. */
export function zipBytes(members: readonly Member[], comment = ""): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const member of members) {
    const local = localPart(member);
    directory.push(centralHeader(member, local, member.stated?.at ?? at));
    parts.push(local.bytes);
    at += local.bytes.length;
  }
  const central = Buffer.concat(directory);
  const isLong = members.some((member) => member.isLong);
  return Buffer.concat([
    ...parts,
    central,
    ...(isLong ? [end64(members.length, central.length, at)] : []),
    end(members.length, central.length, isLong ? LARGEST : at, comment),
  ]);
}

interface Local {
  readonly bytes: Buffer;
  readonly packed: number;
  readonly size: number;
  readonly crc: number;
}

function localPart({
  name,
  bytes = new Uint8Array(),
  method = 8,
  flags = 0,
  extra = new Uint8Array(),
  isLong,
}: Member): Local {
  const nameBytes = Buffer.from(name as string);
  const packed = method === 8 ? deflateRawSync(bytes) : Buffer.from(bytes);
  const crc = crc32(bytes);
  const isOpen = (flags & 8) !== 0;
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(method, 8);
  if (!isOpen) header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(isOpen ? 0 : isLong ? LARGEST : packed.length, 18);
  header.writeUInt32LE(isOpen ? 0 : isLong ? LARGEST : bytes.length, 22);
  const fields = isLong ? Buffer.concat([longField(bytes.length, packed.length), extra]) : Buffer.from(extra);
  header.writeUInt16LE(nameBytes.length, 26);
  header.writeUInt16LE(fields.length, 28);
  const descriptor = Buffer.alloc(isOpen ? 16 : 0);
  if (isOpen) {
    descriptor.writeUInt32LE(0x08074b50, 0);
    descriptor.writeUInt32LE(crc, 4);
    descriptor.writeUInt32LE(packed.length, 8);
    descriptor.writeUInt32LE(bytes.length, 12);
  }
  const whole = Buffer.concat([header, nameBytes, fields, packed, descriptor]);
  return { bytes: whole, packed: packed.length, size: bytes.length, crc };
}

function centralHeader(member: Member, local: Local, at: number): Buffer {
  const { name, method = 8, flags = 0, extra = new Uint8Array(), mode = 0, isLong, stated = {} } = member;
  const { size = local.size, packed = local.packed, crc = local.crc } = stated;
  const nameBytes = Buffer.from(name as string);
  const fields = isLong ? Buffer.concat([longField(size, packed, at), extra]) : Buffer.from(extra);
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(mode === 0 ? 20 : (3 << 8) | 20, 4);
  header.writeUInt16LE(20, 6);
  header.writeUInt16LE(flags, 8);
  header.writeUInt16LE(method, 10);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(isLong ? LARGEST : packed, 20);
  header.writeUInt32LE(isLong ? LARGEST : size, 24);
  header.writeUInt16LE(nameBytes.length, 28);
  header.writeUInt16LE(fields.length, 30);
  header.writeUInt16LE(mode, 40);
  header.writeUInt32LE(isLong ? LARGEST : at, 42);
  return Buffer.concat([header, nameBytes, fields]);
}

function longField(...values: number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * values.length);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8 * values.length, 2);
  for (const [index, value] of values.entries()) field.writeBigUInt64LE(BigInt(value), 4 + 8 * index);
  return field;
}

function end64(count: number, size: number, at: number): Buffer {
  const record = Buffer.alloc(56 + 20);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(at), 48);
  record.writeUInt32LE(0x07064b50, 56);
  record.writeBigUInt64LE(BigInt(at + size), 64);
  record.writeUInt32LE(1, 72);
  return record;
}

function end(count: number, size: number, at: number, comment: string): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(Math.min(count, 0xffff), 8);
  record.writeUInt16LE(Math.min(count, 0xffff), 10);
  record.writeUInt32LE(size, 12);
  record.writeUInt32LE(at, 16);
  record.writeUInt16LE(comment.length, 20);
  return Buffer.concat([record, Buffer.from(comment, "latin1")]);
}
