import type { Files } from "../evidence.ts";
import type { Random } from "./random.ts";

/** Files of several deployments thrown together: some left out, cut off, shuffled, pasted into one another, turned over. */
export function mixed(random: Random, sets: readonly Files[]): Files {
  const all = sets.flatMap((files, at) =>
    Object.entries(files).map(
      ([name, content]) => [`${at}-${name}`, Buffer.from(content as string)] as const,
    ),
  );
  const kept = random.shuffled(all).slice(0, random.between(1, Math.max(1, all.length)));
  return Object.fromEntries(
    kept.map(([name, bytes]) => {
      const [, other] = random.pick(kept);
      return [name, damaged(random, bytes, other)];
    }),
  );
}

function damaged(random: Random, bytes: Buffer, other: Buffer): Uint8Array {
  switch (random.below(7)) {
    case 0:
      return bytes.subarray(0, random.below(bytes.length + 1));
    case 1:
      return bytes.subarray(random.below(bytes.length + 1));
    case 2:
      return Buffer.concat([bytes, other]);
    case 3:
      return lines(bytes, (all) => random.shuffled(all));
    case 4:
      return lines(bytes, (all) => all.filter(() => !random.chance(0.2)));
    case 5:
      return lines(bytes, (all) => all.map((line) => (random.chance(0.1) ? line.replace(/\d/g, "9") : line)));
    default:
      return bytes;
  }
}

/** Lines of what is text in any encoding with bytes of one width; anything else is turned over likewise, and is rubbish. */
function lines(bytes: Buffer, turn: (lines: string[]) => string[]): Buffer {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf16le" : "latin1";
  return Buffer.from(turn(bytes.toString(encoding).split("\n")).join("\n"), encoding);
}
