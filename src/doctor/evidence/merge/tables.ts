import type { Collector } from "../collector.ts";

/** What every table of requests has: where an event stands, and which computer logged it. */
export interface HeaderTable {
  readonly length: number;
  get(row: number, name: "file" | "computer"): string;
  set(row: number, name: "computer", value: string): void;
  column(name: "file" | "computer"): { readonly [index: number]: number };
  values(name: "file" | "computer"): readonly string[];
}

/** The tables of 12288, 12289 and 12290. */
export function headerTables({ sent, answered, handled }: Collector): readonly HeaderTable[] {
  return [sent.table, answered.table, handled.table];
}

/** Two ids of texts as one number. */
export function pairOf(one: number | undefined, other: number | undefined): number {
  return (one ?? 0) * 0x1_0000_0000 + (other ?? 0);
}
