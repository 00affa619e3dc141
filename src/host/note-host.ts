import { version } from "../../package.json";
import type { HostIdentity } from "./folder.ts";
import { NOTE_EVERY } from "./sharing-hosts.ts";
import type { Store } from "./store.ts";

/** What a host notes of itself. */
export interface NotedHost {
  readonly identity: Pick<HostIdentity, "id" | "name">;
  readonly store: Pick<Store, "noteHost">;
  /** Where clients on this machine reach it. */
  readonly activation: () => string;
  readonly started: number;
  readonly clock: () => number;
  readonly onTrouble: (sentence: string) => void;
}

/**
 * Notes a host in its store, now and every 30 s, so that the hosts of a shared count know of each other, and that it
 * stopped when it does. A store that is away is not told of here: its watch does that. Gives a function that ends it.
 */
export function keepNoted(host: NotedHost): () => Promise<void> {
  let isNoted = false;
  const note = async (stopped: number) => {
    try {
      await host.store.noteHost(noteOf(host, stopped));
      isNoted = true;
    } catch (error) {
      isNoted = false;
      const { name, message } = error as Error;
      if (name !== "STORE_UNAVAILABLE") host.onTrouble(message);
    }
  };
  let noting = note(0);
  const timer = setInterval(() => {
    noting = noting.then(() => note(0));
  }, NOTE_EVERY);
  return async () => {
    clearInterval(timer);
    await noting;
    // A store that was away half a minute ago is not waited for.
    if (isNoted) await note(host.clock());
  };
}

function noteOf({ identity, activation, started, clock }: NotedHost, stopped: number) {
  const { id, name } = identity;
  const url = new URL(activation());
  // What reaches it from its own machine says nothing to others.
  if (/^(127\.|\[::1\]|localhost)/.test(url.hostname)) url.hostname = name;
  return { id, name, url: url.origin, version, started, lastSeen: clock(), stopped };
}
