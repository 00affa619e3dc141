import { closeSync, linkSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { problem } from "../protocol/problems.ts";
import { readPlain } from "../vendor/files.ts";

/** How long a lock is held at most, and how long others wait for it; milliseconds. */
export interface LockLimits {
  /** A lock this old was left behind, even when its holder cannot be asked (it ran on another machine). */
  readonly staleAfter: number;
  readonly giveUpAfter: number;
}

/** For the milliseconds of one write. */
export const WRITING: LockLimits = { staleAfter: 30_000, giveUpAfter: 10_000 };
/** For an attempt to activate, which may have to wait for many hosts that are down. */
export const ASKING: LockLimits = { staleAfter: 15 * 60_000, giveUpAfter: 60_000 };

/** A lock without a holder's name: killed between making the file and writing into it. */
const EMPTY_STALE_AFTER = 2_000;
const LONGEST_PAUSE = 20;
/** In bytes. */
const LONGEST_HOLDER = 1024;

/**
 * Runs `work` while no other process holds the lock. The lock is a file that names its holder; one whose holder no
 * longer runs is taken over. Throws IN_USE when it cannot be had in time.
 */
export async function withLock<T>(path: string, limits: LockLimits, work: () => T | Promise<T>): Promise<T> {
  const holder = `${hostname()} ${process.pid} ${crypto.randomUUID()}`;
  const started = performance.now();
  while (!tryLock(path, holder, limits)) {
    if (performance.now() - started > limits.giveUpAfter) {
      throw problem(
        "IN_USE",
        `Another Muster process is at work in this folder (${path}); try again in a minute.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * LONGEST_PAUSE));
  }
  try {
    return await work();
  } finally {
    if (readHolder(path) === holder) rmSync(path, { force: true });
  }
}

function tryLock(path: string, holder: string, limits: LockLimits): boolean {
  try {
    const file = openSync(path, "wx", 0o600);
    writeSync(file, holder);
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== "EEXIST") throw error;
    const left = readHolder(path);
    if (left !== undefined && isStale(path, left, limits)) takeAway(path, left, holder);
    return false;
  }
}

function readHolder(path: string): string | undefined {
  try {
    return readPlain(path, LONGEST_HOLDER);
  } catch {
    return undefined; // It was released in this moment.
  }
}

function isStale(path: string, holder: string, { staleAfter }: LockLimits): boolean {
  const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (age > (holder === "" ? EMPTY_STALE_AFTER : staleAfter)) return true;
  const [host, pid] = holder.split(" ");
  return host === hostname() && pid !== undefined && !isRunning(Number(pid));
}

/** Whether a process of this machine runs, also one of another account. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== "ESRCH";
  }
}

/** Renaming is atomic, so of several processes one takes the stale lock; if it was another's fresh one, it goes back. */
function takeAway(path: string, stale: string, holder: string): void {
  const aside = `${path}.${holder.slice(-36)}`;
  try {
    renameSync(path, aside);
    if (readPlain(aside, LONGEST_HOLDER) !== stale) linkSync(aside, path);
  } catch {
    // Another process was faster: the next round sees what there is now.
  }
  rmSync(aside, { force: true });
}
