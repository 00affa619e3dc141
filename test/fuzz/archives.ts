import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { readArchive } from "../../src/host/backup/archive.ts";
import { restoreHost } from "../../src/host/backup/restore.ts";
import { readTar, writeTar } from "../../src/host/backup/tar.ts";
import { FOLDER_FILES } from "../../src/host/folder.ts";
import { openSqliteStore } from "../../src/host/sqlite/store.ts";
import { clientDlv } from "../doctor/texts.ts";
import type { Dice } from "./dice.ts";
import { GENUINE, HOST_BYTE, keyPair, LICENSE, NOW } from "./documents.ts";
import { bytes, changeBytes } from "./mutate-bytes.ts";
import { json } from "./mutate-json.ts";
import { scratchFile, scratchFolder } from "./scratch.ts";
import { type Broken, bytesOf, type Mutate } from "./target.ts";

type Files = Record<string, Uint8Array>;

/** A host's folder, file by file. */
export const HOST_FILES = {
  "host.json": JSON.stringify({ version: 1, id: LICENSE.host, name: "kms01", vendor: LICENSE.vendor }),
  "host.key": keyPair(HOST_BYTE).export({ type: "pkcs8", format: "pem" }).toString(),
  "catalogue.jws": `${GENUINE.catalogue}\n`,
  "host-licence.jws": `${GENUINE["host-licence"]}\n`,
};

/** A file of that host's folder, with the rest of it around; gives the path. */
export function hostFile(
  name: keyof typeof HOST_FILES,
  content: Uint8Array | string = HOST_FILES[name],
): string {
  return scratchFile(name, content);
}

/** What a table's row says for a reader of a host's folder, one file of which is the input. */
export const asHostFile =
  <T>(name: keyof typeof HOST_FILES, read: (folder: string) => T) =>
  (input: Uint8Array): T => {
    for (const other of Object.keys(HOST_FILES) as (keyof typeof HOST_FILES)[]) hostFile(other);
    hostFile(name, input);
    return read(scratchFolder());
  };

const MANIFEST = "manifest.json";

/** A whole backup of that host. */
export async function validBackups(): Promise<Uint8Array[]> {
  const files: Files = { ...mapped(HOST_FILES), "host.sqlite": await emptyStore() };
  return [await packed(await tarOf({ ...files, [MANIFEST]: manifestOf(files) }))];
}

/** Its tar archive, unpacked. */
export async function validTars(): Promise<Uint8Array[]> {
  return (await validBackups()).map((backup) => gunzipSync(backup));
}

/** Damages a backup as it lies on a disk. */
export const backupBytes: Mutate = (dice, valid) => bytes(dice, valid);

/** Changes a file in a backup and makes the rest of it fit: names, sizes, sums and the manifest. */
export const backupInside: Mutate = (dice, [backup]) => {
  const files = unpackedFiles(gunzipSync(backup ?? new Uint8Array()));
  const name = dice.pick(Object.keys(files));
  const content = files[name] ?? new Uint8Array();
  files[name] = name.endsWith(".json")
    ? json(dice, [content])
    : changeBytes(dice, content, Object.values(files));
  if (dice.once(10)) delete files[dice.pick(Object.keys(files))];
  if (dice.once(10)) files[dice.pick(NAMES)] = content;
  if (name !== MANIFEST && dice.below(10) > 0) files[MANIFEST] = withManifestFor(files);
  const order = dice.once(10) ? Object.entries(files).reverse() : Object.entries(files);
  return packed(tarSync(order, dice));
};

const NAMES = [
  "../x",
  "/etc/x",
  "host.key",
  "a/../../x",
  "host.sqlite-wal",
  "x".repeat(99),
  "",
  "\0",
  ".",
  "ü",
];

function withManifestFor(files: Files): Uint8Array {
  const { [MANIFEST]: _, ...others } = files;
  return manifestOf(others);
}

function manifestOf(files: Files): Uint8Array {
  return bytesOf({
    version: 1,
    kind: "muster-host-backup",
    muster: "0.1.0",
    host: LICENSE.host,
    name: "kms01",
    rows: { cmid: 0 },
    created: new Date(NOW).toISOString(),
    files: Object.entries(files).map(([name, content]) => ({
      name,
      size: content.length,
      sha256: sum(content),
    })),
  });
}

