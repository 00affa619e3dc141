import type { LoggedEvent } from "../../protocol/events.ts";
import { numberedJson } from "./event-schema.ts";

/** How often new events are looked for, in milliseconds. */
const LOOK_EVERY = 500;
/** After so many looks a comment says that the stream lives: proxies cut what is silent. */
const LOOKS_TO_COMMENT = 30;
/** A reader this many events behind gets no more until it has caught up. */
const MOST_WAITING = 2000;

/** What ends a stream. */
interface StreamEnd {
  readonly signal: AbortSignal;
  /** Asked before anything is sent: whether whoever reads it is still let in. */
  readonly mayGoOn: () => boolean;
}

type Read = (afterRow: number | undefined) => Promise<(LoggedEvent & { readonly row: number })[]>;

/**
 * Events as server-sent events (WHATWG HTML, 9.2), each with its row as `id`, until the signal, or until its reader is
 * let in no longer. `read` gives what comes after a row, or the newest without one.
 */
export function eventStream(read: Read, after: number | undefined, { signal, mayGoOn }: StreamEnd): Response {
  const encoder = new TextEncoder();
  let isOver = signal.aborted;
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (text: string) => isOver || controller.enqueue(encoder.encode(`${text}\n\n`));
      const end = () => {
        if (!isOver) controller.close();
        isOver = true;
      };
      signal.addEventListener("abort", end, { once: true });
      send(": events follow");
      let last = after;
      for (let looks = 1; !isOver; looks++) {
        const isBehind = (controller.desiredSize ?? 0) < -MOST_WAITING;
        const events = isBehind ? [] : await read(last).catch(() => []);
        if (!mayGoOn()) end();
        for (const event of events) send(`id: ${event.row}\ndata: ${JSON.stringify(numberedJson(event))}`);
        last = events.at(-1)?.row ?? last ?? 0;
        if (looks % LOOKS_TO_COMMENT === 0) send(": still here");
        if (!isOver) await Bun.sleep(LOOK_EVERY);
      }
    },
    cancel() {
      isOver = true;
    },
  });
  return new Response(stream, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
  });
}
