import type { Defect, Outcome, Run } from "./fuzz.ts";
import { TARGETS } from "./targets.ts";
import type { FromWorker, ToWorker } from "./worker.ts";

/** What is asked of a pool. */
export interface Wanted {
  readonly seed: number;
  /** Inputs of each target, but for its share. */
  readonly inputs: number;
  /** Names; all without. */
  readonly targets?: readonly string[] | undefined;
  /** Threads. */
  readonly threads: number;
  /** Ends it early: no further piece is begun. */
  readonly signal?: AbortSignal | undefined;
  /** Told the outcomes so far, now and then. */
  readonly onProgress?: (outcomes: readonly Outcome[], left: number) => void;
}

/**
 * No input takes so much of a processor, in milliseconds; nor, if it waits, so long. A clock alone would blame inputs for
 * a machine that does ten other things.
 */
const HANG = { busy: 60_000, idle: 900_000 };
/** No input leaves a process with more than this, in bytes. */
const MOST_MEMORY = 4 * 2 ** 30;
/** A target gets at least so many inputs, whatever its share. */
const FEWEST = 40;
const PIECE = 20_000;
const EVERY = 500;

/** Fuzzes targets on several threads, and watches for inputs that never end or take all memory: these end it. */
export async function fuzzAll({
  seed,
  inputs,
  targets,
  threads,
  signal,
  onProgress,
}: Wanted): Promise<Outcome[]> {
  const wanted = TARGETS.filter(({ name }) => targets?.includes(name) ?? true);
  const outcomes = wanted.map(
    ({ name }): Outcome => ({ target: name, inputs: 0, accepted: 0, refused: 0, defects: [] }),
  );
  const pieces = wanted.flatMap(({ name, share = 1 }) => {
    const all = Math.max(Math.min(FEWEST, inputs), Math.round(inputs * share));
    return cut(all, share).map((run) => ({ target: name, run: { seed, ...run }, after: run.from / all }));
  });
  // All targets advance together, so that a night that ends early has tried each of them.
  pieces.sort((one, other) => one.after - other.after);
  const outcomeOf = (name: string) => outcomes.find(({ target }) => target === name);
  const take = () => (signal?.aborted ? undefined : pieces.shift());
  const done = (outcome: Outcome) => {
    add(outcomeOf(outcome.target), outcome);
    onProgress?.(outcomes, pieces.length);
  };
  const watch = { busy: HANG.busy * threads, idle: HANG.idle };
  await Promise.all(Array.from({ length: threads }, () => work(take, done, watch)));
  return outcomes;
}

type Piece = { readonly target: string; readonly run: Run };

function cut(inputs: number, share: number): Pick<Run, "from" | "to">[] {
  const size = Math.max(200, Math.round(PIECE * share));
  return Array.from({ length: Math.ceil(inputs / size) }, (_, at) => ({
    from: at * size,
    to: Math.min(inputs, (at + 1) * size),
  }));
}

function work(
  take: () => Piece | undefined,
  done: (outcome: Outcome) => void,
  { busy, idle }: typeof HANG,
): Promise<void> {
  const memory = new SharedArrayBuffer(8);
  const current = new Int32Array(memory);
  const worker = new Worker(new URL("./worker.ts", import.meta.url));
  const send = (message: ToWorker) => worker.postMessage(message);
  return new Promise((resolve, reject) => {
    let piece: Piece | undefined;
    let seen = { read: -1, at: performance.now(), busy: busyTime() };
    const watch = setInterval(() => {
      const [number, read] = [Atomics.load(current, 0), Atomics.load(current, 1)];
      if (read !== seen.read || piece === undefined) seen = { read, at: performance.now(), busy: busyTime() };
      const isHanging = performance.now() - seen.at > idle || busyTime() - seen.busy > busy;
      const isLarge = process.memoryUsage.rss() > MOST_MEMORY;
      if (piece !== undefined && (isHanging || isLarge)) {
        end(piece, number, isHanging ? "It takes minutes." : "It takes too much memory.");
      }
    }, EVERY);
    const next = () => {
      piece = take();
      if (piece) send(piece);
      else send("end");
    };
    const end = ({ target, run: { seed } }: Piece, number: number, defect: string) => {
      const found: Defect = { target, seed, number, defect, times: 1, input: "" };
      done({ target, inputs: 0, accepted: 0, refused: 0, defects: [found] });
      clearInterval(watch);
      worker.terminate();
      // The rest of the piece is given up; another thread goes on with the next one.
      resolve(work(take, done, { busy, idle }));
    };
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data !== "ended") {
        done(data);
        return next();
      }
      clearInterval(watch);
      worker.terminate();
      resolve();
    };
    worker.onerror = ({ message }) => {
      clearInterval(watch);
      reject(new Error(`A thread that fuzzes failed at ${JSON.stringify(piece)}: ${message}`));
    };
    send({ memory });
    next();
  });
}

/** What all threads of this process have had of the processors, in milliseconds. */
function busyTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function add(sum: Outcome | undefined, { inputs, accepted, refused, defects }: Outcome): void {
  if (sum === undefined) return;
  sum.inputs += inputs;
  sum.accepted += accepted;
  sum.refused += refused;
  for (const defect of defects) {
    const known = sum.defects.find((one) => one.defect === defect.defect);
    if (known) known.times += defect.times;
    else sum.defects.push(defect);
  }
}
