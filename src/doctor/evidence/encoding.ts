/** Encodings that Windows and its tools write texts in. */
export type TextEncoding =
  | "utf-8"
  | "utf-16le"
  | "utf-16be"
  | "shift_jis"
  | "euc-jp"
  | "gbk"
  | "windows-1252"
  | "ibm850";

/** As much as is looked at to tell what the bytes are. */
const SAMPLE = 262_144;

/**
 * Tells what a text is encoded in, by its mark or by what its bytes make sense as. It may be cut off in the middle of a
 * character, at either end, or have a few broken bytes.
 */
export function encodingOf(bytes: Uint8Array): TextEncoding {
  const [one, two] = bytes;
  if (one === 0xff && two === 0xfe) return "utf-16le";
  if (one === 0xfe && two === 0xff) return "utf-16be";
  const sample = bytes.subarray(0, SAMPLE);
  const wide = wideEncoding(sample);
  if (wide !== undefined && wide.zeros > 0.3) return wide.encoding;
  if (isUtf8(sample)) return "utf-8";
  return wide?.encoding ?? byteEncoding(sample);
}

/** Decodes; what is broken becomes U+FFFD, save a character that the end cuts off, which is left out. */
export function decode(bytes: Uint8Array, encoding: TextEncoding): string {
  if (encoding === "ibm850") return decodeIbm850(bytes);
  const text = new TextDecoder(encoding).decode(bytes);
  return text.endsWith("\ufffd") ? text.replace(/\ufffd{1,3}$/, "") : text;
}

/**
 * UTF-16 without a mark, and the share of bytes that are zero: blanks, digits and line ends have one, always on the same
 * side, and few other texts have any.
 */
function wideEncoding(bytes: Uint8Array): { encoding: "utf-16le" | "utf-16be"; zeros: number } | undefined {
  let even = 0;
  let odd = 0;
  bytes.forEach((byte, at) => {
    if (byte !== 0) return;
    if (at % 2 === 0) even += 1;
    else odd += 1;
  });
  const zeros = (even + odd) / bytes.length;
  if (even + odd < 2 || zeros < 0.005) return undefined;
  if (odd > even * 8) return { encoding: "utf-16le", zeros };
  return even > odd * 8 ? { encoding: "utf-16be", zeros } : undefined;
}

/** Whether bytes beyond ASCII form UTF-8; a broken one among many good ones does not count against it. */
function isUtf8(bytes: Uint8Array): boolean {
  let good = 0;
  let broken = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) continue;
    const more = byte >= 0xf0 && byte < 0xf5 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc2 ? 1 : 0;
    const rest = bytes.subarray(at + 1, at + 1 + more);
    const continued = rest.every((next) => next >= 0x80 && next < 0xc0);
    if (more > 0 && byte < 0xf5 && continued && (rest.length === more || at + more >= bytes.length)) {
      good += 1;
      at += rest.length;
    } else broken += 1;
  }
  return broken === 0 || good > broken * 4;
}

/** A code page of one or two bytes, by which of them makes the text that people write. */
function byteEncoding(bytes: Uint8Array): TextEncoding {
  const japanese = share(decode(bytes, "shift_jis"), /[\u3041-\u30ff、。]/gu);
  if (japanese >= 0.2) return "shift_jis";
  // Kana stand in GBK where EUC-JP has them, but no Chinese text is made of them.
  if (share(decode(bytes, "euc-jp"), /[\u3041-\u30ff]/gu) >= 0.2) return "euc-jp";
  if (commonChinese(bytes) >= 0.9) return "gbk";
  return insideWords(bytes, 0x80, 0xa5) > insideWords(bytes, 0xc0, 0xff) ? "ibm850" : "windows-1252";
}

/** The share of what is not ASCII that matches. */
function share(text: string, pattern: RegExp): number {
  const foreign = text.match(/[^\0-\x7f]/gu)?.length ?? 0;
  return foreign === 0 ? 0 : (text.match(pattern)?.length ?? 0) / foreign;
}

/** The share of bytes beyond ASCII that stand in pairs for the common characters and marks of GB 2312. */
function commonChinese(bytes: Uint8Array): number {
  let all = 0;
  let common = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) continue;
    all += 1;
    const trail = bytes[at + 1] ?? 0xa1;
    const isCommon = (lead >= 0xb0 && lead <= 0xd7) || (lead >= 0xa1 && lead <= 0xa3);
    if (!isCommon || trail < 0xa1) continue;
    common += 1;
    at += 1;
  }
  return all === 0 ? 0 : common / all;
}

/** How many bytes of a range stand beside an ASCII letter. */
function insideWords(bytes: Uint8Array, low: number, high: number): number {
  let count = 0;
  bytes.forEach((byte, at) => {
    // In code page 1252: an apostrophe, and the blank that French puts before a colon.
    if (byte === 0x92 || (byte === 0xa0 && /[:;!?]/.test(String.fromCharCode(bytes[at + 1] ?? 0)))) return;
    if (byte >= low && byte <= high && (isLetter(bytes[at - 1]) || isLetter(bytes[at + 1]))) count += 1;
  });
  return count;
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a));
}

/** The upper half of code page 850, which Western European consoles print in and `TextDecoder` does not know. */
const IBM850 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0";

function decodeIbm850(bytes: Uint8Array): string {
  const letters = Array.from(bytes, (byte) =>
    byte < 0x80 ? String.fromCharCode(byte) : IBM850[byte - 0x80],
  );
  return letters.join("");
}
