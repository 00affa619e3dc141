import { zipSync } from "fflate";
import type { Files } from "../evidence.ts";
import type { Random } from "./random.ts";

/** A text as some program saved it. */
export function encoded(random: Random, text: string): Uint8Array {
  const isJapanese = /[぀-ヿ一-鿿]/.test(text);
  const lines = random.chance(0.8) ? text.replace(/\r?\n/g, "\r\n") : text.replaceAll("\r\n", "\n");
  switch (random.below(isJapanese ? 4 : 3)) {
    case 0:
      return Buffer.from(lines);
    case 1:
      return Buffer.from(`\uFEFF${lines.replace(/^\uFEFF/, "")}`);
    case 2:
      return Buffer.from(`\uFEFF${lines.replace(/^\uFEFF/, "")}`, "utf16le");
    default:
      return shiftJis(lines);
  }
}

/** A transcript as it looks after it went through a console of 80 columns, a mail, or a form that trims. */
export function handled(random: Random, text: string): string {
  switch (random.below(6)) {
    case 0:
      return text
        .split(/\r?\n/)
        .map((line) => line.replace(/(.{80})(?=.)/g, "$1\n"))
        .join("\n");
    case 1:
      return `Hello,\n\nplease see below.\n\n${text.replace(/^/gm, "> ")}\n`;
    case 2:
      return text.replace(/^[ \t]+/gm, "");
    default:
      return text;
  }
}

/** All files in one ZIP archive, or as they are. */
export function packed(random: Random, files: Files): Files {
  if (!random.chance(0.25)) return files;
  const members = Object.entries(files).map(([name, content]) => [
    name,
    typeof content === "string" ? new Uint8Array(Buffer.from(content)) : new Uint8Array(content),
  ]);
  return { "evidence.zip": zipSync(Object.fromEntries(members), { level: 1 }) };
}

const codes = new Map<string, number[]>();

/** Code page 932, from the table that decodes it. */
function shiftJis(text: string): Uint8Array {
  if (codes.size === 0) {
    const decoder = new TextDecoder("shift_jis");
    for (let byte = 0; byte < 0xe0; byte++) codes.set(decoder.decode(Uint8Array.of(byte)), [byte]);
    for (let lead = 0x81; lead <= 0xfc; lead++) {
      if (lead > 0x9f && lead < 0xe0) continue;
      for (let trail = 0x40; trail <= 0xfc; trail++) {
        const character = decoder.decode(Uint8Array.of(lead, trail));
        if (character.length === 1 && !codes.has(character)) codes.set(character, [lead, trail]);
      }
    }
  }
  return Uint8Array.from([...text].flatMap((character) => codes.get(character) ?? [0x3f]));
}
