import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import * as z from "zod";
import { Problem, problem } from "../../protocol/problems.ts";
import { readTar, type TarEntry, type TarSource, writeTar } from "./tar.ts";

/** The last file of a backup: what it is of, and what its other files must be. */
const manifestSchema = z.object({
  version: z.literal(1),
  kind: z.literal("muster-host-backup"),
  muster: z.string(),
  host: z.uuid(),
  name: z.string(),
  /** RFC 3339. */
  created: z.iso.datetime(),
  files: z.array(z.object({ name: z.string(), size: z.int().min(0), sha256: z.string() })).max(100),
  /** How many rows each table of the store has. */
  rows: z.record(z.string(), z.int().min(0)),
});

/** What a backup says of itself. */
export type Manifest = z.output<typeof manifestSchema>;

const FOLDER = "muster-host/";
const MANIFEST = "manifest.json";
const LARGEST_MANIFEST = 64 * 1024;
const CHUNK = 256 * 1024;

/** Writes a backup to a new file of mode 0600, compressed and flushed, without holding up this thread. */
export async function writeArchive(
  path: string,
  files: readonly { readonly name: string; readonly path: string }[],
  about: Pick<Manifest, "muster" | "host" | "name" | "rows">,
  now: number,
): Promise<Manifest> {
  const manifest: Manifest = {
    version: 1,
    kind: "muster-host-backup",
    ...about,
    created: new Date(now).toISOString(),
    files: [],
  };
  async function* sources(): AsyncGenerator<TarSource> {
    for (const file of files) {
      await using handle = await open(file.path, "r");
      const { size } = await handle.stat();
      const hash = createHash("sha256");
      yield { name: FOLDER + file.name, size, content: hashed(file.path, size, hash) };
      manifest.files.push({ name: file.name, size, sha256: hash.digest("hex") });
    }
    const text = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
    yield { name: FOLDER + MANIFEST, size: text.length, content: [text] };
  }
  const target = createWriteStream(path, { flags: "wx", mode: 0o600, flush: true });
  await pipeline(Readable.from(writeTar(sources(), Math.floor(now / 1000))), createGzip(), target);
  return manifest;
}

/**
 * Reads a backup to its end and checks each byte against its manifest. `take` is given every file but the manifest,
 * with its name and declared size, and must read it whole. Throws BAD_INPUT when it is no backup, or not a whole one.
 */
export async function readArchive(path: string, take: (file: TarEntry) => Promise<void>): Promise<Manifest> {
  try {
    // A pipe would be waited for, and what is not there is told better by reading it.
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) throw new Error("it is no plain file");
    return await readThrough(path, take);
  } catch (error) {
    if (error instanceof Problem && error.name !== "BAD_INPUT") throw error;
    if (/^(ENOSPC|EDQUOT|EFBIG|EIO)$/.test(String((error as { code?: unknown }).code))) {
      const sentence = `There is no room to unpack ${path}; make room on the disk, or restore to another folder.`;
      throw problem("STORE_UNAVAILABLE", sentence, { cause: error });
    }
    throw problem("BAD_INPUT", `${path} ${reasonOf(error)}; give another backup.`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  const { code, name, message } = error as { code?: unknown; name: string; message: string };
  if (code === "ENOENT") return "is not there";
  if (code === "EACCES" || code === "ELOOP") return `cannot be read (${code})`;
  // What unpacks it stops reading at the end of what was packed.
  if (name === "AbortError") return "is not a backup of a Muster host alone (something follows its end)";
  return `is not a whole backup of a Muster host (${message.replace(/\.$/, "")})`;
}

async function readThrough(path: string, take: (file: TarEntry) => Promise<void>): Promise<Manifest> {
  const found: Manifest["files"] = [];
  let manifest = undefined as Manifest | undefined;
  const read = async (unzipped: AsyncIterable<Uint8Array>) => {
    for await (const entry of readTar(unzipped)) {
      if (!entry.name.startsWith(FOLDER) || manifest !== undefined)
        throw new Error("it holds something else");
      const name = entry.name.slice(FOLDER.length);
      if (name === MANIFEST) {
        manifest = await readManifest(entry);
        continue;
      }
      const hash = createHash("sha256");
      await take({ name, size: entry.size, content: through(entry.content, hash) });
      found.push({ name, size: entry.size, sha256: hash.digest("hex") });
    }
  };
  await pipeline(createReadStream(path, { highWaterMark: CHUNK }), createGunzip(), read);
  if (manifest === undefined) throw new Error("it has no manifest");
  if (JSON.stringify(found) !== JSON.stringify(manifest.files)) {
    throw new Error("its files are not those of its manifest");
  }
  return manifest;
}

async function readManifest({ size, content }: TarEntry): Promise<Manifest> {
  if (size > LARGEST_MANIFEST) throw new Error("its manifest is too large");
  const text = Buffer.concat(await Array.fromAsync(content)).toString();
  const { success, data } = manifestSchema.safeParse(JSON.parse(text));
  if (!success) throw new Error("its manifest is of another version");
  return data;
}

async function* hashed(path: string, size: number, hash: ReturnType<typeof createHash>) {
  if (size > 0) yield* through(createReadStream(path, { end: size - 1, highWaterMark: CHUNK }), hash);
}

async function* through(bytes: AsyncIterable<Uint8Array>, hash: ReturnType<typeof createHash>) {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}
