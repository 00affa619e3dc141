/** The largest of any number of numbers, leaving out NaN; NaN when there is none. */
export function largest(numbers: Iterable<number>): number {
  let found = Number.NaN;
  for (const each of numbers) if (!(each <= found) && !Number.isNaN(each)) found = each;
  return found;
}

/** The smallest of any number of numbers, leaving out NaN; NaN when there is none. */
export function smallest(numbers: Iterable<number>): number {
  let found = Number.NaN;
  for (const each of numbers) if (!(each >= found) && !Number.isNaN(each)) found = each;
  return found;
}

/** Orders numbers, NaN last. */
export function byNumber(one: number, other: number): number {
  if (Number.isNaN(one) || Number.isNaN(other))
    return Number(Number.isNaN(one)) - Number(Number.isNaN(other));
  return one < other ? -1 : one > other ? 1 : 0;
}
