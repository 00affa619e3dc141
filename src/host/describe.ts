import { join } from "node:path";
import { readIfThere } from "../vendor/files.ts";
import { installationIdIn } from "./activation.ts";
import { openIdentity, writeWhole } from "./folder.ts";
import { openHostStore } from "./folder-store.ts";
import { keyOfLicense } from "./kept-keys.ts";
import { isLocked } from "./lock.ts";
import { openSituation } from "./situation.ts";
import type { HostDescription } from "./slmgr-lines.ts";

const MOST_FILE = 64;

/** What a host shows of itself, one description for each application of its catalogue. Throws NOT_INITIALIZED. */
export async function describeHost(folder: string, now: number): Promise<HostDescription[]> {
  const { id } = openIdentity(folder);
  const store = await openHostStore(folder);
  try {
    const { grant, settings } = (await openSituation(folder, store)).current();
    const { catalogue, license } = grant;
    const key = keyOfLicense(folder, license);
    const installationId = key === undefined ? undefined : await installationIdIn(folder, key);
    const port = runningPort(folder) ?? settings.port;
    return await Promise.all(
      catalogue.applications.map(async (application) => {
        const figures = await store.figures(application.id, now);
        return { host: id, application, license, installationId, figures, settings, port };
      }),
    );
  } finally {
    await store.close();
  }
}

/** Leaves the port of a running host where other commands find it. */
export function notePort(folder: string, port: number): void {
  writeWhole(portFile(folder), `${port}\n`);
}

/** The port that the host of a folder listens on; undefined when it does not run. */
export function runningPort(folder: string): number | undefined {
  if (!isLocked(folder)) return undefined;
  return Number(readIfThere(portFile(folder), MOST_FILE)) || undefined;
}

function portFile(folder: string): string {
  return join(folder, "port");
}
