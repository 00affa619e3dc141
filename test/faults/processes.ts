import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../muster.ts";
import { type PostgresServer, programPath } from "../postgres.ts";

/** SIGKILL to every process of a PostgreSQL server at once, as its machine's power cut is to them. */
export async function killAll(server: PostgresServer): Promise<void> {
  const postmaster = postmasterOf(server);
  const all = postmaster === undefined ? [] : [postmaster, ...childrenOf(postmaster)];
  for (const pid of all) signalProcess(pid, "SIGKILL");
  // The server's own way of ending waits for the postmaster.
  await server.kill();
  await until("all of its processes have ended", () => !all.some(hasFiles));
}

/** `pg_ctl stop -m immediate`: it ends without writing what it has in memory. */
export async function stopImmediately(server: PostgresServer): Promise<void> {
  const asServer =
    process.getuid?.() === 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : [];
  const stop = [programPath("pg_ctl"), "stop", "-m", "immediate", "-D", server.data];
  const child = Bun.spawn([...asServer, ...stop], { stdout: "ignore", stderr: "pipe" });
  if ((await child.exited) !== 0) throw new Error(await new Response(child.stderr).text());
  await server.kill();
}

/** Whether a server has not ended by itself. */
export function isRunning(server: PostgresServer): boolean {
  const postmaster = postmasterOf(server);
  return postmaster !== undefined && parentOf(postmaster) !== undefined;
}

/** The process that all others of the server descend from; undefined when it has ended in order. */
function postmasterOf({ data }: PostgresServer): number | undefined {
  try {
    return Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]);
  } catch {
    return undefined;
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync("/proc").flatMap((entry) => {
    const pid = Number(entry);
    return Number.isInteger(pid) && parentOf(pid) === parent ? [pid] : [];
  });
}

function parentOf(pid: number): number | undefined {
  return statusOf(pid)?.parent;
}

function statusOf(pid: number): { readonly state: string | undefined; readonly parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program is in brackets and may hold anything.
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state, parent: Number(parent) };
  } catch {
    return undefined; // It has ended meanwhile.
  }
}

/** Whether a process can have files open still: one that nobody has waited for yet has none. */
function hasFiles(pid: number): boolean {
  return !["Z", "X", undefined].includes(statusOf(pid)?.state);
}

/** Sends a signal to a process that may have ended meanwhile. */
export function signalProcess(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}
