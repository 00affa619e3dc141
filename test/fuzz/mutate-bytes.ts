import type { Dice } from "./dice.ts";
import type { Mutate } from "./target.ts";

/** The longest input that is made, in bytes. */
const LONGEST = 64 * 1024;

/** What readers have stumbled over: limits of numbers, marks of formats, characters that look like others or like none. */
const ODD = [
  "",
  ...["0", "-0", "-1", "1e309", "1e-400", "0x10", "0b1", "00", "1.0", "NaN", "Infinity", "+1", "１２"],
  ...["255", "256", "65535", "65536", "2147483647", "2147483648", "4294967295", "4294967296"],
  ...["9007199254740991", "9007199254740993", "18446744073709551616", "8640000000000001", "253402300800"],
  ...["null", "true", "{}", "[]", '""', "__proto__", "constructor", "toString", "hasOwnProperty"],
  ...["\0", "\n", "\r\n", "\t", "\u001b[2J", "\u007f", "\u0085", "\u00a0", "\u00ad", "\u200b", "\u202e"],
  ...[
    "\u2028",
    "\ufeff",
    "\ufffd",
    "\uffff",
    "é",
    "e\u0301",
    "ﬁ",
    "ǅ",
    "İ",
    "ı",
    "ß",
    "Ａ",
    "𝟘",
    "👩‍👩‍👧",
    "日本",
  ],
  ...[
    ".",
    "..",
    "../",
    "/",
    "\\",
    ":",
    ";",
    ",",
    "-",
    "_",
    "=",
    "==",
    "+",
    "%00",
    "%",
    "#",
    "'",
    '"',
    "`",
    "$(",
  ],
  ...["[", "]", "[::1]", "::", "0.0.0.0", "http://", "https://", "postgres://", "file:///", "//", "@", "?"],
  ...[
    "-----BEGIN CERTIFICATE-----",
    "-----END PRIVATE KEY-----",
    "e30",
    "eyJ",
    "AAAA",
    "ustar",
    "PK\u0003\u0004",
  ],
].map((text) => Buffer.from(text));

const ODD_BYTES = [0, 1, 0x1f, 0x20, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xc2, 0xe2, 0xed, 0xf4, 0xfe, 0xff];

type Change = (dice: Dice, input: Buffer, valid: readonly Uint8Array[]) => Buffer;

const CHANGES: readonly Change[] = [
  (dice, input) => edited(input, dice, (byte) => byte ^ (1 << dice.below(8))),
  (dice, input) => edited(input, dice, () => dice.pick(ODD_BYTES)),
  (dice, input) => edited(input, dice, () => dice.below(256)),
  (dice, input) => edited(input, dice, (byte) => byte + (dice.once(2) ? 1 : -1)),
  (dice, input) => replaced(input, cut(dice, input), Buffer.alloc(0)),
  (dice, input) => replaced(input, cut(dice, input), dice.pick(ODD)),
  (dice, input) => replaced(input, at(dice, input), dice.pick(ODD)),
  (dice, input) => replaced(input, at(dice, input), noise(dice, 1 + dice.below(16))),
  (dice, input) => replaced(input, at(dice, input), piece(input, cut(dice, input))),
  (dice, input) => input.subarray(0, dice.below(input.length + 1)),
  (dice, input) => input.subarray(dice.below(input.length + 1)),
  swapped,
  spliced,
  (dice, input) => (dice.once(8) ? repeated(dice, input) : edited(input, dice, () => dice.below(256))),
];

/** Changes bytes wherever they stand: flips, cuts, doubles, swaps, splices two inputs, or makes pure noise. */
export const bytes: Mutate = (dice, valid) => {
  if (dice.once(50)) return noise(dice, dice.below(dice.once(4) ? 4096 : 64));
  return changeBytes(dice, dice.pick(valid), valid);
};

/** The same for an input that was changed in other ways before. */
export function changeBytes(dice: Dice, input: Uint8Array, valid: readonly Uint8Array[]): Uint8Array {
  let changed: Buffer = Buffer.from(input);
  for (let left = 1 + (dice.once(3) ? dice.below(6) : 0); left > 0; left--) {
    changed = dice.pick(CHANGES)(dice, changed, valid);
  }
  return changed.subarray(0, LONGEST);
}

/** Bytes of no meaning. */
function noise(dice: Dice, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => dice.below(256)));
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** A place between two bytes. */
function at(dice: Dice, input: Buffer): Range {
  const from = dice.below(input.length + 1);
  return { from, to: from };
}

/** A range, mostly a short one. */
function cut(dice: Dice, input: Buffer): Range {
  const from = dice.below(input.length + 1);
  const most = dice.once(3) ? input.length : 8;
  return { from, to: Math.min(input.length, from + 1 + dice.below(most)) };
}

function piece(input: Buffer, { from, to }: Range): Buffer {
  return input.subarray(from, to);
}

function replaced(input: Buffer, { from, to }: Range, by: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, from), by, input.subarray(to)]);
}

function edited(input: Buffer, dice: Dice, edit: (byte: number) => number): Buffer {
  const changed = Buffer.from(input);
  const place = dice.below(changed.length);
  if (changed.length > 0) changed[place] = edit(changed[place] ?? 0) & 255;
  return changed;
}

function swapped(dice: Dice, input: Buffer): Buffer {
  const [one, two] = [cut(dice, input), cut(dice, input)];
  const [first, second] = one.from <= two.from ? [one, two] : [two, one];
  if (first.to > second.from) return input;
  return Buffer.concat([
    input.subarray(0, first.from),
    piece(input, second),
    input.subarray(first.to, second.from),
    piece(input, first),
    input.subarray(second.to),
  ]);
}

function spliced(dice: Dice, input: Buffer, valid: readonly Uint8Array[]): Buffer {
  const other = Buffer.from(dice.pick(valid));
  return Buffer.concat([
    input.subarray(0, dice.below(input.length + 1)),
    other.subarray(dice.below(other.length + 1)),
  ]);
}

function repeated(dice: Dice, input: Buffer): Buffer {
  const range = cut(dice, input);
  const once = piece(input, range);
  if (once.length === 0) return input;
  const times = Math.min(2 ** dice.below(14), Math.floor(LONGEST / once.length));
  return replaced(input, { from: range.to, to: range.to }, Buffer.concat(Array(times).fill(once)));
}
