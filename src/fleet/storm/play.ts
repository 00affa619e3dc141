import type { SrvRecord } from "../../client/discovery.ts";
import { openHostStore } from "../../host/folder-store.ts";
import { deploy } from "../deployment.ts";
import { freePort } from "../free-port.ts";
import { answerBusy } from "./busy-port.ts";
import { type HostProcess, startHostProcess } from "./host-process.ts";
import { makeMachines } from "./machines.ts";
import { activateBeforehand } from "./prepare.ts";
import { runStorm, type StormProgress, type StormResult } from "./storm.ts";

/** A database server that a storm may cut the power of. */
export interface Database {
  readonly url: string;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** A storm with all that belongs to it. Times are milliseconds. */
export interface Play {
  /** An empty folder for the hosts. */
  readonly folder: string;
  readonly hosts: number;
  /** What the hosts share; without it the one host has a store of its own. */
  readonly database?: Database | undefined;
  readonly number: number;
  /** Whether the host knows the machines, and they hold leases, when the power goes. */
  readonly known: boolean;
  readonly startWithin: number;
  readonly speed: number;
  /** How long nothing answers when the power is back, and how long 503 then. */
  readonly late?: { readonly silent: number; readonly refusing: number } | undefined;
  readonly onProgress?: (progress: StormProgress) => void;
}

/** What came of it. */
export interface PlayReport {
  readonly storm: StormResult;
  /** Of each host, megabytes. */
  readonly memory: readonly { readonly samples: readonly number[]; readonly peak: number }[];
  /** How many machines hold a lease by the hosts' store. */
  readonly leased: number;
}

/** Cuts the power of hosts and database, brings it back, and has all machines start. */
export async function playStorm(play: Play): Promise<PlayReport> {
  const { folder, database, number, late } = play;
  const names = Array.from({ length: play.hosts }, (_, at) => `kms0${at + 1}.storm.test`);
  const [hostName = "", ...others] = names;
  const deployment = await deploy(folder, { hostName, others, now: Date.now() });
  const machines = await makeMachines(deployment);
  const store = database?.url;
  const records = names.map((name): SrvRecord => ({ name, port: freePort(), priority: 0, weight: 0 }));
  if (play.known) await activateBeforehand(deployment.hostFolder, store, machines, number, records);
  const hosts: HostProcess[] = [];
  try {
    for (const [at, folder] of deployment.hostFolders.entries())
      hosts.push(await startHostProcess(folder, { store, port: records[at]?.port }));
    if (late !== undefined) await Promise.all([...hosts.map((host) => host.cut()), database?.kill()]);
    const rising = late === undefined ? undefined : rise(hosts, database, late);
    const { startWithin, speed, onProgress } = play;
    const storm = await runStorm({
      machines,
      number,
      startWithin,
      speed,
      hosts: records,
      calm: rising,
      ...(onProgress && { onProgress }),
    });
    await rising;
    await Promise.all(hosts.map((host) => host.stop()));
    const opened = await openHostStore(deployment.hostFolder);
    const leased = await opened.leased(Date.now());
    await opened.close();
    return { storm, memory: hosts.map((host) => host.memory()), leased };
  } finally {
    await Promise.all(hosts.map((host) => host.stop()));
  }
}

/** Nothing answers, then 503, then everything: a database that goes away again, or what stands before a single host. */
async function rise(
  hosts: readonly HostProcess[],
  database: Database | undefined,
  { silent, refusing }: { silent: number; refusing: number },
): Promise<void> {
  await Bun.sleep(silent);
  if (database !== undefined) {
    await database.start();
    await Promise.all(hosts.map((host) => host.start()));
    await database.kill();
    await Bun.sleep(refusing);
    await database.start();
    return;
  }
  const fronts = hosts.map(({ port }) => answerBusy(port));
  await Bun.sleep(refusing);
  await Promise.all(fronts.map((front) => front.stop()));
  await Promise.all(hosts.map((host) => host.start()));
}
