import { problem } from "../../protocol/problems.ts";
import type { Certificate } from "../../vendor/certificate.ts";
import type { Settler } from "../host.ts";
import { type ActivationListener, type ListenOptions, listen, listenerUrl, type OnRefused } from "../http.ts";
import {
  problemOf,
  type Question,
  type Result,
  refusalMessage,
  type ToFront,
  type ToHost,
} from "./messages.ts";
import { createOutbox } from "./outbox.ts";

/** What fronts are opened with. */
export interface FrontsOptions {
  /** The host's folder; fronts sign, so they read its key. */
  readonly folder: string;
  /** How many threads serve; more than one needs a system that deals connections between listeners (Linux). */
  readonly count: number;
  /** Told the problem of each request that is refused, to count it. */
  readonly onRefused: OnRefused;
  /** Told when a front fails, which is a defect. */
  readonly onTrouble: (sentence: string) => void;
}

interface Front {
  renew(certificate: Certificate): void;
  stop(): Promise<void>;
}

/**
 * Serves the activation port from threads of their own. The disk's flush and the signatures take turns no longer: a
 * batch is on its way to the disk while the next one is read and the last one is signed. Throws as `listen`.
 */
export async function listenFromFronts(
  settler: Settler,
  where: ListenOptions,
  options: FrontsOptions,
): Promise<ActivationListener> {
  const port = await claimPort(where);
  const shared = { ...where, port, isShared: options.count > 1 };
  const fronts = await Promise.all(
    Array.from({ length: options.count }, () => startFront(settler, shared, options)),
  );
  return {
    port,
    url: listenerUrl(where, port),
    renew(certificate) {
      for (const front of fronts) front.renew(certificate);
    },
    async stop() {
      await Promise.all(fronts.map((front) => front.stop()));
      await settler.idle();
    },
  };
}

/** The port, once it is known to be free: fronts share theirs, and would share it with another host as well. */
async function claimPort(where: ListenOptions): Promise<number> {
  const probe = listen({ activate: () => Promise.reject(), admit() {}, idle: async () => {} }, where);
  await probe.stop();
  return probe.port;
}

async function startFront(settler: Settler, where: ListenOptions, options: FrontsOptions): Promise<Front> {
  const { folder, onRefused, onTrouble } = options;
  const worker = new Worker(new URL("./worker.ts", import.meta.url));
  const post = (message: ToFront) => worker.postMessage(JSON.stringify(message));
  const answer = createOutbox<Result>((results) => post({ kind: "settled", results }));
  const started = Promise.withResolvers<Front>();
  const stopped = Promise.withResolvers<void>();

  worker.onerror = (event) => {
    const failed = problem(
      "DEFECT",
      `A thread that serves clients failed (${event.message}); start the host again.`,
    );
    onTrouble(failed.message);
    started.reject(failed);
    stopped.resolve();
  };
  worker.onmessage = (event: MessageEvent<string>) => {
    const data = JSON.parse(event.data) as ToHost;
    if (data.kind === "asked") for (const question of data.questions) settle(settler, question).then(answer);
    else if (data.kind === "refused") for (const refusal of data.refusals) onRefused(problemOf(refusal));
    else if (data.kind === "ready") started.resolve({ renew, stop });
    else if (data.kind === "failed") started.reject(problemOf(data.refusal));
    else stopped.resolve();
  };
  post({ kind: "start", folder, where });
  return started.promise;

  function renew(certificate: Certificate): void {
    post({ kind: "renew", certificate });
  }

  async function stop() {
    post({ kind: "stop" });
    await stopped.promise;
    worker.terminate();
  }
}

async function settle(settler: Settler, { id, request, address }: Question): Promise<Result> {
  try {
    return { id, settlement: await settler.settle(request, address) };
  } catch (error) {
    return { id, refusal: refusalMessage(error) };
  }
}
