import { csvLines } from "../report/csv.ts";
import { hresult } from "../words.ts";
import type { Comparison } from "./compare.ts";
import { exactStamp } from "./stamps.ts";

const HEADINGS = [
  "machine",
  "names",
  "where",
  "products",
  "activation_ids",
  "first_at_old",
  "last_at_old",
  "first_at_new",
  "last_at_new",
  "moved",
  "last_code",
  "expires",
  "next_renewal",
];

/** The machines of a comparison as CSV (RFC 4180), one a line. */
export function csvComparison(comparison: Comparison): Generator<string> {
  return csvLines(rows(comparison));
}

function* rows({ machines, old, new: next }: Comparison): Generator<readonly (string | number)[]> {
  yield HEADINGS;
  for (const machine of machines) {
    yield [
      machine.label,
      machine.names.join("; "),
      machine.move,
      machine.products.map(({ product }) => product?.name ?? "unknown").join("; "),
      machine.products.map(({ id }) => id).join("; "),
      exactStamp(machine.oldFirst, old.utc),
      exactStamp(machine.oldLast, old.utc),
      exactStamp(machine.newFirst, next.utc),
      exactStamp(machine.newLast, next.utc),
      exactStamp(machine.movedAt, old.utc && next.utc),
      hresult(machine.code),
      exactStamp(machine.expires, old.utc && next.utc),
      exactStamp(machine.next, old.utc && next.utc),
    ];
  }
}
