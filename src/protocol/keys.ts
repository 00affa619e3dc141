import { problem } from "./problems.ts";

/** What a 5×5 key is for: a setup key makes a client, a host key activates a host, a MAK activates one machine. */
export type KeyKind = "setup" | "host" | "mak";

/** A key in parts. `number` is the product's number for setup keys and MAKs, the key's own for host keys. */
export interface Key {
  /** The key as people write it: five groups of five, upper case. */
  readonly text: string;
  readonly kind: KeyKind;
  readonly number: number;
}

/** The 24 symbols of product keys: no vowels, nothing that is mistaken for something else. */
export const KEY_ALPHABET = "BCDFGHJKMPQRTVWXY2346789";
/** The largest number a key can carry. */
export const MAX_KEY_NUMBER = 0xffff;

const KINDS: readonly KeyKind[] = ["setup", "host", "mak"];
const SYMBOLS = 25;
const RADIX = 24n;
const SECRET_BITS = 86n;
/**
 * A key read as a base-24 number is 1 modulo this prime (a pure system in the manner of ISO/IEC 7064). One wrong
 * symbol changes the number by d·24^i with |d| < 24, two swapped neighbours by 23·d·24^i: neither is a multiple of
 * a prime above 24, so both are always caught.
 */
const MODULUS = 571n;
const CHECK_SPACE = RADIX * RADIX;

/** Makes a new key: 86 random bits, so that a host key or a MAK can't be guessed. */
export function makeKey(kind: KeyKind, number: number): Key {
  if (!Number.isInteger(number) || number < 1 || number > MAX_KEY_NUMBER) {
    throw problem(
      "BAD_INPUT",
      `A key's number must be a whole number from 1 to ${MAX_KEY_NUMBER}, not ${number}.`,
    );
  }
  const random = crypto.getRandomValues(new Uint8Array(11));
  let secret = 0n;
  for (const byte of random) secret = (secret << 8n) | BigInt(byte);
  secret &= (1n << SECRET_BITS) - 1n;
  const payload = (((BigInt(KINDS.indexOf(kind)) << 16n) | BigInt(number)) << SECRET_BITS) | secret;
  const check = (MODULUS + 1n - ((payload * CHECK_SPACE) % MODULUS)) % MODULUS;
  return { text: spell(payload * CHECK_SPACE + check), kind, number };
}

/**
 * Reads a key as people type and paste it: any case, with or without hyphens, with blanks or the dashes and
 * invisible characters that word processors and web pages put in. Throws KEY_INVALID when it is not one.
 */
export function parseKey(input: string): Key {
  const symbols = input
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[\s\p{Pd}\p{Cf}\u2212_]/gu, "");
  if (symbols.length !== SYMBOLS) {
    throw invalid(`it has ${symbols.length} characters, a key has ${SYMBOLS}`);
  }
  let value = 0n;
  for (const symbol of symbols) {
    const digit = KEY_ALPHABET.indexOf(symbol);
    if (digit < 0) throw invalid(`'${symbol}' does not occur in keys`);
    value = value * RADIX + BigInt(digit);
  }
  if (value % MODULUS !== 1n) throw invalid("a character is wrong or two are swapped");
  const payload = value / CHECK_SPACE;
  const kind = KINDS[Number(payload >> (SECRET_BITS + 16n))];
  const number = Number((payload >> SECRET_BITS) & BigInt(MAX_KEY_NUMBER));
  if (kind === undefined || number === 0) throw invalid("it was not made by Muster");
  return { text: spell(value), kind, number };
}

/** The last five characters: what may be shown and logged of a key. */
export function partialKey(key: string): string {
  return key.slice(-5);
}

function spell(value: bigint): string {
  let symbols = "";
  for (let rest = value, at = 0; at < SYMBOLS; at++, rest /= RADIX) {
    symbols = KEY_ALPHABET.charAt(Number(rest % RADIX)) + symbols;
  }
  return (symbols.match(/.{5}/g) ?? []).join("-");
}

function invalid(reason: string) {
  return problem("KEY_INVALID", `This is not a product key: ${reason}. Check it against the original.`);
}
