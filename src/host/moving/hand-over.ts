import { eventInfo } from "../../protocol/events.ts";
import { problem } from "../../protocol/problems.ts";
import { isLocked } from "../lock.ts";
import { oneField } from "../settings-change.ts";
import { hostState } from "../sharing-hosts.ts";
import type { SettingName, Store } from "../store.ts";
import { STAYING_SETTINGS } from "./tables.ts";

/** That a store was handed over, and by whom. */
export interface HandOver {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly by: string;
}

/** It lies beside the settings, but no verb sets it, and it does not move with the store. */
const [MARK] = STAYING_SETTINGS;
const NAME = MARK as unknown as SettingName;

/** How long running hosts may take to go quiet, in milliseconds: they look once a second, and DNS may be slow. */
const PATIENCE = 30_000;
/** A host that was just starting when the mark was made has noted itself, or was refused, after so long. */
const STARTING = 2000;
const LOOK_EVERY = 100;

/** Whether the hosts of a store are to be quiet; undefined when they serve. */
export async function readHandOver(store: Pick<Store, "setting">): Promise<HandOver | undefined> {
  const text = await store.setting(NAME);
  if (text === undefined) return undefined;
  const [time = "", ...by] = text.split(" ");
  return { time: Number(time), by: by.join(" ") };
}

/** Tells all hosts of a store to go quiet. */
export async function markHandedOver(store: Store, by: string, now: number): Promise<void> {
  await store.changeSetting(NAME, `${now} ${oneField(by)}`, () => [], now, oneField(by));
}

/** Takes the mark away again, with event 12418: hosts that are running go on. */
export async function takeBack(store: Store, by: string, now: number): Promise<void> {
  const info = eventInfo(12418, { by: oneField(by) });
  await store.changeSetting(NAME, undefined, () => [{ id: 12418, cmid: undefined, info }], now, oneField(by));
}

/** Leaves event 12416 in a store: from here on this host writes no activation to it. */
export async function tellQuiet(store: Store, by: string, now: number): Promise<void> {
  await store.record([{ id: 12416, cmid: undefined, info: eventInfo(12416, { by: oneField(by) }) }], now);
}

/** Who takes a store back, if anybody, and who is told that there was nothing to take. */
interface TakingBack {
  readonly isTakenBack: boolean;
  readonly by: string;
  readonly now: number;
  readonly onTrouble: (sentence: string) => void;
}

/** Lets a host start on a store that was not handed over, or whose administrator takes it back. Throws IN_USE. */
export async function refuseHandedOver(
  store: Store,
  { isTakenBack, by, now, onTrouble }: TakingBack,
): Promise<void> {
  const handOver = await readHandOver(store);
  if (handOver === undefined) {
    if (isTakenBack)
      onTrouble("The store of this host is not handed over, so --take-back has nothing to take back.");
    return;
  }
  if (isTakenBack) return takeBack(store, by, now);
  const day = new Date(handOver.time).toISOString().slice(0, 16).replace("T", " ");
  throw problem(
    "IN_USE",
    `The store of this host was handed over on ${day} UTC; run the host that took it, or start this one with --take-back if none did.`,
  );
}

/** How hosts are told to go quiet. */
export interface HandOverOptions {
  readonly by: string;
  readonly clock: () => number;
  /** Whether hosts on other machines may serve from the store. */
  readonly isShared: boolean;
  /** How long to wait for them, in milliseconds. */
  readonly patience?: number | undefined;
}

/** A host that serves from a store at present, by its id and its machine name. */
export interface Serving {
  readonly id: string;
  readonly name: string;
}

/** The hosts that serve from a store, as far as they have noted themselves; of that in this folder it is known. */
export async function hostsServing(
  store: Pick<Store, "hosts">,
  own: Serving & { readonly folder: string },
  now: number,
): Promise<Serving[]> {
  const others = (await store.hosts()).filter(
    (host) => host.id !== own.id && hostState(host, now) === "running",
  );
  return [...(isLocked(own.folder) ? [own] : []), ...others];
}

/**
 * Has all hosts of a store go quiet, and resolves when each of them has said that the last of its activations is stored.
 * Where none runs, this says it. When it throws, they serve as before. Throws IN_USE for a host that does not answer.
 */
export async function handOver(
  store: Store,
  own: Serving & { readonly folder: string },
  { by, clock, isShared, patience = PATIENCE }: HandOverOptions,
): Promise<void> {
  const before = await readHandOver(store);
  const [newest] = await store.events({ limit: 1 });
  // Hosts that are quiet already have said so after the first mark.
  const since = before ? { since: before.time } : { afterRow: newest?.row ?? 0 };
  const started = performance.now();
  if (!before) await markHandedOver(store, by, clock());
  try {
    for (;;) {
      const told = new Set((await store.events({ id: 12416, ...since })).map(({ machine }) => machine));
      const serving = await hostsServing(store, own, clock());
      const loud = serving.filter(({ name }) => !told.has(name));
      const waited = performance.now() - started;
      if (loud.length === 0 && (!isShared || waited > STARTING)) {
        if (serving.length === 0 && !before) await tellQuiet(store, by, clock());
        return;
      }
      if (waited > patience) throw stillLoud(loud, patience);
      await Bun.sleep(LOOK_EVERY);
    }
  } catch (error) {
    if (!before) await takeBack(store, by, clock());
    throw error;
  }
}

function stillLoud(hosts: readonly Serving[], patience: number) {
  const names = hosts.map(({ name }) => name).join(", ");
  return problem(
    "IN_USE",
    `${names} did not go quiet within ${patience / 1000} s, so nothing was changed; stop it (one that was killed is forgotten after 2 minutes) and hand over again.`,
  );
}
