import type { Broken } from "./target.ts";

const plain = (text: string) =>
  text
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "");

/** One wrong symbol or two swapped neighbours never make another key, or another number, of one that is right. */
export function isOneSlip(right: readonly string[], read: string): Broken {
  const now = plain(read);
  const slipped = right.map(plain).find((was) => isSlip(was, now));
  return slipped !== undefined && `${read} is taken, though it is one slip away from ${slipped}.`;
}

function isSlip(was: string, now: string): boolean {
  if (was.length !== now.length) return false;
  const wrong = [...was].flatMap((symbol, at) => (symbol === now[at] ? [] : [at]));
  const [first = 0, second = 0] = wrong;
  if (wrong.length === 1) return true;
  return (
    wrong.length === 2 && second === first + 1 && was[first] === now[second] && was[second] === now[first]
  );
}
