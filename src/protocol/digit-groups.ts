import { problem } from "./problems.ts";

/** Digits of payload in a group; a check digit follows them. */
const PAYLOAD = 6;
const GROUP = PAYLOAD + 1;
const MOST_DIGITS = 200 * GROUP;

/**
 * Damm's quasigroup of order 10 (H. M. Damm, 2004): one wrong digit and two swapped neighbours always change the
 * check digit.
 */
const DAMM: readonly string[] = [
  "0317598642",
  "7092154863",
  "4206871359",
  "1750983426",
  "6123045978",
  "3674209581",
  "5869720134",
  "8945362017",
  "9438617205",
  "2581436790",
];

/**
 * Spells bits (a text of 0 and 1) as groups of seven digits, to be read aloud and typed: six digits and a check digit
 * that depends on where the group stands, so that swapped neighbours are noticed as well.
 */
export function spellDigits(bits: string): string {
  const digits = BigInt(`0b1${bits}`).toString();
  const count = Math.ceil(digits.length / PAYLOAD);
  const padded = digits.padStart(count * PAYLOAD, "0");
  const groups = Array.from({ length: count }, (_, at) => {
    const payload = padded.slice(at * PAYLOAD, (at + 1) * PAYLOAD);
    return payload + checkDigit(payload, at);
  });
  return groups.join("-");
}

/**
 * The bits of what `spellDigits` gave, as people type it: in any script's digits, with any blanks, hyphens or line
 * breaks. `what` names the number in messages. Throws BAD_INPUT naming the first group that is wrong.
 */
export function readDigits(text: string, what: string): string {
  const digits = text.normalize("NFKC").replace(/[\s\p{Pd}\p{Cf}.,_]/gu, "");
  if (!/^\d+$/.test(digits) || digits.length > MOST_DIGITS) {
    throw problem(
      "BAD_INPUT",
      `The ${what} has digits only, in groups of ${GROUP}; type it as it was read to you.`,
    );
  }
  const groups = digits.match(/\d{1,7}/g) ?? [];
  const bad = groups.findIndex((group, at) => checkDigit(group.slice(0, PAYLOAD), at) !== group[PAYLOAD]);
  if (bad >= 0) {
    throw problem(
      "BAD_INPUT",
      `Group ${bad + 1} of the ${what} (${groups[bad]}) is wrong, or a digit before it is missing; have it read again.`,
    );
  }
  const bits = BigInt(groups.map((group) => group.slice(0, PAYLOAD)).join("")).toString(2);
  return bits.slice(1);
}

function checkDigit(payload: string, position: number): string {
  let interim = String(position % 10);
  for (const digit of payload) interim = DAMM[Number(interim)]?.[Number(digit)] ?? "";
  return interim;
}
