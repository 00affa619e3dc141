import { isIP } from "node:net";
import type { Language } from "./cause.ts";

/** Names for a sentence: up to three, then how many more. */
export function list(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(", ");
  return names.length <= most ? shown : `${shown} (+${names.length - most})`;
}

/** Names of different machines, all bare when some are and it leaves them different. */
export function inOneForm(names: readonly string[]): readonly string[] {
  const bare = names.map((name) => (isIP(name) === 0 ? (name.split(".")[0] ?? name) : name));
  const isMixed = names.some((name, at) => name === bare[at]);
  return isMixed && new Set(bare).size === names.length ? bare : names;
}

/** Minutes, without their sign, in the two largest units: `6 h 17 min`, `43 d 0 h`. */
export function duration(minutes: number, language: Language): string {
  const all = Math.round(Math.abs(minutes));
  const [days, hours, rest] = [Math.floor(all / 1440), Math.floor(all / 60) % 24, all % 60];
  const [d, h, min] = language === "ja" ? ["日", "時間", "分"] : ["d", "h", "min"];
  if (days > 0) return `${days} ${d} ${hours} ${h}`;
  return hours > 0 ? `${hours} ${h} ${rest} ${min}` : `${rest} ${min}`;
}

/** An HRESULT as admins know it: `0xC004F074`. */
export function hresult(code: number): string {
  return `0x${(code >>> 0).toString(16).toUpperCase().padStart(8, "0")}`;
}

/** A day in UTC, `2025-03-11`; `""` when there is none. */
export function day(time: number): string {
  return Number.isNaN(time) ? "" : new Date(time).toISOString().slice(0, 10);
}

/** A minute in UTC, `2025-03-11 09:44`; `""` when there is none. */
export function minute(time: number): string {
  return Number.isNaN(time) ? "" : new Date(time).toISOString().slice(0, 16).replace("T", " ");
}
