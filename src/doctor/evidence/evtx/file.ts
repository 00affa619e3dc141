import { open } from "node:fs/promises";

const pieceSize = 1 << 20;

/**
 * The bytes of a file in pieces. Each piece is overwritten by the one after the next, so that a large file takes
 * little memory; the next is read while the last is in use.
 */
export async function* fileBytes(path: string): AsyncGenerator<Uint8Array, void> {
  const file = await open(path);
  let [current, other] = [new Uint8Array(pieceSize), new Uint8Array(pieceSize)];
  const read = (buffer: Uint8Array) => {
    const result = file.read(buffer, 0, pieceSize);
    // It may fail long before it is waited for; whoever waits gets the error.
    result.catch(() => undefined);
    return result;
  };
  let reading = read(current);
  try {
    for (;;) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) return;
      reading = read(other);
      yield current.subarray(0, bytesRead);
      [current, other] = [other, current];
    }
  } finally {
    await reading.catch(() => undefined);
    await file.close();
  }
}
