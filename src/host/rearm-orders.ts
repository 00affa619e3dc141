import { eventInfo } from "../protocol/events.ts";
import type { Decision } from "./decide.ts";
import { oneField } from "./settings-change.ts";
import type { MachineKey, Store } from "./store.ts";

/** The orders that machines take a new CMID, as a running host carries them out. */
export interface RearmOrders {
  /** Follows orders that other processes gave. */
  refresh(): Promise<void>;
  /**
   * Orders that a machine's next answer tells it to take a new CMID, with event 12407, or takes that back, with event
   * 12423. False when there is no such machine.
   */
  order(key: MachineKey, isOrdered: boolean, by: string, now: number): Promise<boolean>;
  /** The store's commit, with the orders carried out; each once, unless the answer's fate is unknown. */
  readonly commit: Store["commit"];
}

/** Opens the orders of a store. `onTrouble` is told when one that was carried out could not be struck off. */
export function openRearmOrders(
  store: Pick<Store, "commit" | "orderRearm" | "rearmOrders">,
  onTrouble: (sentence: string) => void,
): RearmOrders {
  let standing = new Set<string>();
  const nameOf = ({ application, cmid }: MachineKey) => `${application} ${cmid}`;

  const strikeOff = async (key: MachineKey, now: number) => {
    standing.delete(nameOf(key));
    await store.orderRearm(key, false, () => [], now).catch((error: Error) => onTrouble(error.message));
  };

  return {
    async refresh() {
      const keys = await store.rearmOrders();
      standing = new Set(keys.map(nameOf));
    },
    async order(key, isOrdered, by, now) {
      const tell = ({ cmid, name }: { cmid: string; name: string }) => {
        const id = isOrdered ? 12407 : 12423;
        return [{ id, cmid, info: eventInfo(id, { cmid, name, by: oneField(by) }) } as const];
      };
      const isThere = await store.orderRearm(key, isOrdered, tell, now);
      if (isThere && isOrdered) standing.add(nameOf(key));
      else standing.delete(nameOf(key));
      return isThere;
    },
    async commit(batch, decide, now) {
      if (standing.size === 0) return store.commit(batch, decide, now);
      const told = new Map<string, MachineKey>();
      const decisions = await store.commit(
        batch,
        (arrival, known): Decision => {
          const name = nameOf(arrival.request);
          const rearm = standing.has(name) && !told.has(name);
          const decision = decide(arrival, { ...known, rearm });
          if (rearm && decision.kind === "admission") told.set(name, arrival.request);
          return decision;
        },
        now,
      );
      for (const key of told.values()) await strikeOff(key, now);
      return decisions;
    },
  };
}
