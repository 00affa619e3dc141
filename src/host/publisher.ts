import { eventInfo } from "../protocol/events.ts";
import type { Problem } from "../protocol/problems.ts";
import { readIfThere } from "../vendor/files.ts";
import { type PublishedRecords, type SrvRecord, startPublishing, type TsigKey } from "./dns/index.ts";
import { checkSrv } from "./dns/srv.ts";
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
  const all = () => readRecords(readIfThere(path, MOST_FILE) ?? "{}");
  return {
    domains: () => [...all().keys()],
    read: (domain) => all().get(domain) ?? [],
    write: (domain, records) =>
      writeWhole(path, `${JSON.stringify(Object.fromEntries([...all(), [domain, records]]), null, 2)}\n`),
  };
}

/** By domain. What is damaged is left out: at worst a record of an earlier port stays in DNS. */
function readRecords(text: string): Map<string, SrvRecord[]> {
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found !== "object" || found === null || Array.isArray(found)) return new Map();
    const entries = Object.entries(found);
    return new Map(entries.map(([domain, records]) => [domain, asList(records).filter(isRecord)]));
  } catch {
    return new Map();
  }
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is SrvRecord {
  try {
    const { priority, weight, port, target } = value as SrvRecord;
    // Looked at before a sentence quotes it: lists ten thousand deep take minutes to be spelt.
    const isTyped = [priority, weight, port].every(Number.isInteger) && typeof target === "string";
    return isTyped && checkSrv({ priority, weight, port, target }) !== undefined;
  } catch {
    return false;
  }
}
