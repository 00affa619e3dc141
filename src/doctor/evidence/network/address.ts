/** Whether a word is an IPv4 address in dotted decimal. */
export function isIpv4(word: string): boolean {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(word)) return false;
  return word.split(".").every((part) => Number(part) <= 255);
}

/** Whether a word is an IPv6 address, with or without a zone (`fe80::1%12`). */
export function isIpv6(word: string): boolean {
  return /^[0-9a-f:]{2,39}(?:\d{0,3}(?:\.\d{1,3}){3})?(?:%[\w.-]{1,20})?$/i.test(word) && /:.*:/.test(word);
}

/** Whether a word is an address. */
export function isAddress(word: string): boolean {
  return isIpv4(word) || isIpv6(word);
}

/** An address in lower case without brackets, zone and the `#53` of BIND's tools. */
export function plainAddress(word: string): string {
  return word
    .replace(/^\[|\]$/g, "")
    .replace(/[%#].*$/, "")
    .toLowerCase();
}

/** Length of the prefix that a mask stands for; undefined when it is no mask. */
export function maskLength(mask: string): number | undefined {
  if (!isIpv4(mask)) return undefined;
  const bits = mask
    .split(".")
    .map((part) => Number(part).toString(2).padStart(8, "0"))
    .join("");
  const length = bits.indexOf("0");
  if (length === -1) return 32;
  return bits.includes("1", length) ? undefined : length;
}

/** A DNS name in lower case without its final dot. */
export function plainName(name: string): string {
  return name.replace(/\.+$/, "").toLowerCase();
}

/** Whether a word may be a host or DNS name, or an address. */
export function isName(word: string): boolean {
  return /^[\w*](?:[\w.-]{0,252}\w)?\.?$/.test(word) || isIpv6(word);
}
