import { crc32 } from "node:zlib";
import { visible } from "../visible.ts";

/** A name as it is shown, and the one it had when that leads out of its archive. */
export interface MemberName {
  readonly name: string;
  readonly escaped?: string;
}

/**
 * A path in an archive made fit to be shown and to group by: `/` between its parts, nothing that leads out of the archive
 * (`..`, a root, a drive), no control characters. Nothing is ever written under it.
 */
export function memberName(raw: string): MemberName {
  const text = visible(raw);
  const parts = text.split(/[/\\]/);
  const kept = parts.filter(
    (part) => part !== "" && part !== "." && part !== ".." && !/^[A-Za-z]:$/.test(part),
  );
  const drive = /^[A-Za-z]:(?=.)/;
  if (kept[0] !== undefined) kept[0] = kept[0].replace(drive, "");
  const name = kept.join("/") || "unnamed";
  const leadsOut = parts.includes("..") || /^(?:[/\\]|[A-Za-z]:)/.test(text);
  return leadsOut ? { name, escaped: text.slice(0, 300) } : { name };
}

/**
 * A file name from its bytes: UTF-8 where it is, otherwise Japanese code page 932, which Windows writes into archives
 * without saying so, otherwise Western.
 */
export function decodeName(bytes: Uint8Array): string {
  for (const encoding of ["utf-8", "shift_jis"] as const) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // The next one may fit; the last takes any bytes.
    }
  }
  return new TextDecoder("windows-1252").decode(bytes);
}

/**
 * The name in Info-ZIP's field 0x7075: UTF-8, with the checksum of the name that it stands for
 * (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.6.9).
 */
export function unicodePath(field: Uint8Array, header: Uint8Array): string | undefined {
  if (field.length < 6 || field[0] !== 1) return undefined;
  const stated = new DataView(field.buffer, field.byteOffset).getUint32(1, true);
  return stated === crc32(header) ? decodeName(field.subarray(5)) : undefined;
}
