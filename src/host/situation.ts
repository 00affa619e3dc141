import type { Catalogue } from "../protocol/catalogue.ts";
import type { CountedApplication } from "./counts.ts";
import type { Grant } from "./folder.ts";
import { grantVersion, openGrant } from "./folder.ts";
import type { HostSettings } from "./settings.ts";
import { readSettings } from "./settings.ts";
import type { Store } from "./store.ts";

/** What may change while a host runs: its licence, its catalogue, its settings. */
export interface Situation {
  readonly grant: Grant;
  readonly settings: HostSettings;
}

/** A situation that follows the folder and the store, so that other commands take effect on a running host. */
export interface LiveSituation {
  current(): Situation;
  /** Looks whether anything changed. Throws, and keeps the old situation, when what is there now can't be used. */
  refresh(): Promise<void>;
}

/** Reads the situation of a host's folder. */
export async function openSituation(folder: string, store: Store): Promise<LiveSituation> {
  let version = grantVersion(folder);
  let situation = { grant: await openGrant(folder), settings: await readSettings(store) };
  await register(situation.grant, store);
  return {
    current: () => situation,
    async refresh() {
      const newest = grantVersion(folder);
      const isSame = newest === version;
      version = newest;
      const grant = isSame ? situation.grant : await openGrant(folder);
      if (!isSame) await register(grant, store);
      situation = { grant, settings: await readSettings(store) };
    },
  };
}

async function register({ catalogue }: Grant, store: Store): Promise<void> {
  for (const application of countedApplications(catalogue)) await store.register(application);
}

/** An application counts as long as the longest count window among its products. */
export function countedApplications({ applications, products }: Catalogue): CountedApplication[] {
  return applications.map(({ id }) => {
    const windows = products
      .filter(({ application }) => application === id)
      .map(({ policy }) => policy.countWindow);
    return { id, countWindow: Math.max(0, ...windows) };
  });
}
