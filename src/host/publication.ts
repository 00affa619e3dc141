import { eventInfo } from "../protocol/events.ts";
import { Problem, problem } from "../protocol/problems.ts";
import { withdraw } from "./dns/index.ts";
import { checkName } from "./dns/name.ts";
import { nextAttempt } from "./dns/publishing.ts";
import { parseServerAddress } from "./dns/server-address.ts";
import { checkSrv } from "./dns/srv.ts";
import { type Publisher, type PublisherParts, type Publishing, publishHost, recordsIn } from "./publisher.ts";

/** What DNS shall say of a host. */
export interface WantedInDns {
  readonly on: boolean;
  readonly port: number;
}

/** A host's record in DNS, which follows what is wanted. */
export interface Publication {
  /** Publishes at once, or takes the host out of DNS, and goes on trying when a server fails. */
  want(wanted: WantedInDns): void;
  /** Resolves when the first attempt at what was wanted last has ended, well or not. */
  attempted(): Promise<void>;
  /** Ends all attempts; what is in DNS stays there. */
  stop(): Promise<void>;
}

/** What keeping a host in DNS needs of it. */
export interface PublicationParts extends Omit<PublisherParts, "port"> {
  /** Runs something later and returns how to call it off; the process's own timers unless told. */
  readonly later?: (milliseconds: number, run: () => void) => () => void;
}

/**
 * Keeps DNS as it is wanted; event 12293 tells of each attempt that failed, 12294 of each that published. Throws
 * BAD_INPUT at once when a domain, the target or the server cannot be one.
 */
export function keepInDns(publishing: Publishing, parts: PublicationParts): Publication {
  checkPublishing(publishing);
  let current: Pick<Publisher, "attempted" | "stop"> | undefined;
  // One after the other: an update that is under way must not overtake the next.
  let turn: Promise<void> = Promise.resolve();
  return {
    want({ on, port }) {
      turn = turn.then(async () => {
        await current?.stop();
        current = on ? publishHost(publishing, { ...parts, port }) : takeOut(publishing, parts);
      });
      turn = turn.catch((error: Error) => parts.onTrouble(error.message));
    },
    attempted: async () => {
      await turn;
      await current?.attempted;
    },
    stop: async () => {
      await turn;
      await current?.stop();
    },
  };
}

function checkPublishing({ domains, server, target, priority = 0, weight = 0 }: Publishing): void {
  for (const domain of domains) checkName(domain, "The DNS domain");
  checkSrv({ priority, weight, port: 1, target });
  if (server !== undefined) parseServerAddress(server);
}

/** Takes every record that this host remembers out of DNS, domain by domain, until that has succeeded. */
function takeOut({ server, tsigKey }: Publishing, parts: PublicationParts) {
  const { folder, store, clock, onTrouble, later = onTimer } = parts;
  const published = recordsIn(folder);
  const stopping = new AbortController();
  const pending = new Map<string, () => void>();
  const running = new Set<Promise<void>>();

  const attempt = async (domain: string, failures: number): Promise<void> => {
    try {
      await withdraw(domain, published, { server, tsigKey, now: clock, signal: stopping.signal });
    } catch (error) {
      if (stopping.signal.aborted) return;
      const { code, message } = asProblem(error, domain);
      onTrouble(`${message} Its record of this host is still there; it is taken out as soon as that works.`);
      const event = { id: 12293, cmid: undefined, info: eventInfo(12293, { code, domain }) } as const;
      await store.record([event], clock()).catch((trouble: Error) => onTrouble(trouble.message));
      if (stopping.signal.aborted) return;
      pending.set(
        domain,
        later(nextAttempt(failures + 1), () => start(domain, failures + 1)),
      );
    }
  };
  const start = (domain: string, failures: number): Promise<void> => {
    const done = attempt(domain, failures).finally(() => running.delete(done));
    running.add(done);
    return done;
  };

  return {
    attempted: Promise.all(published.domains().map((domain) => start(domain, 0))).then(() => {}),
    async stop() {
      stopping.abort();
      for (const cancel of pending.values()) cancel();
      await Promise.all(running);
    },
  };
}

function onTimer(milliseconds: number, run: () => void): () => void {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
}

function asProblem(error: unknown, domain: string): Problem {
  if (error instanceof Problem) return error;
  return problem("DEFECT", `${domain} could not be updated in a way that Muster does not know.`, {
    cause: error,
  });
}
