import { constants, setPriority } from "node:os";
import { Problem } from "../protocol/problems.ts";
import type { MovableListener } from "./movable-listener.ts";
import type { Publication } from "./publication.ts";
import type { HostSettings } from "./settings.ts";
import { changeSetting } from "./settings-change.ts";
import type { Store } from "./store.ts";

/** What of a running host its settings move; intervals and the rest are read with each answer. */
export interface Followers {
  readonly listener: MovableListener;
  /** Undefined for a host that was started without DNS. */
  readonly publication: Publication | undefined;
  readonly store: Store;
  readonly clock: () => number;
  /** Told the port that the host has moved to. */
  readonly onMove: (port: number) => void;
  readonly onTrouble: (sentence: string) => void;
}

/**
 * Makes a running host follow its settings: gives the function to call with the settings as they are now. A port that
 * cannot be had is put back to what it was, with event 12402, so that the host starts again on a port that it can have.
 */
export function followSettings(
  parts: Followers,
  started: HostSettings,
): (now: HostSettings) => Promise<void> {
  const { listener, publication, store, clock, onMove, onTrouble } = parts;
  let known = started;
  if (started.priority === "low") applyPriority("low", onTrouble);
  publication?.want({ on: started.dnsPublishing, port: listener.port });

  const movePort = async (before: number, after: number): Promise<void> => {
    if (listener.port === after) return;
    try {
      await listener.move(after);
      onMove(listener.port);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      onTrouble(`${error.message} The host keeps port ${listener.port}.`);
      known = { ...known, port: before };
      await changeSetting(store, "port", String(before), `host ${error.name}`, clock());
    }
  };

  return async (now) => {
    const before = known;
    known = now;
    const from = listener.port;
    if (now.port !== before.port) await movePort(before.port, now.port);
    if (now.priority !== before.priority) applyPriority(now.priority, onTrouble);
    if (now.dnsPublishing === before.dnsPublishing && listener.port === from) return;
    publication?.want({ on: now.dnsPublishing, port: listener.port });
    if (now.dnsPublishing && publication === undefined && !before.dnsPublishing) {
      onTrouble("This host was started without DNS, so it is not published; start it without --no-dns.");
    }
  };
}

/** As KMS: low lets everything else on the machine go first. */
function applyPriority(priority: HostSettings["priority"], onTrouble: (sentence: string) => void): void {
  const { PRIORITY_LOW, PRIORITY_NORMAL } = constants.priority;
  try {
    setPriority(priority === "low" ? PRIORITY_LOW : PRIORITY_NORMAL);
  } catch {
    onTrouble(
      `This account may not set the priority of the host to ${priority}; it is ${priority} when the host starts again.`,
    );
  }
}
