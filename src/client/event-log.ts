import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { isEventId, type LoggedEvent } from "../protocol/events.ts";
import { readIfThere } from "../vendor/files.ts";
import { WRITING, withLock } from "./lock.ts";

const NAME = "events.jsonl";
/** The largest log file, in bytes; about 5000 events. */
const LARGEST = 1024 * 1024;
/** The largest that is read: whoever set another size at which files rotate set a smaller one. */
const LARGEST_READ = 64 * LARGEST;
/** How many full log files are kept beside the current one. */
const KEPT = 4;
const NEWLINE = 10;
/** Appends without waiting for whoever may read, as a pipe would. */
const APPENDING = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | (constants.O_NONBLOCK ?? 0);

/** Appends an event to `events.jsonl`; a full file becomes `events.1.jsonl`, and the oldest of five goes. */
export async function logEvent(folder: string, event: LoggedEvent, largest = LARGEST): Promise<void> {
  const path = join(folder, NAME);
  if (isFull(path, largest)) {
    await withLock(join(folder, "events.lock"), WRITING, () => {
      if (isFull(path, largest)) rotate(folder);
    });
  }
  const line = `${JSON.stringify(event)}\n`;
  append(path, isCutShort(path) ? `\n${line}` : line);
}

function append(path: string, text: string): void {
  const file = openSync(path, APPENDING, 0o600);
  try {
    writeSync(file, text);
  } finally {
    closeSync(file);
  }
}

/**
 * The events of a client's folder, oldest first; lines that are not events are left out. Throws ACCESS_DENIED, or
 * BAD_INPUT for files that are none of such a log.
 */
export function readEvents(folder: string): LoggedEvent[] {
  const events: LoggedEvent[] = [];
  for (let age = KEPT; age >= 0; age--) {
    const text = readIfThere(join(folder, nameAt(age)), LARGEST_READ) ?? "";
    for (const line of text.split("\n")) {
      const event = readEvent(line);
      if (event) events.push(event);
    }
  }
  return events;
}

/** True when the last line has no end: the disk was full or the power went. The next event begins a line of its own. */
function isCutShort(path: string): boolean {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return false;
  const file = openSync(path, "r");
  try {
    const last = new Uint8Array(1);
    readSync(file, last, 0, 1, size - 1);
    return last[0] !== NEWLINE;
  } finally {
    closeSync(file);
  }
}

function nameAt(age: number): string {
  return age === 0 ? NAME : NAME.replace(".", `.${age}.`);
}

function isFull(path: string, largest: number): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= largest;
}

function rotate(folder: string): void {
  rmSync(join(folder, nameAt(KEPT)), { force: true });
  for (let age = KEPT - 1; age >= 0; age--) {
    const path = join(folder, nameAt(age));
    if (existsSync(path)) renameSync(path, join(folder, nameAt(age + 1)));
  }
}

function readEvent(line: string): LoggedEvent | undefined {
  try {
    const { time, id, machine, info } = JSON.parse(line) as Record<string, unknown>;
    if (typeof time !== "number" || typeof id !== "number" || !isEventId(id)) return undefined;
    return typeof machine === "string" && typeof info === "string" ? { time, id, machine, info } : undefined;
  } catch {
    return undefined; // A line cut short by a crash.
  }
}
