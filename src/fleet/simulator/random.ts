/** Random numbers that a seed determines: the same seed, the same world. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A UUID of version 4. */
  id(): string;
  /** Hex SHA-256 in form, random in content. */
  fingerprint(): string;
  /** A stream of its own, so that one more machine changes nothing for the others. */
  fork(name: string): Random;
}

/** Random numbers from a seed. */
export function seededRandom(seed: number | string): Random {
  const next = mulberry32(hash(String(seed)));
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join("");
  return {
    next,
    id: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
    fingerprint: () => hex(64),
    fork: (name) => seededRandom(`${seed}/${name}`),
  };
}

/** Mulberry32 by Tommy Ettinger: 32 bits of state, and good enough for jitter and weights. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}
