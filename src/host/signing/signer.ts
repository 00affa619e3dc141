import { availableParallelism } from "node:os";
import { createOutbox } from "../front/outbox.ts";
import type { Signer } from "../host.ts";

/** Signs leases, on a thread of its own when there are many. */
export interface LeaseSigner extends Signer {
  sign(type: "lease", claims: object): Promise<string>;
  /** Ends the thread. What still waits is signed before this returns. */
  stop(): void;
}

/** What a signer is opened with. */
export interface LeaseSignerOptions {
  /** The host's folder; the thread reads the host's key there. */
  readonly folder: string;
  /** Signs in this thread. */
  readonly identity: { sign(type: "lease", claims: object): string };
  /** Told when the thread fails; leases are signed without it from then on. */
  readonly onTrouble: (sentence: string) => void;
}

interface Waiting {
  readonly claims: object;
  readonly resolve: (token: string) => void;
  readonly reject: (error: unknown) => void;
}

/** Fewer that wait together are signed here: to hand them over would cost as much as to sign them. */
const FEWEST = 4;
/** So many go over together: while the next ones are signed, these are answered and ask again. */
const SLICE = 16;

/**
 * A signature is the dearest part of a request. While the thread signs one batch, the host reads the next one and has
 * it written to disk. The thread is started when leases wait for the first time; a host with little to do has none.
 */
export function openLeaseSigner({ folder, identity, onTrouble }: LeaseSignerOptions): LeaseSigner {
  let thread: Worker | undefined;
  let isReady = false;
  let isUsable = availableParallelism() > 1;
  const sent: Waiting[][] = [];

  const gather = createOutbox<Waiting>((waiting) => {
    if (waiting.length < FEWEST || !isUsable) return signHere(waiting);
    thread ??= startThread();
    if (!isReady) return signHere(waiting);
    for (let at = 0; at < waiting.length; at += SLICE) handOver(thread, waiting.slice(at, at + SLICE));
  });

  return {
    sign: (_, claims) => new Promise((resolve, reject) => gather({ claims, resolve, reject })),
    stop: endThread,
  };

  function startThread(): Worker {
    const started = new Worker(new URL("./thread.ts", import.meta.url), { ref: false });
    started.onmessage = ({ data }: MessageEvent<string>) => {
      if (isReady) settle(data.split("\n"));
      isReady = true;
    };
    started.onerror = ({ message }) => {
      if (isUsable)
        onTrouble(`The thread that signs leases failed (${message}); the host goes on without it.`);
      endThread();
    };
    started.postMessage(folder);
    return started;
  }

  function handOver(to: Worker, slice: Waiting[]): void {
    sent.push(slice);
    to.postMessage(slice.map(({ claims }) => JSON.stringify(claims)).join("\n"));
  }

  /** Slices come back in the order they went. */
  function settle(tokens: string[]): void {
    const slice = sent.shift() ?? [];
    for (const [at, waiting] of slice.entries()) {
      const token = tokens[at];
      if (token) waiting.resolve(token);
      else signHere([waiting]);
    }
  }

  function endThread(): void {
    isUsable = false;
    thread?.terminate();
    signHere(sent.splice(0).flat());
  }

  function signHere(waiting: readonly Waiting[]): void {
    for (const { claims, resolve, reject } of waiting) {
      try {
        resolve(identity.sign("lease", claims));
      } catch (error) {
        reject(error);
      }
    }
  }
}
