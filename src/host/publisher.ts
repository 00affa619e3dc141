import { eventInfo } from "../protocol/events.ts";
import type { Problem } from "../protocol/problems.ts";
import { readIfThere } from "../vendor/files.ts";
import { type PublishedRecords, type SrvRecord, startPublishing, type TsigKey } from "./dns/index.ts";
import { publishedPath, writeWhole } from "./folder.ts";
import type { Store } from "./store.ts";

/** Records of thousands of domains take less, in bytes. */
const MOST_FILE = 1024 * 1024;

/** How a host is to be found in DNS. */
export interface Publishing {
  /** The domains to publish in. */
  readonly domains: readonly string[];
  /** The name clients are sent to; it must have an address in DNS. */
  readonly target: string;
  /** The DNS server to update, `host` or `host:port`; found by the zone's SOA record when undefined. */
  readonly server?: string | undefined;
  readonly tsigKey?: TsigKey | undefined;
  /** RFC 2782: the lowest priority is tried first, shares within one priority follow the weights. */
  readonly priority?: number | undefined;
  readonly weight?: number | undefined;
}

/** How the last attempt to publish the host in a domain ended. */
export interface PublishedOutcome {
  readonly domain: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** What went wrong; undefined when the host is published. */
  readonly problem: Problem | undefined;
}

/** What publishing needs of the host. */
export interface PublisherParts {
  readonly folder: string;
  readonly store: Store;
  readonly port: number;
  readonly clock: () => number;
  readonly onTrouble: (sentence: string) => void;
  /** Told how each attempt ended, and when. */
  readonly onOutcome?: (outcome: PublishedOutcome) => void;
}

/** A host that publishes itself. */
export interface Publisher {
  /** Resolves when the first attempt in each domain has ended, well or not, and its event is stored. */
  readonly attempted: Promise<void>;
  stop(): Promise<void>;
}

/** Publishes a running host now and every 24 hours, and leaves event 12294 or 12293 each time. */
export function publishHost(publishing: Publishing, parts: PublisherParts): Publisher {
  const { folder, store, port, clock, onTrouble, onOutcome } = parts;
  const { domains, target, server, tsigKey, priority = 0, weight = 0 } = publishing;
  const waiting = new Set(domains);
  const attempted = Promise.withResolvers<void>();
  const { stop } = startPublishing({
    domains,
    record: { priority, weight, port, target },
    server,
    tsigKey,
    now: clock,
    published: recordsIn(folder),
    onOutcome: ({ domain, code, problem }) => {
      const id = problem === undefined ? 12294 : 12293;
      if (problem) onTrouble(problem.message);
      onOutcome?.({ domain, time: clock(), problem });
      const event = { id, cmid: undefined, info: eventInfo(id, { code, domain }) } as const;
      const stored = store.record([event], clock()).catch((error: Error) => onTrouble(error.message));
      waiting.delete(domain);
      if (waiting.size === 0) stored.then(attempted.resolve);
    },
  });
  return { attempted: attempted.promise, stop };
}

/** The records of this host that may be in DNS, in a file of its folder. */
export function recordsIn(folder: string): PublishedRecords & { domains(): string[] } {
  const path = publishedPath(folder);
  const all = (): Record<string, SrvRecord[]> => {
    try {
      return JSON.parse(readIfThere(path, MOST_FILE) ?? "{}");
    } catch {
      return {}; // Damaged: at worst a record of an earlier port stays in DNS.
    }
  };
  return {
    domains: () => Object.keys(all()),
    read: (domain) => all()[domain] ?? [],
    write: (domain, records) =>
      writeWhole(path, `${JSON.stringify({ ...all(), [domain]: records }, null, 2)}\n`),
  };
}
