import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** Bytes that can be read from anywhere. */
export interface Bytes {
  readonly size: number;
  /** Those from `from` to before `to`, in pieces, each valid until the next is asked for. */
  pieces(from?: number, to?: number): AsyncIterable<Uint8Array>;
}

const PIECE = 1 << 20;

/** A file on disk; opened anew whenever it is read. */
export function fileBytes(path: string | Buffer, size: number): Bytes {
  return {
    size,
    async *pieces(from = 0, to = Number.POSITIVE_INFINITY) {
      // A FIFO that has taken the file's place since it was listed must not hold us up.
      const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      try {
        const buffer = new Uint8Array(Math.max(1, Math.min(PIECE, to - from)));
        for (let at = from; at < to; ) {
          const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, to - at), at);
          if (bytesRead === 0) return;
          yield buffer.subarray(0, bytesRead);
          at += bytesRead;
        }
      } finally {
        await file.close();
      }
    },
  };
}

/** Bytes in memory. */
export function memoryBytes(bytes: Uint8Array): Bytes {
  return {
    size: bytes.length,
    async *pieces(from = 0, to = bytes.length) {
      for (let at = from; at < Math.min(to, bytes.length); at += PIECE) {
        yield bytes.subarray(at, Math.min(to, at + PIECE));
      }
    },
  };
}

/** A part of other bytes. */
export function partOf(bytes: Bytes, start: number, size: number): Bytes {
  return {
    size,
    pieces: (from = 0, to = size) => bytes.pieces(start + from, start + Math.min(to, size)),
  };
}

/** At most `length` bytes from `at` on, as an array of their own. */
export async function readAt(bytes: Bytes, at: number, length: number): Promise<Uint8Array> {
  return takeFrom(bytes.pieces(at, Math.min(bytes.size, at + length)), length);
}

/** The first `most` bytes of what comes in pieces, as an array of their own. */
export async function takeFrom(pieces: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  const taken: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    const part = piece.slice(0, most - length);
    taken.push(part);
    length += part.length;
    if (length >= most) break;
  }
  const [only] = taken;
  return taken.length === 1 && only !== undefined ? only : joined(taken, length);
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
