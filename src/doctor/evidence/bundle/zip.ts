import { createInflateRaw } from "node:zlib";
import { type Bytes, partOf } from "./bytes.ts";
import { unpackedSource } from "./inflate.ts";
import type { ArchiveItem, FileItem, UnreadItem } from "./item.ts";
import type { Budget } from "./limits.ts";
import { memberName } from "./member-name.ts";
import { dataStart, readDirectory, type ZipEntry } from "./zip-directory.ts";

const METHODS: Record<number, string> = {
  9: "Deflate64",
  12: "bzip2",
  14: "LZMA",
  93: "Zstandard",
  95: "xz",
};
const LINK = 0xa000;

/** A ZIP archive and its members, in the order of their names; no member's bytes are read. */
export async function* zipItems(
  archive: string,
  bytes: Bytes,
  budget: Budget,
): AsyncGenerator<ArchiveItem | FileItem | UnreadItem, void> {
  const { entries, notes } = await readDirectory(bytes, budget.limits.members);
  const files = entries.filter(({ name, mode }) => !/[/\\]$/.test(name) && (mode & 0xf000) !== 0x4000);
  if (files.some(({ name }) => name === "[Content_Types].xml")) {
    yield { what: "unread", name: archive, note: "It is an Office document: save its text as a text file." };
    return;
  }
  const unpacked = files.reduce((sum, { size }) => sum + Math.max(0, size), 0);
  yield { what: "archive", name: archive, members: files.length, size: bytes.size, unpacked, notes };
  const overlapping = overlaps(entries);
  for (const { entry, name, escaped } of named(archive, files)) {
    const why = overlapping.has(entry) ? "It overlaps with another member, as bombs do." : unreadable(entry);
    if (why !== undefined) {
      yield { what: "unread", name, note: why };
      continue;
    }
    const start = await dataStart(bytes, entry.at);
    if (start === undefined) {
      yield { what: "unread", name, note: "The archive is damaged: it is not where the directory says." };
      continue;
    }
    const itsNotes = escaped === undefined ? [] : [`Its name leads out of the archive: ${escaped}`];
    yield member(name, entry, partOf(bytes, start, entry.packed), budget, itsNotes);
  }
}

function member(name: string, entry: ZipEntry, packed: Bytes, budget: Budget, notes: string[]): FileItem {
  const isStored = entry.method === 0;
  const source = unpackedSource(
    {
      name,
      pieces: () => packed.pieces(),
      size: entry.size,
      ...(isStored ? {} : { unpacker: () => createInflateRaw({ chunkSize: 1 << 18 }) }),
      ...(entry.crc === undefined ? {} : { crc: entry.crc }),
    },
    budget,
    notes,
  );
  return { what: "file", source, notes, ...(isStored ? { bytes: packed } : {}) };
}

/** Why a member is not read; undefined when it is. */
function unreadable({ flags, method, mode }: ZipEntry): string | undefined {
  if ((flags & 1) !== 0 || method === 99)
    return "It is encrypted: unpack it with its password and give the folder.";
  if ((mode & 0xf000) === LINK) return "It is a link, which is not followed.";
  if (method !== 0 && method !== 8) {
    return `It is compressed with ${METHODS[method] ?? `method ${method}`}: unpack the archive and give the folder.`;
  }
  return undefined;
}

/** The members whose bytes reach into those of the next one. */
function overlaps(entries: readonly ZipEntry[]): ReadonlySet<ZipEntry> {
  const found = new Set<ZipEntry>();
  const ordered = entries.toSorted((a, b) => a.at - b.at || a.packed - b.packed);
  for (const [at, entry] of ordered.entries()) {
    const next = ordered[at + 1];
    if (next !== undefined && entry.at + 30 + entry.packed > next.at) found.add(entry);
  }
  return found;
}

/** The members with the names that they are listed by; of two with one name the second gets a number. */
function named(
  archive: string,
  entries: readonly ZipEntry[],
): { entry: ZipEntry; name: string; escaped?: string }[] {
  const seen = new Map<string, number>();
  return entries
    .map((entry) => ({ entry, ...memberName(entry.name) }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.entry.at - b.entry.at))
    .map((one) => {
      const times = (seen.get(one.name) ?? 0) + 1;
      seen.set(one.name, times);
      return { ...one, name: `${archive}/${one.name}${times > 1 ? ` (${times})` : ""}` };
    });
}
