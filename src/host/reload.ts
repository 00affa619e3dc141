import type { Logger } from "pino";
import { followCertificate } from "./certificate-watch.ts";
import { noteRunning } from "./describe.ts";
import { followSettings } from "./follow-settings.ts";
import type { MovableListener } from "./movable-listener.ts";
import type { PublishedHost } from "./publish-running.ts";
import type { RearmOrders } from "./rearm-orders.ts";
import type { HostConfig } from "./run.ts";
import type { LiveSituation } from "./situation.ts";
import { logChanges } from "./situation-log.ts";
import type { Store } from "./store.ts";
import type { StoreWatch } from "./store-watch.ts";

/** What of a running host follows its folder and its store. */
export interface ReloadParts {
  readonly live: LiveSituation;
  readonly orders: RearmOrders;
  readonly listener: MovableListener;
  readonly inDns: PublishedHost;
  readonly store: Store;
  readonly watch: StoreWatch;
  readonly log: Logger;
}

/** A host that takes over what is changed beside it. */
export interface Reloading {
  /** Takes over at once. Throws, and keeps what it has, when what is there now is unusable. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** How often a running host looks whether its licence, catalogue or settings were changed by another command. */
const REFRESH_EVERY = 1000;

/** Makes a host follow its licence, catalogue, settings, certificate and the orders of administrators. */
export function keepReloaded(
  { folder, certificate: files, publishing, clock, onTrouble }: HostConfig,
  { live, orders, listener, inDns, store, watch, log }: ReloadParts,
): Reloading {
  const { current: situation } = live;
  const { publication } = inDns;
  const onMove = (port: number) => noteRunning(folder, port, publishing);
  const onRenewed = () => log.info("Clients are shown the new certificate.");
  const parts = { listener, publication, store, clock, onMove, onTrouble };
  const follow = followSettings(parts, situation().settings);
  const lookAtCertificate = files && followCertificate(files, { listener, clock, onRenewed, onTrouble });
  const takeOver = async () => {
    const before = situation();
    lookAtCertificate?.();
    await live.refresh();
    logChanges(log, before, situation());
    await orders.refresh();
    await follow(situation().settings);
  };
  let reloading: Promise<void> = Promise.resolve();
  const reload = () => {
    reloading = reloading.catch(() => {}).then(takeOver);
    return reloading;
  };
  const look = async () => {
    try {
      await reload();
      await watch.look();
    } catch (error) {
      if (!watch.failed(error)) onTrouble(error instanceof Error ? error.message : String(error));
    }
  };
  const timer = setInterval(look, REFRESH_EVERY);
  return {
    reload,
    async stop() {
      clearInterval(timer);
      await reloading.catch(() => {});
    },
  };
}
