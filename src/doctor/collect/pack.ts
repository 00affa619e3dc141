import { type Zippable, zipSync } from "fflate";
import type { CollectedFile } from "./collect.ts";

/** The files as a ZIP archive, each stamped with the time of collection (milliseconds since the epoch). */
export function packed(files: readonly CollectedFile[], now: number): Uint8Array {
  const entries: Zippable = {};
  for (const { name, bytes } of files) entries[name] = [bytes, { mtime: now }];
  return zipSync(entries, { level: 6 });
}
