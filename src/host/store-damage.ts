import { eventInfo } from "../protocol/events.ts";
import { storePath } from "./folder.ts";
import { OWN_STORE, storeOf } from "./folder-store.ts";
import { readTornLog } from "./sqlite/torn-log.ts";
import type { Store } from "./store.ts";

/** Says what was found, in the store and to whoever runs the host. */
export type TellDamage = (
  store: Pick<Store, "record">,
  now: number,
  onTrouble: (sentence: string) => void,
) => Promise<void>;

/** Looks at the store of a host before it is opened, which mends what can be mended. Undefined when nothing is wrong. */
export function findDamage(folder: string, told: string | undefined): TellDamage | undefined {
  const torn = (told ?? storeOf(folder)) === OWN_STORE ? readTornLog(storePath(folder)) : undefined;
  if (torn === undefined) return undefined;
  const { at, lost } = torn;
  return async (store, now, onTrouble) => {
    onTrouble(
      `The store's log was damaged on its disk at byte ${at}: the ${lost} transactions behind it are lost, and machines in them count again when they renew; see that the disk is sound.`,
    );
    await store.record([{ id: 12421, cmid: undefined, info: eventInfo(12421, { transactions: lost }) }], now);
  };
}
