import { type Problem, problem } from "../../protocol/problems.ts";
import type { Store } from "../store.ts";
import { readHandOver } from "./hand-over.ts";

/** How many machines a store remembers. */
export async function machinesIn(store: Pick<Store, "listMachines">): Promise<number> {
  const { total = 0 } = await store.listMachines({ sort: "cmid", order: "asc", limit: 1, now: 0 });
  return total;
}

/**
 * Keeps a host from beginning to count at 0 unnoticed: throws ALREADY_EXISTS when the store it leaves has machines and
 * the one it takes has none. Gives a sentence about machines that it leaves behind all the same.
 */
export async function refuseToBeginAnew(
  left: Store,
  taken: Store,
  names: { readonly left: string; readonly taken: string; readonly command: string; readonly anew: string },
): Promise<string | undefined> {
  const machines = await machinesIn(left);
  if (machines === 0 || (await readHandOver(left)) !== undefined) return undefined;
  const some = machines === 1 ? "1 machine" : `${machines} machines`;
  if ((await machinesIn(taken)) === 0) throw wouldBeginAnew(some, names);
  return `${names.left} has ${some} of its own, which count here only when they renew.`;
}

function wouldBeginAnew(
  some: string,
  { left, taken, command, anew }: { left: string; taken: string; command: string; anew: string },
): Problem {
  return problem(
    "ALREADY_EXISTS",
    `${left} has ${some} and ${taken} none, so the count would begin at 0; take them along with: ${command} (or ${anew} to begin at 0).`,
  );
}
