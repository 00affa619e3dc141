import { DAY, MINUTE, Problem, problem, SUCCESS } from "../../protocol/index.ts";
import { checkName } from "./name.ts";
import { publish, type UpdateRoute, unpublish } from "./publish.ts";
import { parseServerAddress } from "./server-address.ts";
import { checkSrv, type SrvRecord, sameSrv } from "./srv.ts";

/**
 * Which of its own records a host may have in a domain's DNS. It must outlive the process: the record of an earlier
 * port can only be taken back by who remembers it. Not a cache of DNS: other hosts' records are never in it.
 */
export interface PublishedRecords {
  read(domain: string): readonly SrvRecord[] | Promise<readonly SrvRecord[]>;
  write(domain: string, records: readonly SrvRecord[]): void | Promise<void>;
}

/** How one attempt at one domain ended: event 12294 when `problem` is undefined, else 12293. */
export interface PublishOutcome {
  readonly domain: string;
  /** The code of the event: 0x00000000 or that of the problem. */
  readonly code: string;
  readonly problem: Problem | undefined;
  /** The server that took the update. */
  readonly server: string | undefined;
}

/** What a host says of itself, where, and how. */
export interface PublishingSettings extends Omit<UpdateRoute, "signal"> {
  readonly domains: readonly string[];
  readonly record: SrvRecord;
  readonly published: PublishedRecords;
  /** Told of every attempt, failed or not; must not throw. */
  readonly onOutcome: (outcome: PublishOutcome) => void;
  /** Runs something later and returns how to call it off; the process's own timers unless told. */
  readonly later?: (milliseconds: number, run: () => void) => () => void;
}

/** How often a published record is published again: what someone deleted by mistake is back within a day. */
const REPUBLISH_INTERVAL = DAY;

/** So many earlier records are remembered: a host that takes a new port at each start must not hoard them. */
const MOST_REMEMBERED = 50;

/**
 * Milliseconds until a domain's next attempt. A failure is tried again after a minute, because after a power cut
 * host and DNS server start together; then half as often each time down to hourly, which is 24 events a day at worst.
 */
export function nextAttempt(failures: number): number {
  return failures === 0 ? REPUBLISH_INTERVAL : Math.min(MINUTE * 2 ** (failures - 1), 60 * MINUTE);
}

/**
 * Publishes this host in each domain now and every 24 hours until stopped, and reports every attempt. Throws
 * BAD_INPUT at once when a domain, the record or the server cannot be one; all else is an outcome.
 */
export function startPublishing(settings: PublishingSettings): { stop(): Promise<void> } {
  const { server, later = onTimer } = settings;
  const record = checkSrv(settings.record);
  const domains = new Set(settings.domains.map((domain) => checkName(domain, "The DNS domain")));
  if (server !== undefined) parseServerAddress(server);
  const stopping = new AbortController();
  const route = { ...settings, signal: stopping.signal };
  const pending = new Map<string, () => void>();
  const running = new Map<string, Promise<void>>();

  const attempt = async (domain: string, failures: number): Promise<void> => {
    pending.delete(domain);
    const outcome = await publishOnce(domain, record, settings.published, route);
    if (stopping.signal.aborted) return;
    const failed = outcome.problem === undefined ? 0 : failures + 1;
    pending.set(
      domain,
      later(nextAttempt(failed), () => start(domain, failed)),
    );
    settings.onOutcome(outcome);
  };
  const start = (domain: string, failures: number): void => {
    running.set(domain, attempt(domain, failures));
  };

  for (const domain of domains) start(domain, 0);
  return {
    async stop() {
      stopping.abort();
      for (const cancel of pending.values()) cancel();
      await Promise.all(running.values());
    },
  };
}

/** Takes all of this host's records out of a domain, as before it leaves for good. Throws as publish. */
export async function withdraw(
  domain: string,
  published: PublishedRecords,
  route: UpdateRoute,
): Promise<void> {
  const name = checkName(domain, "The DNS domain");
  const records = await published.read(name);
  if (records.length === 0) return;
  await unpublish(name, records, route);
  await published.write(name, []);
}

async function publishOnce(
  domain: string,
  record: SrvRecord,
  published: PublishedRecords,
  route: UpdateRoute,
): Promise<PublishOutcome> {
  try {
    const stale = (await published.read(domain)).filter((known) => !sameSrv(known, record));
    // Remembered before it is sent: the update may be done although its answer is lost.
    await published.write(domain, [...stale.slice(-MOST_REMEMBERED), record]);
    const { server } = await publish(domain, record, stale, route);
    await published.write(domain, [record]);
    return { domain, code: SUCCESS, problem: undefined, server };
  } catch (error) {
    const failure = asProblem(error, domain);
    return { domain, code: failure.code, problem: failure, server: undefined };
  }
}

function asProblem(error: unknown, domain: string): Problem {
  if (error instanceof Problem) return error;
  return problem("DEFECT", `Publishing in ${domain} failed in a way that Muster does not know.`, {
    cause: error,
  });
}

function onTimer(milliseconds: number, run: () => void): () => void {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
}
