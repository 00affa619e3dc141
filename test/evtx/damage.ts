import fc from "fast-check";

const header = 4096;
const chunkSize = 65536;

/** What was done to a log: the new bytes, and which chunks were touched. */
export interface DamagedLog {
  readonly what: string;
  readonly log: Buffer;
  /** Whether the chunk with this index is as it was, wherever it now lies. */
  readonly intact: (chunk: number) => boolean;
}

/** Any of the ways in which logs come damaged: in place, cut, or with bytes too many. */
export function damaged(log: Buffer): fc.Arbitrary<DamagedLog> {
  const chunks = (log.length - header) / chunkSize;
  const anywhere = fc.nat(log.length - 1);
  const chunk = fc.nat(chunks - 1);
  const start = chunk.map((index) => header + index * chunkSize);
  const inPlace = (what: string, at: number, length: number, change: (bytes: Buffer) => void): DamagedLog => {
    const copy = Buffer.from(log);
    change(copy.subarray(at, at + length));
    return { what: `${what} at ${at}, ${length} bytes`, log: copy, intact: apart(at, at + length) };
  };
  return fc.oneof(
    fc
      .tuple(anywhere, fc.nat(7))
      .map(([at, bit]) =>
        inPlace("bit flipped", at, 1, (bytes) => bytes.writeUInt8(bytes.readUInt8(0) ^ (1 << bit))),
      ),
    anywhere.map((at) => inPlace("zeros", at, 4096, (bytes) => bytes.fill(0))),
    anywhere.map((at) => inPlace("page of zeros", at - (at % 4096), 4096, (bytes) => bytes.fill(0))),
    fc
      .tuple(anywhere, fc.uint8Array({ minLength: 1, maxLength: 3000 }))
      .map(([at, noise]) =>
        inPlace("noise", at, noise.length, (bytes) => void bytes.set(noise.subarray(0, bytes.length))),
      ),
    start.map((at) => inPlace("chunk signature", at, 8, (bytes) => bytes.fill(0x58))),
    fc
      .tuple(start, fc.constantFrom(8, 16, 40, 44, 48, 52, 124), fc.nat(0xffffffff))
      .map(([at, field, number]) =>
        inPlace("chunk header field", at + field, 4, (bytes) => void bytes.writeUInt32LE(number)),
      ),
    fc
      .tuple(fc.constantFrom(0, 16, 24, 32, 36, 42, 120, 124), fc.nat(0xffff))
      .map(([field, number]) =>
        inPlace("file header field", field, 2, (bytes) => void bytes.writeUInt16LE(number)),
      ),
    fc.tuple(start, fc.nat(200), fc.nat(0xffff)).map(([at, index, size]) => {
      const record = recordAt(log, at, index);
      return inPlace("record size", record + 4, 4, (bytes) => void bytes.writeUInt32LE(size));
    }),
    anywhere.map((at) => ({
      what: `cut off at ${at}`,
      log: log.subarray(0, at),
      intact: apart(at, log.length),
    })),
    fc.tuple(anywhere, fc.integer({ min: 1, max: 100_000 })).map(([at, length]) => ({
      what: `${length} bytes cut out at ${at}`,
      log: Buffer.concat([log.subarray(0, at), log.subarray(at + length)]),
      intact: apart(at, at + length),
    })),
    fc.tuple(anywhere, fc.uint8Array({ minLength: 1, maxLength: 9000 })).map(([at, noise]) => ({
      what: `${noise.length} bytes put in at ${at}`,
      log: Buffer.concat([log.subarray(0, at), noise, log.subarray(at)]),
      intact: apart(at, at + 1),
    })),
  );
}

function apart(from: number, to: number): (chunk: number) => boolean {
  return (chunk) => {
    const start = header + chunk * chunkSize;
    return to <= start || from >= start + chunkSize;
  };
}

/** Where record number `index` of the chunk at `start` begins, or the last one before it that is a record. */
function recordAt(log: Buffer, start: number, index: number): number {
  let at = start + 512;
  for (let i = 0; i < index; i++) {
    const next = at + log.readUInt32LE(at + 4);
    if (next + 8 > log.length || log.readUInt32LE(next) !== 0x2a2a) break;
    at = next;
  }
  return at;
}
