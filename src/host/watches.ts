import type { Logger } from "pino";
import { watchClock } from "./clock-watch.ts";
import { reportLicense } from "./license-watch.ts";
import { keepRenewed } from "./renewal.ts";
import type { HostConfig } from "./run.ts";
import { reportSeats } from "./seats-watch.ts";
import type { Situation } from "./situation.ts";
import type { Store } from "./store.ts";
import { startUpkeep, type Upkeep } from "./upkeep.ts";

/** Starts what a host looks after beside answering: its seats, its licence, its renewal, its event log, old machines and its clock. */
export function startWatches(
  { folder, vendor, clock, monotonic, onTrouble }: HostConfig,
  { store, situation, log }: { store: Store; situation: () => Situation; log: Logger },
): Upkeep {
  const parts = { situation, store, clock, onTrouble };
  const stopSeats = reportSeats(parts);
  const stopLicense = reportLicense(parts);
  const stopRenewal = vendor && keepRenewed({ ...parts, folder, vendor });
  const stopClock = monotonic && watchClock({ clock, monotonic }, { store, log });
  const upkeep = startUpkeep({ store, situation, clock, log });
  return {
    events: upkeep.events,
    async stop() {
      await stopClock?.();
      await upkeep.stop();
      await stopRenewal?.();
      stopLicense();
      await stopSeats();
    },
  };
}
