import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let folder: string | undefined;

/** The folder of this process for files that are read from the disk. */
export function scratchFolder(): string {
  folder ??= mkdtempSync(join(tmpdir(), "muster-fuzz-"));
  return folder;
}

/** Writes a file there, and gives its path. */
export function scratchFile(name: string, bytes: Uint8Array | string): string {
  const path = join(scratchFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

/** What a table's row says for a reader of a file that lies in a folder under this name. */
export const inFolder =
  <T>(name: string, read: (folder: string, path: string) => T) =>
  (bytes: Uint8Array): T => {
    const path = scratchFile(name, bytes);
    return read(scratchFolder(), path);
  };

/** Removes the folder. */
export function removeScratch(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
}
