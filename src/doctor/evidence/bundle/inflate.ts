import { crc32, type Gunzip, type InflateRaw } from "node:zlib";
import type { EvidenceSource } from "../source.ts";
import type { Budget } from "./limits.ts";

/** Something packed, and what it is said to be when it is unpacked. */
export interface Packed {
  readonly name: string;
  pieces(): AsyncIterable<Uint8Array>;
  /** Makes what unpacks it; absent when it is only stored. */
  readonly unpacker?: () => InflateRaw | Gunzip;
  /** Bytes unpacked; -1 when it is not stated. */
  readonly size: number;
  readonly crc?: number;
}

/**
 * A packed file as a source. It ends early, with a note, where the bytes are damaged or more come out than the limits
 * allow; it only throws for what cannot be read at all. Never more than some pieces of it are in memory.
 *
 * Own code over `node:zlib`, not fflate: with 64 MiB of a log fflate took nine times as long, and of a bomb it hands out
 * 17 MB at once, where a stream waits after 256 KiB.
 */
export function unpackedSource(packed: Packed, budget: Budget, notes: string[]): EvidenceSource {
  const { limits } = budget;
  let charged = 0;
  const note = (sentence: string) => {
    if (!notes.includes(sentence)) notes.push(sentence);
  };
  return {
    name: packed.name,
    size: packed.size,
    async *bytes() {
      const input = { bytes: 0 };
      let out = 0;
      let sum = 0;
      try {
        for await (const piece of unpack(packed, input)) {
          out += piece.length;
          if (out > charged && !budget.take(out - charged)) {
            note(`The archives unpack to more than ${inWords(limits.unpacked)}; the rest is not read.`);
            return;
          }
          charged = Math.max(charged, out);
          if (out > limits.ratioFrom && out > input.bytes * limits.ratio) {
            note(
              `It unpacks to more than ${limits.ratio} times its size, as bombs do; the rest is not read.`,
            );
            return;
          }
          if (packed.size !== -1 && out > packed.size) {
            note(
              `More than the ${packed.size} bytes that the archive states come out; the rest is not read.`,
            );
            yield piece.subarray(0, piece.length - (out - packed.size));
            return;
          }
          sum = crc32(piece, sum);
          yield piece;
        }
      } catch (error) {
        if (!isDamage(error)) throw error;
        note(`Its compressed bytes are damaged or cut off; ${out} bytes could be read.`);
        return;
      }
      if (out < packed.size) note(`It is cut off: ${out} of ${packed.size} bytes are there.`);
      else if (packed.crc !== undefined && packed.crc !== sum) note("Its checksum differs: it is damaged.");
    },
  };
}

async function* unpack(packed: Packed, input: { bytes: number }): AsyncGenerator<Uint8Array, void> {
  if (packed.unpacker === undefined) {
    for await (const piece of packed.pieces()) {
      input.bytes += piece.length;
      yield piece;
    }
    return;
  }
  const stream = packed.unpacker();
  const pieces = packed.pieces()[Symbol.asyncIterator]();
  const feeding = feed(stream, pieces, input);
  try {
    yield* stream as AsyncIterable<Uint8Array>;
    await feeding;
  } finally {
    stream.destroy();
    await pieces.return?.();
  }
}

/** Waits after each piece until it is used, since it may be overwritten then, and for the reader to keep up. */
async function feed(
  stream: InflateRaw | Gunzip,
  pieces: AsyncIterator<Uint8Array>,
  input: { bytes: number },
): Promise<void> {
  try {
    for (;;) {
      const next = await pieces.next();
      if (next.done === true || stream.destroyed) break;
      input.bytes += next.value.length;
      await new Promise<void>((used) => stream.write(next.value, () => used()));
    }
    stream.end();
  } catch (error) {
    stream.destroy(error as Error);
  }
}

function isDamage(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? "");
  return code.startsWith("Z_") || code.startsWith("ERR_");
}

function inWords(bytes: number): string {
  if (bytes >= 1 << 30) return `${bytes / (1 << 30)} GiB`;
  return bytes >= 1 << 20 ? `${bytes / (1 << 20)} MiB` : `${bytes} bytes`;
}
