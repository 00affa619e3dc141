import { problem } from "../../protocol/problems.ts";

/** One file of an archive, as it is read. */
export interface TarEntry {
  readonly name: string;
  readonly size: number;
  /** Its bytes; they must be read to the end before the next entry is asked for. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** One file of an archive, as it is written: `content` must have exactly `size` bytes. */
export type TarSource = Omit<TarEntry, "content"> & {
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
};

const BLOCK = 512;
/** The largest size that the eleven octal digits of a header can tell. */
const MOST_BYTES = 8 ** 11 - 1;
/** What may follow the last file: archives are padded to the block size of a tape. */
const MOST_PADDING = 1024 * 1024;
const REGULAR = "0";
const MAGIC = "ustar\u000000";

/** The bytes of a tar archive (POSIX.1-1988 ustar) of plain files of mode 0600, all written at one time (seconds). */
export async function* writeTar(
  sources: Iterable<TarSource> | AsyncIterable<TarSource>,
  time: number,
): AsyncGenerator<Uint8Array> {
  for await (const { name, size, content } of sources) {
    yield header(name, size, time);
    yield* content;
    yield Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** The files of a tar archive, one after the other. Throws BAD_INPUT for whatever is not one of plain files. */
export async function* readTar(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const reader = new Reader(bytes);
  for (;;) {
    const block = await reader.take(BLOCK);
    if (block.every((byte) => byte === 0)) return await reader.drain(MOST_PADDING);
    const entry = readHeader(block);
    const content = reader.stream(entry.size);
    yield { ...entry, content };
    for await (const _ of content) throw damaged("a file in it was not read to its end");
    await reader.take((BLOCK - (entry.size % BLOCK)) % BLOCK);
  }
}

function header(name: string, size: number, time: number): Buffer {
  if (Buffer.byteLength(name) > 100 || size > MOST_BYTES) {
    throw problem(
      "BAD_INPUT",
      `${name} is too large for a backup; a tar archive holds files of up to 8 GiB.`,
    );
  }
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, digits: number) =>
    block.write(value.toString(8).padStart(digits, "0"), at, "latin1");
  block.write(name, 0, "utf8");
  octal(0o600, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(time, 136, 11);
  block.write(REGULAR, 156, "latin1");
  block.write(MAGIC, 257, "latin1");
  octal(checksum(block), 148, 6);
  block.write("\u0000 ", 154, "latin1");
  return block;
}

function readHeader(block: Buffer): Omit<TarEntry, "content"> {
  const octal = (at: number, length: number) => {
    const digits = block.toString("latin1", at, at + length).replace(/[\0 ]+$/, "");
    return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
  };
  const size = octal(124, 12);
  const isPlain = block.toString("latin1", 156, 157) === REGULAR && octal(148, 8) === checksum(block);
  if (!isPlain || Number.isNaN(size)) throw damaged("a header in it does not hold");
  return { name: block.toString("utf8", 0, 100).replace(/\0.*$/s, ""), size };
}

/** The sum of a header's bytes, those of the sum itself taken for blanks. */
function checksum(block: Buffer): number {
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);
}

/** Cuts a stream of bytes to measure. */
class Reader {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.chunks = bytes[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.stream(length)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async *stream(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0; ) {
      if (this.rest.length === 0) await this.fill();
      const piece = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async drain(most: number): Promise<void> {
    let drained = this.rest.length;
    for (let next = await this.chunks.next(); !next.done; next = await this.chunks.next()) {
      drained += next.value.length;
      if (drained > most) throw damaged("something follows its end");
    }
  }

  private async fill(): Promise<void> {
    const { value, done } = await this.chunks.next();
    if (done) throw damaged("it ends too early");
    this.rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
}

function damaged(reason: string) {
  return problem("BAD_INPUT", `The archive is damaged: ${reason}.`);
}
