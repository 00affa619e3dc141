import { Problem, type ProblemName } from "../protocol/problems.ts";
import type { AttemptResult } from "./attempt.ts";
import type { Client } from "./client.ts";

/** What the agent tells of. Times are milliseconds since the epoch. */
export type AgentEvent =
  | { readonly kind: "attempt"; readonly result: AttemptResult }
  | { readonly kind: "waiting"; readonly until: number }
  | { readonly kind: "trouble"; readonly name: ProblemName; readonly code: string; readonly message: string };

/** How the agent runs. */
export interface AgentOptions {
  readonly signal: AbortSignal;
  readonly report: (event: AgentEvent) => void;
  /** Ends after the attempts that are due now. */
  readonly once?: boolean;
  readonly now?: () => number;
}

/** A product that was installed or a rearm by another process is seen within this time, milliseconds. */
const LOOK_AGAIN = 5_000;
/** How long the agent keeps still after trouble with its own folder, milliseconds. */
const TROUBLE_PAUSE = 60_000;

/**
 * Keeps the products of one machine activated until `signal` aborts: makes each attempt when it is due and sleeps in
 * between. Settings and keys are read anew each time, so changes by other processes take effect without a restart.
 */
export async function runAgent(client: Client, options: AgentOptions): Promise<void> {
  const { signal, report, once = false, now = Date.now } = options;
  let told = "";
  const tell = (event: AgentEvent) => {
    const line = JSON.stringify(event);
    if (event.kind === "attempt" || line !== told) report(event);
    told = event.kind === "attempt" ? "" : line;
  };
  while (!signal.aborted) {
    const pause = await round(client, signal, tell, now, once);
    if (once) return;
    await sleep(pause, signal);
  }
}

/** One round of attempts; gives how long to sleep, milliseconds. */
async function round(
  client: Client,
  signal: AbortSignal,
  tell: (event: AgentEvent) => void,
  now: () => number,
  once: boolean,
): Promise<number> {
  try {
    const results = await unlessAborted(client.activateDue(signal), signal);
    for (const result of results) tell({ kind: "attempt", result });
    const until = await client.nextDue();
    if ((!once || results.length === 0) && Number.isFinite(until)) tell({ kind: "waiting", until });
    // Whatever the clock or another process does to the schedule, attempts never follow each other closely.
    return results.length > 0 ? LOOK_AGAIN : Math.min(LOOK_AGAIN, Math.max(1000, until - now()));
  } catch (error) {
    if (signal.aborted) return 0;
    if (!(error instanceof Problem)) throw error;
    const { name, code, message } = error;
    tell({ kind: "trouble", name, code, message });
    return name === "KEY_MISSING" || name === "NOT_INITIALIZED" ? LOOK_AGAIN : TROUBLE_PAUSE;
  }
}

/** A lookup in DNS cannot be called back; whoever ends the agent does not wait for it. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    if (signal.aborted) done();
    else signal.addEventListener("abort", done);
  });
}
