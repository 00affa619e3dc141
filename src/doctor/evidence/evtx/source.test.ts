import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { crc32, portableCrc32 } from "./crc32.ts";
import { fileBytes } from "./file.ts";
import { type EvtxSource, Feed } from "./source.ts";

async function drain(source: EvtxSource, size: number): Promise<Uint8Array> {
  const feed = new Feed(source);
  const target = new Uint8Array(size);
  const parts: Uint8Array[] = [];
  for (let length = size; length === size; ) {
    length = await feed.fill(target, 0);
    parts.push(target.slice(0, length));
  }
  return Buffer.concat(parts);
}

async function* piecesOf(pieces: readonly Uint8Array[]) {
  yield* pieces;
}

test("whatever pieces the bytes come in, the buffer is filled with all of them", async () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(pieces, fc.integer({ min: 1, max: 30 }), async (list, size) => {
      const whole = new Uint8Array(Buffer.concat(list));
      for (const source of [piecesOf(list), whole, new Blob([whole])]) {
        expect(Buffer.from(await drain(source, size))).toEqual(Buffer.from(whole));
      }
    }),
  );
});

test("a file larger than one piece arrives whole", async () => {
  const folder = await mkdtemp(join(tmpdir(), "muster-evtx-"));
  try {
    const path = join(folder, "large");
    const bytes = Uint8Array.from({ length: 2_500_001 }, (_, n) => Math.imul(n, 2654435761) >>> 24);
    await Bun.write(path, bytes);
    expect(zlibCrc32(await drain(fileBytes(path), 65536))).toBe(zlibCrc32(bytes));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a file that is not there is an error of the source", async () => {
  await expect(drain(fileBytes(join(tmpdir(), "muster-no-such-file")), 16)).rejects.toThrow("ENOENT");
});

test("a reader that stops early closes the source", async () => {
  let closed = false;
  async function* endless() {
    try {
      for (;;) yield new Uint8Array(10);
    } finally {
      closed = true;
    }
  }
  const feed = new Feed(endless());
  await feed.fill(new Uint8Array(15), 0);
  await feed.close();
  expect(closed).toBe(true);
});

test("both ways to a CRC-32 agree with zlib", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      expect(crc32(bytes)).toBe(zlibCrc32(bytes));
      expect(portableCrc32(bytes)).toBe(zlibCrc32(bytes));
    }),
  );
});
