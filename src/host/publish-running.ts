import type { Logger } from "pino";
import { publishMovably } from "./movable-publication.ts";
import type { Publication } from "./publication.ts";
import type { PublishedOutcome, Publishing } from "./publisher.ts";
import type { HostConfig } from "./run.ts";
import type { Situation } from "./situation.ts";
import type { Store } from "./store.ts";

/** A running host's place in DNS. */
export interface PublishedHost {
  /** Undefined for a host that was started without DNS. */
  readonly publication: Publication | undefined;
  /** How the last attempt ended in each domain; none when the host is not published. */
  published(): readonly PublishedOutcome[];
  /** Resolves when the host has first tried to publish itself, or at once when it does not. */
  attempted(): Promise<void>;
  /** Goes on in these domains, by this server and key. Throws BAD_INPUT, and keeps what it has. */
  republish(publishing: Publishing | undefined): Promise<void>;
  stop(): Promise<void>;
}

/** Publishes a running host as it is told; what its settings want, it is told later. Throws BAD_INPUT. */
export function publishRunning(
  { publishing: started, folder, clock, onTrouble }: HostConfig,
  { store, situation, log }: { store: Store; situation: () => Situation; log: Logger },
): PublishedHost {
  const outcomes = new Map<string, PublishedOutcome>();
  const onOutcome = (outcome: PublishedOutcome) => {
    outcomes.set(outcome.domain, outcome);
    if (!outcome.problem) log.info({ domain: outcome.domain }, "The host is published in DNS.");
  };
  const publication = started && publishMovably(started, { folder, store, clock, onTrouble, onOutcome });
  return {
    publication,
    published: () => (situation().settings.dnsPublishing ? [...outcomes.values()] : []),
    attempted: () => publication?.attempted() ?? Promise.resolve(),
    async republish(publishing) {
      if (publishing === undefined || publication === undefined) return;
      for (const domain of outcomes.keys()) if (!publishing.domains.includes(domain)) outcomes.delete(domain);
      await publication.change(publishing);
    },
    stop: async () => publication?.stop(),
  };
}
