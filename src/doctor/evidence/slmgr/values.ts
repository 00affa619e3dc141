import type { HostName } from "../model.ts";

/** What may be read as 1 and 0 where only digits stand. */
function plainDigits(text: string): string {
  return text.replace(/[lI|]/g, "1").replace(/[oO]/g, "0");
}

const GUID =
  /(?<![0-9a-z])[0-9a-fOolI]{8}-[0-9a-fOolI]{4}-[0-9a-fOolI]{4}-[0-9a-fOolI]{4}-[0-9a-fOolI]{12}(?![0-9a-z])/i;

/** The first GUID in a text, lower case. */
export function guid(text: string): string | undefined {
  const match = GUID.exec(text);
  return match === null ? undefined : plainDigits(match[0]).toLowerCase();
}

const CODE = /(?<![0-9a-z])[0O][x×]([0-9A-FOlI]{8})(?![0-9a-z])/i;

/** The first HRESULT of eight digits in a text, unsigned. */
export function code(text: string): number | undefined {
  const match = CODE.exec(text);
  return match === null ? undefined : Number.parseInt(plainDigits(match[1] ?? ""), 16);
}

/** A value that is a whole number and nothing else. */
export function whole(text: string): number | undefined {
  const digits = plainDigits(text.trim());
  return /^\d{1,10}$/.test(digits) && /\d/.test(text) ? Number(digits) : undefined;
}

/** The number that a value begins with: `120 minutes`, `10080 分`. */
export function leadingNumber(text: string): number | undefined {
  const match = /^\s*([\dlIoO|]{1,10})(?![\dA-Za-z.,:/-])/.exec(text);
  return match === null ? undefined : whole(match[1] ?? "");
}

const EXTENDED_PID = /(?<!\d)\d{5}-\d{5}-\d{3}-\d{6}-\d{2}-\d{4,5}-\d{4,5}\.\d{4}-\d{7}(?!\d)/;

/** An extended PID, as in `03612-00206-271-298456-03-1033-17763.0000-1862025`. */
export function extendedPid(text: string): string | undefined {
  return EXTENDED_PID.exec(text)?.[0];
}

const CHANNEL =
  /(?<![A-Z_])(VOLUME_[A-Z0-9_]{2,40}|RETAIL|OEM_[A-Z0-9_]{2,20}|OEM|TIMEBASED_[A-Z0-9_]{2,20}|VIRTUAL_MACHINE_ACTIVATION)(?![A-Z_])/;

/** The channel in a description. */
export function channel(text: string): string | undefined {
  const found = CHANNEL.exec(text)?.[1];
  return found?.startsWith("VOLUME_") ? plainChannel(found) : found;
}

/** `VOLUME_KMS_WS22`, with digits where digits belong. */
function plainChannel(found: string): string {
  return found.replace(/(?<=_WS|_W)[\dOIL]{1,4}$/, plainDigits);
}

/** Last five characters of a key. */
export function partialKey(text: string): string | undefined {
  const match = /^(?:[A-Z0-9*]{5}-){0,4}([A-Z0-9]{5})[.。]?$/.exec(text.trim());
  return match?.[1];
}

/** An Installation ID as it is printed, without the hyphens that some put between its groups. */
export function installationId(text: string): string | undefined {
  const digits = text.trim().replace(/[\s-]/g, "");
  return /^(?:\d{50}|\d{54}|\d{63})$/.test(digits) ? digits : undefined;
}

/** Whether these are five of the characters that keys are made of. */
export function looksLikeKey(text: string): boolean {
  return /^[BCDFGHJKMNPQRTVWXY2346789]{5}$/.test(text.trim());
}

const KEY_CHANNEL =
  /^(?:Volume:(?:GVLK|CSVLK|MAK|[A-Z]{2,12})|Retail(?::[A-Za-z:]{1,30})?|OEM:[A-Za-z]{2,12}|PGS:[A-Za-z]{2,20})$/;

/** Product Key Channel, which no language translates. */
export function keyChannel(text: string): string | undefined {
  const value = text.trim();
  return KEY_CHANNEL.test(value) ? value : undefined;
}

const NAME = /^[a-z0-9_](?:[a-z0-9._-]{0,253}[a-z0-9_])?$/i;

/** `kms01.fabrikam.example:1688`, `10.4.0.9`, `[2001:db8::9]:1688`; port 0 when none is stated. */
export function hostName(text: string): HostName | undefined {
  const value = text.trim();
  const bracketed = /^\[([0-9a-f:.%]{2,60})\](?::(\d{1,5}))?$/i.exec(value);
  if (bracketed !== null)
    return { name: (bracketed[1] ?? "").toLowerCase(), port: Number(bracketed[2] ?? 0) };
  const [name = "", port = "0", ...more] = value.split(/ ?: ?/);
  const number = whole(port);
  if (more.length > 0 || !NAME.test(name) || number === undefined || number > 65_535) return undefined;
  return { name: name.toLowerCase(), port: number };
}

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** An IPv4 or IPv6 address and nothing else. */
export function address(text: string): string | undefined {
  const value = text.trim();
  if (IPV4.test(value)) return value;
  return /^[0-9a-f:]{2,39}(?:%\w{1,16})?$/i.test(value) && value.includes("::")
    ? value.toLowerCase()
    : undefined;
}

/** `258834 minute(s) (180 day(s))`, in any language: a number, a unit, and a number of days in brackets. */
export function minutesAndDays(text: string): number | undefined {
  const match =
    /^[^\d(]{0,20}([\dlIoO]{1,8})[^\d()]{1,30}(?:\([^\d()]{0,4}\))?\s?[(（][^\d]{0,12}\d{1,6}\D/.exec(text);
  return match === null ? undefined : whole(match[1] ?? "");
}

/** A version of four numbers, as of the software licensing service. */
export function serviceVersion(text: string): string | undefined {
  return /^\d{1,2}\.\d{1,2}\.\d{1,6}(?:\.\d{1,6})?$/.exec(text.trim())?.[0];
}

/** Applications of Microsoft: Windows, Office 2010, Office 2013 and later. */
export const MICROSOFT_APPLICATIONS: ReadonlySet<string> = new Set([
  "55c92734-d682-4d71-983e-d6ec3f16059f",
  "59a52881-a989-479d-af46-f275c6370663",
  "0ff1ce15-a989-479d-af46-f275c6370663",
]);
