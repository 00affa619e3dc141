/** Sorts rows by a number, those without one last, and by row where it is the same; most logs are in order as they are. */
export function sortRows(rows: Int32Array, by: ArrayLike<number>): void {
  const value = (row: number) => {
    const number = by[row] ?? Number.NaN;
    return Number.isNaN(number) ? Number.POSITIVE_INFINITY : number;
  };
  let isSorted = true;
  for (let at = 1; at < rows.length && isSorted; at++) {
    isSorted = value(rows[at - 1] ?? 0) <= value(rows[at] ?? 0);
  }
  if (isSorted) return;
  rows.sort((one, two) => {
    const [first, second] = [value(one), value(two)];
    return first === second ? one - two : first < second ? -1 : 1;
  });
}
