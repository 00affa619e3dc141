import { notePort } from "./describe.ts";
import { openIdentity, storePath } from "./folder.ts";
import { followSettings } from "./follow-settings.ts";
import { createHost } from "./host.ts";
import { type Listener, listen } from "./http.ts";
import { reportLicense } from "./license-watch.ts";
import { type Lock, lockFolder } from "./lock.ts";
import { listenMovably } from "./movable-listener.ts";
import { keepInDns } from "./publication.ts";
import type { Publishing } from "./publisher.ts";
import { openSituation, type Situation } from "./situation.ts";
import { openSqliteStore } from "./sqlite/store.ts";
import type { Store } from "./store.ts";
import { openTicketOffice } from "./ticket.ts";

/** What `muster host run` is told. */
export interface HostConfig {
  readonly folder: string;
  readonly address: string;
  /** Overrides the port of the host's settings; 0 takes a free one. */
  readonly port?: number | undefined;
  /** How to be found in DNS; undefined publishes nothing. */
  readonly publishing?: Publishing | undefined;
  readonly clock: () => number;
  /** Told what went wrong while the host goes on. */
  readonly onTrouble: (sentence: string) => void;
}

/** A host that serves. */
export interface RunningHost {
  readonly listener: Listener;
  readonly store: Store;
  readonly name: string;
  readonly situation: () => Situation;
  /** Resolves when the host has first tried to publish itself in DNS, or at once when it does not. */
  readonly published: Promise<void>;
  /** Answers what was accepted, then closes everything. */
  stop(): Promise<void>;
}

/** How often a running host looks whether its licence, catalogue or settings were changed by another command. */
const REFRESH_EVERY = 1000;

/** The host role. Throws NOT_INITIALIZED, IN_USE, PORT_IN_USE, BAD_INPUT, STORE_NEWER. */
export async function runHost(config: HostConfig): Promise<RunningHost> {
  openIdentity(config.folder);
  const lock = lockFolder(config.folder);
  try {
    return await serve(config, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function serve(config: HostConfig, lock: Lock): Promise<RunningHost> {
  const { folder, address, port, clock, onTrouble } = config;
  const identity = openIdentity(folder);
  const store = openSqliteStore({ path: storePath(folder), machine: identity.name });
  const tickets = openTicketOffice(await store.ticketSecret());
  const live = await openSituation(folder, store);
  const situation = live.current;
  const host = createHost({ identity, store, tickets, situation, port: () => listener.port, clock });
  const publication = config.publishing && keepInDns(config.publishing, { folder, store, clock, onTrouble });
  const open = (wanted: number) => listen(host, { address, port: wanted });
  const listener = listenMovably(open, port ?? situation().settings.port);
  const onMove = (moved: number) => notePort(folder, moved);
  onMove(listener.port);
  const follow = followSettings(
    { listener, publication, store, clock, onMove, onTrouble },
    situation().settings,
  );
  const stopReports = reportLicense({ situation, store, clock });
  const refresh = async () => {
    await live.refresh();
    await follow(situation().settings);
  };
  const refreshing = setInterval(
    () => refresh().catch((error: Error) => onTrouble(error.message)),
    REFRESH_EVERY,
  );

  return {
    listener,
    store,
    name: identity.name,
    situation,
    published: publication?.attempted() ?? Promise.resolve(),
    async stop() {
      clearInterval(refreshing);
      stopReports();
      await publication?.stop();
      await listener.stop();
      await store.close();
      lock.release();
    },
  };
}
