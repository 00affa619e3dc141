import type { Logger } from "pino";
import { problem } from "../../protocol/problems.ts";
import type { Settler } from "../host.ts";
import type { Publication, WantedInDns } from "../publication.ts";
import type { Store } from "../store.ts";
import { readHandOver, tellQuiet } from "./hand-over.ts";

/** A door before the activations of a host. */
export interface Gate {
  readonly settler: Settler;
  shut(): void;
  open(): void;
}

/** Seconds: clients go to the next host at once, and those that find none ask again soon. */
const RETRY_AFTER = 60;
/** How often a host looks whether its store is handed over. */
const LOOK_EVERY = 1000;
/** How long a host that goes quiet waits for DNS, in milliseconds; it goes on trying afterwards. */
const DNS_PATIENCE = 10_000;

/** Puts a door before a settler: while it is shut, nothing new is counted. */
export function openGate(settler: Settler): Gate {
  let isShut = false;
  const refuse = () => {
    if (!isShut) return;
    throw problem("HANDED_OVER", "This host has handed its machines over; ask the one that took them.", {
      retryAfter: RETRY_AFTER,
    });
  };
  return {
    settler: {
      settle(request, address) {
        refuse();
        return settler.settle(request, address);
      },
      admit() {
        refuse();
        settler.admit();
      },
      idle: settler.idle,
    },
    shut() {
      isShut = true;
    },
    open() {
      isShut = false;
    },
  };
}

/** What of a running host goes quiet. */
export interface QuietParts {
  readonly store: Store;
  readonly gate: Gate;
  /** Undefined for a host that was started without DNS. */
  readonly publication: Publication | undefined;
  /** What DNS shall say of the host while it serves. */
  readonly wanted: () => WantedInDns;
  readonly clock: () => number;
  readonly log: Logger;
}

/**
 * Makes a host go quiet when its store is handed over: it takes no further activation, withdraws its record from DNS,
 * and says by event 12416 that all it has answered is stored. It serves again when the store is taken back. Gives a
 * function that ends the looking.
 */
export function followHandOver(parts: QuietParts): () => Promise<void> {
  const { store, gate, publication, wanted, clock, log } = parts;
  let isQuiet = false;
  let isTold = false;
  const goQuiet = async (by: string) => {
    gate.shut();
    if (!isQuiet) {
      log.warn(
        "The store is handed over: the host answers 503 and leaves DNS; stop it when the new host serves.",
      );
      publication?.want({ ...wanted(), on: false });
    }
    isQuiet = true;
    await gate.settler.idle();
    await Promise.race([publication?.attempted(), Bun.sleep(DNS_PATIENCE)]);
    await tellQuiet(store, by, clock());
    isTold = true;
  };
  const serveAgain = () => {
    isQuiet = false;
    isTold = false;
    gate.open();
    publication?.want(wanted());
    log.info("The store was taken back: the host serves again.");
  };
  const look = async () => {
    const handOver = await readHandOver(store);
    if (handOver && !isTold) await goQuiet(handOver.by);
    if (!handOver && isQuiet) serveAgain();
  };
  let isStopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> = Promise.resolve();
  const again = () => {
    if (isStopped) return;
    timer = setTimeout(() => {
      // A store that is away is told of by its watch.
      running = look().catch((error: Error) => log.debug(error.message));
      running.then(again);
    }, LOOK_EVERY);
  };
  again();
  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await running;
  };
}
