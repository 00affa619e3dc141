/** How often a shrinker may try. */
const TRIES = 3000;

/** The smallest input found that still fails: ranges are cut out, the longest first, then bytes are made plain. */
export async function shrink(
  input: Uint8Array,
  fails: (input: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let smallest = input;
  let tries = 0;
  const take = async (candidate: Uint8Array): Promise<boolean> => {
    if (tries >= TRIES) return false;
    tries++;
    const isWorse = await fails(candidate);
    if (isWorse) smallest = candidate;
    return isWorse;
  };
  for (let length = Math.ceil(smallest.length / 2); length >= 1; length = Math.floor(length / 2)) {
    for (let at = 0; at < smallest.length; ) {
      if (!(await take(without(smallest, at, length)))) at += length;
    }
  }
  for (let at = 0; at < smallest.length; at++) {
    if (smallest[at] !== PLAIN) await take(smallest.with(at, PLAIN));
  }
  return smallest;
}

const PLAIN = "0".charCodeAt(0);

function without(input: Uint8Array, at: number, length: number): Uint8Array {
  return Buffer.concat([input.subarray(0, at), input.subarray(at + length)]);
}
