import type { HostLicense } from "../protocol/host-license.ts";
import { type Key, parseKey, partialKey } from "../protocol/keys.ts";
import { Problem } from "../protocol/problems.ts";
import { readIfThere } from "../vendor/files.ts";
import { hostKeysPath, writeWhole } from "./folder.ts";

/*
 * A host keeps the host keys it has asked with, as a KMS host keeps its own: to renew its licence without a person. They
 * are lines of a file of mode 0600 beside the private key, which is worth more. Until a licence has come it may be two:
 * the key that is in use and the one that was asked with; the licence says which one stays.
 */

/** Far more than the two keys take, in bytes. */
const MOST_FILE = 64 * 1024;

/** The host keys that the host of a folder keeps, the newest last. A line that is none is passed over. */
export function keptKeys(folder: string): string[] {
  const text = readIfThere(hostKeysPath(folder), MOST_FILE) ?? "";
  const keys = text.split("\n").map(hostKeyIn);
  return keys.filter((key) => key !== undefined);
}

/** Keeps a host key with those that are kept. */
export function keepKey(folder: string, key: string): void {
  write(folder, [...keptKeys(folder).filter((kept) => kept !== key), key]);
}

/** The kept key that a licence was granted for, the newest one while there is no licence; undefined when not kept. */
export function keyOfLicense(
  folder: string,
  license: Pick<HostLicense, "partialKey"> | undefined,
): string | undefined {
  return keptKeys(folder).findLast((key) => license === undefined || partialKey(key) === license.partialKey);
}

/** Forgets every kept key but that of the licence; all stay when it is not among them. */
export function dropOtherKeys(folder: string, license: Pick<HostLicense, "partialKey">): void {
  const key = keyOfLicense(folder, license);
  if (key !== undefined && keptKeys(folder).length > 1) write(folder, [key]);
}

function write(folder: string, keys: readonly string[]): void {
  writeWhole(hostKeysPath(folder), `${keys.join("\n")}\n`);
}

function hostKeyIn(line: string): string | undefined {
  let key: Key;
  try {
    key = parseKey(line);
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
  return key.kind === "host" ? key.text : undefined;
}
