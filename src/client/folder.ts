import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { MAX_DOCUMENT } from "../protocol/jws.ts";
import { Problem, problem } from "../protocol/problems.ts";
import { isThere, readPlain } from "../vendor/files.ts";
import { logEvent } from "./event-log.ts";
import { ASKING, WRITING, withLock } from "./lock.ts";
import { type ClientState, NEW_STATE } from "./state.ts";
import { readState, writeState } from "./state-file.ts";
import type { LicenseStore, Reading } from "./store.ts";

const FILES = {
  state: "license.json",
  /** The state before the last change: what is used when the current file is damaged. */
  previous: "license.json.previous",
  lock: "license.lock",
  attempt: "attempt.lock",
  catalogue: "catalogue.jws",
} as const;

/** Thousands of products with their leases take less, in bytes. */
const MOST_STATE = 64 * 1024 * 1024;
const MOST_CATALOGUE = MAX_DOCUMENT + 1;

/** True when the folder holds a client. Throws ACCESS_DENIED when this account may not look. */
export function isClientFolder(folder: string): boolean {
  return isThere(join(folder, FILES.state)) || isThere(join(folder, FILES.previous));
}

/** The store in a folder, made at the first write. `largestLog` is the size in bytes at which the event log rotates. */
export function openFolder(folder: string, options: { largestLog?: number } = {}): LicenseStore {
  const path = (name: string) => join(folder, name);
  const makeFolder = () => {
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  };
  let catalogue: { version: string; token: string } | undefined;
  return {
    read: async () => readFolder(folder),
    update: (change) =>
      guard(folder, async () => {
        makeFolder();
        return withLock(path(FILES.lock), WRITING, () => changeState(folder, change));
      }),
    oneAttempt: (work) =>
      guard(folder, async () => {
        makeFolder();
        return withLock(path(FILES.attempt), ASKING, work);
      }),
    catalogue: () =>
      guard(folder, async () => {
        const version = versionOf(path(FILES.catalogue));
        if (version === undefined) return undefined;
        // Catalogues can be megabytes and hardly ever change, and the SDK asks for its status often.
        if (catalogue?.version !== version)
          catalogue = { version, token: readPlain(path(FILES.catalogue), MOST_CATALOGUE) };
        return catalogue.token;
      }),
    keepCatalogue: (token) =>
      guard(folder, async () => {
        makeFolder();
        await withLock(path(FILES.lock), WRITING, () =>
          writeWhole(path(FILES.catalogue), `${token.trim()}\n`),
        );
      }),
    log: (event) =>
      guard(folder, async () => {
        makeFolder();
        await logEvent(folder, event, options.largestLog);
      }),
  };
}

function readFolder(folder: string): Reading {
  const current = readOne(join(folder, FILES.state));
  if (current === undefined || current.problem === undefined) {
    return current ?? readOne(join(folder, FILES.previous)) ?? { state: NEW_STATE, problem: undefined };
  }
  if (current.problem.name !== "BAD_INPUT") return current;
  const previous = readOne(join(folder, FILES.previous));
  return previous?.problem === undefined && previous !== undefined
    ? { state: previous.state, problem: current.problem }
    : current;
}

function readOne(path: string): Reading | undefined {
  try {
    return { state: readState(readPlain(path, MOST_STATE)), problem: undefined };
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    return { state: NEW_STATE, problem: unreadable(path, error) };
  }
}

function unreadable(path: string, error: unknown): Problem {
  if (error instanceof Problem) return problem(error.name, `${path}: ${error.message}`);
  const { code } = error as { code?: string };
  const options = { cause: error };
  if (isDenied(code)) {
    const sentence = `${path} cannot be read; run this as the account that wrote it, or give another folder.`;
    return problem("ACCESS_DENIED", sentence, options);
  }
  return problem(
    "BAD_INPUT",
    `${path} cannot be read (${code}); restore it from a backup, or move it away to start anew.`,
    options,
  );
}

function changeState(folder: string, change: (state: ClientState) => ClientState): ClientState {
  const { state, problem: trouble } = readFolder(folder);
  if (trouble !== undefined && trouble.name !== "BAD_INPUT") throw trouble;
  const next = change(state);
  if (next === state) return state;
  const path = join(folder, FILES.state);
  if (trouble === undefined) keepPrevious(folder);
  else renameSync(path, `${path}.damaged-${Date.now()}`);
  writeWhole(path, writeState(next));
  return next;
}

function keepPrevious(folder: string): void {
  const path = join(folder, FILES.state);
  const previous = join(folder, FILES.previous);
  if (!existsSync(path)) return;
  rmSync(previous, { force: true });
  try {
    linkSync(path, previous);
  } catch {
    copyFileSync(path, previous); // A file system without hard links.
  }
}

/** Written beside, forced to disk and renamed, so that a crash at any moment leaves the old file or the new one. */
function writeWhole(path: string, text: string): void {
  const beside = `${path}.new`;
  const file = openSync(beside, "w", 0o600);
  try {
    chmodSync(beside, 0o600);
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
  syncFolder(join(path, ".."));
}

/** Makes the rename itself durable; Windows has no such call for folders and needs none. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function versionOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
}

async function guard<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (error instanceof Problem || typeof code !== "string") throw error;
    if (/^(ENOSPC|EDQUOT|EFBIG|EIO)$/.test(code)) {
      throw problem(
        "STORE_UNAVAILABLE",
        `${folder} cannot be written (${code}); make room on its disk or give another folder.`,
        { cause: error },
      );
    }
    throw isDenied(code)
      ? problem(
          "ACCESS_DENIED",
          `${folder} cannot be used (${code}); run this as the account that owns it, or give another folder with --data.`,
          { cause: error },
        )
      : problem(
          "BAD_INPUT",
          `${folder} cannot be used (${code}); restore it from a backup, or give another folder with --data.`,
          { cause: error },
        );
  }
}

function isDenied(code: string | undefined): boolean {
  return code === "EACCES" || code === "EPERM" || code === "EROFS";
}
