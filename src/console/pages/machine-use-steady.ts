import { useRef, useState } from "preact/hooks";

/** A list that is refreshed while somebody reads it. */
export interface Steady<Row> {
  readonly rows: readonly Row[];
  /** Whether the list has other rows by now, or others first. */
  readonly isBehind: boolean;
  /** Shows the list as it is. */
  readonly catchUp: () => void;
}

/**
 * Keeps each row where it is while it is read: what is in it is new, its place is not. Of another `list` all is shown
 * as it comes.
 */
export function useSteady<Row>(
  given: readonly Row[],
  { list, keyOf, isRead }: { list: string; keyOf: (row: Row) => string; isRead: () => boolean },
): Steady<Row> {
  const shown = useRef({ given, list, rows: given, isBehind: false });
  const [, setTurn] = useState(0);
  const before = shown.current;
  if (before.given !== given || before.list !== list) {
    const isOther =
      before.list === list && !isSameOrder(before.rows, given, keyOf) && before.rows.length > 0 && isRead();
    const fresh = new Map(given.map((row) => [keyOf(row), row]));
    const rows = isOther ? before.rows.map((row) => fresh.get(keyOf(row)) ?? row) : given;
    shown.current = { given, list, rows, isBehind: isOther };
  }
  const { rows, isBehind } = shown.current;
  return {
    rows,
    isBehind,
    catchUp() {
      shown.current = { ...shown.current, rows: shown.current.given, isBehind: false };
      setTurn((turn) => turn + 1);
    },
  };
}

function isSameOrder<Row>(one: readonly Row[], other: readonly Row[], keyOf: (row: Row) => string): boolean {
  return (
    one.length === other.length &&
    one.every((row, at) => other[at] !== undefined && keyOf(row) === keyOf(other[at]))
  );
}
