import { problem } from "../protocol/problems.ts";

const LARGEST_BATCH = 1024;
/** No more may wait, however fast the batches go: each holds a connection and some kilobytes. */
const MOST_WAITING = 8 * LARGEST_BATCH;
/** So few always may wait: a disk that is slow for once turns nobody away. */
const LEAST_WAITING = 128;
/** Milliseconds that a batch should take at most: clients give up after 5 s, and wait for one batch and their own. */
const LONGEST_BATCH = 1000;
/** A batch that takes so long, in milliseconds, hangs. */
const HANGING = 2000;
/** How much room there is again after each batch that was fast enough. */
const GROWTH = 1.5;
/** How much of the usual time of a batch the newest one makes up. */
const NEWEST = 0.3;

/** What a queue is like at one moment. Times are milliseconds. */
export interface Backlog {
  readonly waiting: number;
  /** How many may wait, by what batches took lately. */
  readonly room: number;
  /** How long the batch that is on its way has been so; 0 without one. */
  readonly running: number;
  /** How long batches took lately. */
  readonly usual: number;
}

/** Whether one more would wait too long. */
export function isFull({ waiting, room, running, usual }: Backlog): boolean {
  if (waiting < LEAST_WAITING) return false;
  const batchesBefore = Math.floor(waiting / LARGEST_BATCH);
  return waiting >= room || running > HANGING || batchesBefore * usual > LONGEST_BATCH;
}

/**
 * How many may wait after a batch of `size` requests that took `took` milliseconds: where a large batch takes long, a
 * smaller one; a queue that nobody in it outlives would answer nobody at all.
 */
export function roomAfter(room: number, size: number, took: number): number {
  if (took <= LONGEST_BATCH) return Math.min(MOST_WAITING, Math.ceil(room * GROWTH));
  return Math.max(LEAST_WAITING, Math.min(room, Math.floor((size * LONGEST_BATCH) / took)));
}

/** A queue that commits all that wait together, and how to wait until it is empty. */
export interface GroupCommit<In, Out> {
  submit(item: In): Promise<Out>;
  /** Whether one more would wait too long; what is submitted all the same is taken. */
  isFull(): boolean;
  idle(): Promise<void>;
}

interface Waiting<In, Out> {
  readonly item: In;
  readonly resolve: (out: Out) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: while one batch is on its way to the disk, the next one gathers. Each item is answered only after
 * its whole batch is committed, so one flush of the disk serves all that came meanwhile.
 */
export function groupCommit<In, Out>(
  commit: (batch: In[]) => Promise<Out[]>,
  clock: () => number = () => performance.now(),
): GroupCommit<In, Out> {
  const waiting: Waiting<In, Out>[] = [];
  let running: Promise<void> | undefined;
  let started: number | undefined;
  let usual = 0;
  let room = MOST_WAITING;

  /** Lets those join that have arrived already, for as long as each turn of the event loop brings more. */
  const gather = async () => {
    for (let before = 0; before < waiting.length && waiting.length < LARGEST_BATCH; ) {
      before = waiting.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  const run = async () => {
    while (waiting.length > 0) {
      const begun = clock();
      started = begun;
      await gather();
      const batch = waiting.splice(0, LARGEST_BATCH);
      await commit(batch.map(({ item }) => item)).then(
        (outs) => answer(batch, outs),
        (error) => {
          for (const { reject } of batch) reject(error);
        },
      );
      const took = clock() - begun;
      usual += NEWEST * (took - usual);
      room = roomAfter(room, batch.length, took);
      started = undefined;
    }
    running = undefined;
  };

  return {
    submit: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        running ??= run();
      }),
    isFull: () =>
      // Asked twice for each request; mostly few wait.
      waiting.length >= LEAST_WAITING &&
      isFull({
        waiting: waiting.length,
        room,
        running: started === undefined ? 0 : clock() - started,
        usual,
      }),
    idle: async () => {
      while (running) await running;
    },
  };
}

function answer<In, Out>(batch: Waiting<In, Out>[], outs: Out[]): void {
  for (const [at, { resolve, reject }] of batch.entries()) {
    const out = outs[at];
    if (out === undefined) reject(problem("DEFECT", "A batch gave fewer answers than it had requests."));
    else resolve(out);
  }
}
