import { DAY } from "./time.ts";

/**
 * The extended PID of a client or a host: digits in the shape of Microsoft's,
 * `aaaaa-bbbbb-ccc-dddddd-03-LLLL-BBBBB.0000-DDDYYYY`. Microsoft's carries the language and the build of the system;
 * Muster knows neither and writes zeros. The last group is the day of the year and the year (UTC) in which the key was
 * installed or the host licence granted. The same `facts` always give the same digits: for a host its vendor id, its
 * host id and the last five of its key; for a client its vendor id, its product id and the last five of its key.
 */
export function extendedPid(facts: readonly string[], time: number): string {
  const all = digits(facts, 19);
  const groups = [all.slice(0, 5), all.slice(5, 10), all.slice(10, 13), all.slice(13, 19)];
  const year = new Date(time).getUTCFullYear();
  const day = Math.floor((time - Date.UTC(year, 0, 1)) / DAY) + 1;
  return `${groups.join("-")}-03-0000-00000.0000-${String(day).padStart(3, "0")}${year}`;
}

/** The extended PID of a host, which the client reads off the host licence and the host off its own. */
export function hostExtendedPid(license: {
  readonly vendor: string;
  readonly host: string;
  readonly partialKey: string;
  readonly issued: number;
}): string {
  return extendedPid([license.vendor, license.host, license.partialKey], license.issued);
}

/** Digits that look random and depend on nothing but the facts; for show, not for security. */
function digits(facts: readonly string[], length: number): string {
  let text = "";
  for (let block = 0; text.length < length; block++) {
    text += String(fnv1a(`${block}|${facts.join("|")}`) % 1_000_000).padStart(6, "0");
  }
  return text.slice(0, length);
}

/** FNV-1a, 32 bits, with a final mix so that neighbouring blocks differ in every digit. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
