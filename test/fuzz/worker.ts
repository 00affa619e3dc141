/** A thread that fuzzes. The number of the input in hand, and how many were read, stand in shared memory, where a hang does not hide them. */
import { fuzz, type Outcome, type Run } from "./fuzz.ts";
import { removeScratch } from "./scratch.ts";
import { TARGETS } from "./targets.ts";

declare const self: Worker;

/** A piece of work; the first message has the shared memory, the next ones have work, the last one has neither. */
export type ToWorker =
  | { readonly memory: SharedArrayBuffer }
  | { readonly target: string; readonly run: Run }
  | "end";
export type FromWorker = Outcome | "ended";

let current: Int32Array<ArrayBufferLike> = new Int32Array(2);

self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  if (data === "end") {
    for (const { close } of TARGETS) await close?.();
    removeScratch();
    self.postMessage("ended" satisfies FromWorker);
  } else if ("memory" in data) current = new Int32Array(data.memory);
  else {
    const target = TARGETS.find(({ name }) => name === data.target);
    if (target === undefined) throw new Error(`There is no target ${data.target}.`);
    const outcome = await fuzz(target, data.run, (number) => {
      Atomics.store(current, 0, number);
      Atomics.add(current, 1, 1);
    });
    self.postMessage(outcome satisfies FromWorker);
  }
};
