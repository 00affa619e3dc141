import { byNumber } from "./extremes.ts";
import { type ClientMachine, NEEDS_ATTENTION } from "./report.ts";
import { compare } from "./sharing.ts";

export const SORTS = ["attention", "name", "last", "requests", "failed", "expires"] as const;
export type Sort = (typeof SORTS)[number];

/** Which machines of a report are wanted, and in which order. */
export interface Selection {
  readonly sort?: Sort | undefined;
  /** Part of a product's name, or an activation id. */
  readonly product?: string | undefined;
  /** Only machines with a failed request. */
  readonly failed?: boolean | undefined;
  /** Only machines seen since then, milliseconds since the epoch. */
  readonly since?: number | undefined;
}

/** The machines that are wanted, in the order that is wanted. */
export function select(machines: readonly ClientMachine[], selection: Selection): ClientMachine[] {
  const { sort = "attention", product, failed = false, since = Number.NEGATIVE_INFINITY } = selection;
  const chosen = machines.filter(
    (machine) =>
      (!failed || machine.failed > 0) &&
      (since === Number.NEGATIVE_INFINITY || machine.last >= since) &&
      (product === undefined || machine.products.some((each) => isMeant(product, each))),
  );
  // Machines come in the order of what needs attention.
  return sort === "attention" ? chosen : chosen.sort(ORDERS[sort]);
}

/** Whether somebody has to look into a machine. */
export function needsAttention(machine: ClientMachine): boolean {
  return NEEDS_ATTENTION.includes(machine.condition);
}

function isMeant(wanted: string, { id, product }: ClientMachine["products"][number]): boolean {
  const text = wanted.toLowerCase();
  return id === text || (product?.name ?? "").toLowerCase().includes(text);
}

type Order = (one: ClientMachine, other: ClientMachine) => number;

const byName: Order = (one, other) => compare(one.label, other.label);
const ORDERS: Readonly<Record<Exclude<Sort, "attention">, Order>> = {
  name: byName,
  last: (one, other) => byNumber(one.last, other.last) || byName(one, other),
  requests: (one, other) => other.requests - one.requests || byName(one, other),
  failed: (one, other) => other.failed - one.failed || byName(one, other),
  expires: (one, other) =>
    byNumber(one.expires ?? Number.NaN, other.expires ?? Number.NaN) || byName(one, other),
};