/** Reads a backup through; gives what it holds. */
export async function readBackup(input: Uint8Array): Promise<Files> {
  const files: Files = {};
  const manifest = await readArchive(scratchFile("backup.tar.gz", input), async ({ name, content }) => {
    files[name] = Buffer.concat(await Array.fromAsync(content));
  });
  files[MANIFEST] = bytesOf(manifest);
  return files;
}

/** A backup that is accepted holds what its manifest says, to the byte. */
export function fitsManifest({ [MANIFEST]: manifest, ...files }: Files): Broken {
  const said = JSON.parse(Buffer.from(manifest ?? []).toString()).files as { name: string; sha256: string }[];
  const isSame = said.every(({ name, sha256 }) => sum(files[name] ?? new Uint8Array()) === sha256);
  return (!isSame || said.length !== Object.keys(files).length) && "Its files are not those of its manifest.";
}

/** Restores a backup to a new folder; gives the folder. */
export async function restored(input: Uint8Array): Promise<string> {
  const file = scratchFile("restore.tar.gz", input);
  const folder = join(scratchFolder(), "restored");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  await restoreHost(file, folder, { force: false, now: NOW });
  return folder;
}

/** A restored host has its key and its store, and nothing beside what a host has. */
export function isWholeHost(folder: string): Broken {
  return (["host.json", "host.key", "host.sqlite"].some((name) => !existsSync(join(folder, name))) &&
    `Something of ${FOLDER_FILES} is missing.`) as Broken;
}

/** All files of a tar archive by name. */
export async function readTarFiles(input: Uint8Array): Promise<[string, Buffer][]> {
  const files: [string, Buffer][] = [];
  for await (const { name, content } of readTar(inPieces(input))) {
    files.push([name, Buffer.concat(await Array.fromAsync(content))]);
  }
  return files;
}

/** A ZIP of what support asks for. */
export function validBundles(): Uint8Array[] {
  const files = { "pc/dlv.txt": bytesOf(clientDlv({})), "pc/notes.txt": bytesOf("nothing here\n") };
  return [zipSync(files, { mtime: NOW }), zipSync(files, { level: 0, mtime: NOW }), bytesOf(clientDlv({}))];
}

async function* inPieces(input: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < input.length; at += 1000) yield input.subarray(at, at + 1000);
}

async function tarOf(files: Files): Promise<Uint8Array> {
  const sources = Object.entries(files).map(([name, content]) => {
    return { name: `muster-host/${name}`, size: content.length, content: [content] };
  });
  return Buffer.concat(await Array.fromAsync(writeTar(sources, NOW / 1000)));
}

/** A tar archive with sums that hold, and headers that are now and then odd. */
function tarSync(files: readonly (readonly [string, Uint8Array])[], dice: Dice): Uint8Array {
  const blocks = files.flatMap(([name, content]) => {
    const header = Buffer.alloc(512);
    header.write(name.startsWith("/") || name.startsWith(".") ? name : `muster-host/${name}`, 0, 100);
    header.write(
      `0000600\u00000000000\u00000000000\u0000${octal(content.length)}\u0000${octal(NOW / 1000)}\u0000`,
      100,
    );
    header.write("0", 156);
    header.write("ustar\u000000", 257);
    if (dice.once(20)) header[dice.below(512)] = dice.below(256);
    header.write("        ", 148);
    const total = header.reduce((all, byte) => all + byte, 0);
    header.write(`${total.toString(8).padStart(6, "0")}\u0000 `, 148);
    return [header, Buffer.from(content), Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function unpackedFiles(tar: Uint8Array): Files {
  const files: Files = {};
  for (let at = 0; (tar[at] ?? 0) !== 0; ) {
    const name = Buffer.from(tar.subarray(at, at + 100))
      .toString()
      .replace(/\0.*$/s, "")
      .replace("muster-host/", "");
    const size = Number.parseInt(Buffer.from(tar.subarray(at + 124, at + 135)).toString(), 8);
    files[name] = tar.subarray(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

function packed(tar: Uint8Array): Uint8Array {
  return gzipSync(tar, { level: 1 });
}

const octal = (value: number) => value.toString(8).padStart(11, "0");
const sum = (content: Uint8Array) => createHash("sha256").update(content).digest("hex");
const mapped = (texts: Record<string, string>): Files =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, bytesOf(text)]));

let store: Uint8Array | undefined;

async function emptyStore(): Promise<Uint8Array> {
  if (store === undefined) {
    const path = join(scratchFolder(), "empty.sqlite");
    await (await openSqliteStore({ path, machine: "kms01" })).close();
    store = readFileSync(path);
  }
  return store;
}
