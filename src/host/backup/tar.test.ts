import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { makeFolder } from "../../../test/folders.ts";
import { problemOf } from "../../../test/problems.ts";
import { readTar, writeTar } from "./tar.ts";

interface File {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const files = fc.array(
  fc.record({
    name: fc.stringMatching(/^[a-zä.-]{1,40}$/).filter((name) => !name.startsWith(".")),
    bytes: fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 500, maxLength: 1100 })),
  }),
  { maxLength: 5 },
);

async function written(sources: readonly File[]): Promise<Buffer> {
  const entries = sources.map(({ name, bytes }) => ({ name, size: bytes.length, content: [bytes] }));
  return Buffer.concat(await Array.fromAsync(writeTar(entries, 1_700_000_000)));
}

/** The bytes in pieces of a size, as a stream may cut them. */
async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Uint8Array, size = 4096): Promise<File[]> {
  const found: File[] = [];
  for await (const { name, content } of readTar(cut(bytes, size))) {
    found.push({ name, bytes: new Uint8Array(Buffer.concat(await Array.fromAsync(content))) });
  }
  return found;
}

test("what is written is read again, however the bytes arrive", async () => {
  await fc.assert(
    fc.asyncProperty(files, fc.integer({ min: 1, max: 2000 }), async (sources, size) => {
      const plain = sources.map(({ name, bytes }) => ({ name, bytes: new Uint8Array(bytes) }));
      expect(await read(await written(sources), size)).toEqual(plain);
    }),
  );
});

test("the tar of this machine unpacks what is written, with mode 0600", async () => {
  const folder = makeFolder();
  const sources = [
    { name: "one.txt", bytes: Buffer.from("one\n") },
    { name: "two.bin", bytes: Buffer.alloc(1000, 7) },
    { name: "empty", bytes: Buffer.alloc(0) },
  ];
  writeFileSync(join(folder, "archive.tar"), await written(sources));
  const { exitCode, stdout } = Bun.spawnSync(["tar", "-xvvf", "archive.tar"], { cwd: folder });
  expect(exitCode).toBe(0);
  expect(stdout.toString().match(/^-rw-------/gm)).toHaveLength(3);
  for (const { name, bytes } of sources) expect(readFileSync(join(folder, name))).toEqual(Buffer.from(bytes));
});

test("what the tar of this machine packs is read", async () => {
  const folder = makeFolder();
  mkdirSync(join(folder, "in"));
  writeFileSync(join(folder, "in", "one.txt"), "one\n");
  Bun.spawnSync(["tar", "--format=ustar", "-cf", "archive.tar", "-C", "in", "one.txt"], { cwd: folder });
  const [file] = await read(readFileSync(join(folder, "archive.tar")));
  expect(file).toEqual({ name: "one.txt", bytes: new Uint8Array(Buffer.from("one\n")) });
});

describe("an archive that is damaged", () => {
  const sources = [{ name: "a", bytes: Buffer.from("content") }];

  test.each([0, 1, 511, 512, 513, 700, 1023, 1500])(
    "by its end after %d bytes is refused",
    async (length) => {
      const bytes = (await written(sources)).subarray(0, length);
      expect((await problemOf(read(bytes))).message).toBe("The archive is damaged: it ends too early.");
    },
  );

  test("in any byte of a header is refused", async () => {
    const bytes = await written(sources);
    for (let at = 0; at < 512; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0x5a;
      expect((await problemOf(read(damaged))).name).toBe("BAD_INPUT");
    }
  });

  test("by holding a link is refused: nothing in it may lead out of its folder", async () => {
    const folder = makeFolder();
    Bun.spawnSync(["ln", "-s", "/etc/passwd", "link"], { cwd: folder });
    Bun.spawnSync(["tar", "--format=ustar", "-cf", "archive.tar", "link"], { cwd: folder });
    const problem = await problemOf(read(readFileSync(join(folder, "archive.tar"))));
    expect(problem.message).toBe("The archive is damaged: a header in it does not hold.");
  });

  test("by megabytes after its end is refused", async () => {
    const bytes = Buffer.concat([await written(sources), Buffer.alloc(2_000_000)]);
    expect((await problemOf(read(bytes))).message).toContain("something follows its end");
  });
});
