/** A front: a thread that serves HTTP for a host. `http → parse` and `sign → answer` are here, the rest in the host. */
import type { Certificate } from "../../vendor/certificate.ts";
import { openIdentity } from "../folder.ts";
import { busy, type Settlement, type Settler, signAnswers } from "../host.ts";
import { type ActivationListener, listen } from "../http.ts";
import {
  type FrontStart,
  problemOf,
  type Question,
  type RefusalMessage,
  type Result,
  refusalMessage,
  type ToFront,
  type ToHost,
} from "./messages.ts";
import { createOutbox } from "./outbox.ts";

declare const self: Worker;

const post = (message: ToHost) => self.postMessage(JSON.stringify(message));
/** Milliseconds. */
const RETRY_EVERY = 1000;
const waiting = new Map<number, PromiseWithResolvers<Settlement>>();
let listener: ActivationListener | undefined;
let asked = 0;
/** A front's own limit: what it has handed over and not got back. The host refuses sooner when it must. */
const MOST_WAITING = 8192;
/** How long nothing must have come before a front ends, in milliseconds. */
const QUIET = 100;

self.onmessage = async (event: MessageEvent<string>) => {
  const data = JSON.parse(event.data) as ToFront;
  if (data.kind === "settled") for (const result of data.results) hand(result);
  else if (data.kind === "start") start(data);
  else if (data.kind === "renew") renew(data.certificate);
  else {
    await listener?.stop();
    await quiet();
    post({ kind: "stopped" });
  }
};

function start({ folder, where }: FrontStart): void {
  const refused = createOutbox<RefusalMessage>((refusals) => post({ kind: "refused", refusals }));
  try {
    const host = signAnswers(remoteSettler(), openIdentity(folder));
    listener = listen(host, where, (problem) => refused(refusalMessage(problem)));
    post({ kind: "ready" });
  } catch (error) {
    post({ kind: "failed", refusal: refusalMessage(error) });
  }
}

/** Another program may take the port in the moment between: the front goes on trying, and other fronts serve. */
function renew(certificate: Certificate): void {
  try {
    listener?.renew(certificate);
  } catch {
    setTimeout(() => renew(certificate), RETRY_EVERY);
  }
}

function remoteSettler(): Settler {
  const ask = createOutbox<Question>((questions) => post({ kind: "asked", questions }));
  return {
    settle(request, address) {
      const settled = Promise.withResolvers<Settlement>();
      const id = ++asked;
      waiting.set(id, settled);
      ask({ id, request, address });
      return settled.promise;
    },
    admit() {
      if (waiting.size >= MOST_WAITING) throw busy();
    },
    async idle() {
      await Promise.allSettled([...waiting.values()].map(({ promise }) => promise));
    },
  };
}

/** A request that was on its way when the listener closed is still taken: it is to be answered before the thread ends. */
async function quiet(): Promise<void> {
  for (let before = -1; before !== asked || waiting.size > 0; ) {
    before = asked;
    await Bun.sleep(QUIET);
  }
}

function hand(result: Result): void {
  const asker = waiting.get(result.id);
  waiting.delete(result.id);
  if ("settlement" in result) asker?.resolve(result.settlement);
  else asker?.reject(problemOf(result.refusal));
}
