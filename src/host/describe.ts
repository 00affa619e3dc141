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
const WITHOUT_DNS = "no-dns";
const DNS_AT = "dns=";

/** What a host shows of itself, one description for each application of its catalogue. Throws NOT_INITIALIZED. */
export async function describeHost(folder: string, now: number): Promise<HostDescription[]> {
  const { id } = openIdentity(folder);
  const store = await openHostStore(folder);
  try {
    const { grant, settings } = (await openSituation(folder, store)).current();
    const { catalogue, license } = grant;
    const key = keyOfLicense(folder, license);
    const installationId = key === undefined ? undefined : await installationIdIn(folder, key);
    const running = runningHost(folder);
    const port = running?.port ?? settings.port;
    const isPublished = settings.dnsPublishing && (running?.hasDns ?? true);
    return await Promise.all(
      catalogue.applications.map(async (application) => {
        const figures = await store.figures(application.id, now);
        return { host: id, application, license, installationId, figures, settings, port, isPublished };
      }),
    );
  } finally {
    await store.close();
  }
}

/** What other commands are told of a running host. */
export interface Running {
  readonly port: number;
  /** False for a host that was started without DNS, whatever its settings say. */
  readonly hasDns: boolean;
  /** The DNS server that it was told to update; without one it finds that of its zone. */
  readonly dnsServer?: string | undefined;
}

/** Leaves where a running host is to be found, and how it publishes itself, where other commands find it. */
export function noteRunning(
  folder: string,
  port: number,
  publishing: { readonly server?: string | undefined } | undefined,
): void {
  const server = publishing?.server === undefined ? "" : ` ${DNS_AT}${publishing.server}`;
  writeWhole(portFile(folder), `${port}${publishing === undefined ? ` ${WITHOUT_DNS}` : server}\n`);
}

/** The host of a folder while it runs; undefined when it does not. */
export function runningHost(folder: string): Running | undefined {
  return isLocked(folder) ? lastRun(folder) : undefined;
}

/** What the host of a folder was when it ran last, or is; undefined when it never ran. */
export function lastRun(folder: string): Running | undefined {
  const [first, second = ""] = (readIfThere(portFile(folder), MOST_FILE) ?? "").trim().split(" ");
  const port = Number(first);
  const dnsServer = second.startsWith(DNS_AT) ? second.slice(DNS_AT.length) : undefined;
  return port > 0 ? { port, hasDns: second !== WITHOUT_DNS, dnsServer } : undefined;
}

function portFile(folder: string): string {
  return join(folder, "port");
}
