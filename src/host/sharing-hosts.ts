import { DAY, MINUTE } from "../protocol/time.ts";

/** A host as it notes itself in the store that it shares. Times are milliseconds since the epoch. */
export interface HostNote {
  readonly id: string;
  /** Its machine name. */
  readonly name: string;
  /** Where clients reach it. */
  readonly url: string;
  /** The version of Muster. */
  readonly version: string;
  readonly started: number;
  readonly lastSeen: number;
  /** When it was stopped; 0 while it runs. */
  readonly stopped: number;
}

/** What a host of a shared count does, as the others know it. */
export const HOST_STATES = ["running", "stopped", "gone"] as const;

export type HostState = (typeof HOST_STATES)[number];

/** How often a host notes itself, in milliseconds. */
export const NOTE_EVERY = 30_000;
/** One that has not noted itself for so long is gone: three notes, and what a slow store takes. */
const GONE_AFTER = 2 * MINUTE;
/** One that was last seen before so long is left out, in milliseconds. */
export const HOST_KEPT = 30 * DAY;

/** What a host does, as of its last note. */
export function hostState(
  { lastSeen, stopped }: Pick<HostNote, "lastSeen" | "stopped">,
  now: number,
): HostState {
  if (stopped > 0) return "stopped";
  return now - lastSeen > GONE_AFTER ? "gone" : "running";
}
