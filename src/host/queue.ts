import { problem } from "../protocol/problems.ts";

const LARGEST_BATCH = 1024;

/** A queue that commits all that wait together, and how to wait until it is empty. */
export interface GroupCommit<In, Out> {
  submit(item: In): Promise<Out>;
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
export function groupCommit<In, Out>(commit: (batch: In[]) => Promise<Out[]>): GroupCommit<In, Out> {
  const waiting: Waiting<In, Out>[] = [];
  let running: Promise<void> | undefined;

  /** Lets those join that have arrived already, for as long as each turn of the event loop brings more. */
  const gather = async () => {
    for (let before = 0; before < waiting.length && waiting.length < LARGEST_BATCH; ) {
      before = waiting.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  const run = async () => {
    while (waiting.length > 0) {
      await gather();
      const batch = waiting.splice(0, LARGEST_BATCH);
      await commit(batch.map(({ item }) => item)).then(
        (outs) => answer(batch, outs),
        (error) => {
          for (const { reject } of batch) reject(error);
        },
      );
    }
    running = undefined;
  };

  return {
    submit: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        running ??= run();
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
