import type { Logger } from "pino";
import { eventInfo } from "../protocol/events.ts";
import { Problem, problem } from "../protocol/problems.ts";
import type { Store } from "./store.ts";

/** Knows whether the store is away, and says it once, not with each request. */
export interface StoreWatch {
  /** Told of an error; true when the store is what is away. */
  failed(error: unknown): boolean;
  /** The store's commit, watched; what is wrong with the store is for the log, clients are told that it is away. */
  readonly commit: Store["commit"];
  /** Looks whether a store that was away is back, and leaves event 12409 in it then. */
  look(): Promise<void>;
}

/** Watches a store: its log line when it goes away, its event when it is back. */
export function watchStore(
  { commit, record }: Pick<Store, "commit" | "record">,
  { clock, log }: { clock: () => number; log: Logger },
): StoreWatch {
  let away: { since: number; code: string } | undefined;
  const failed = (error: unknown): boolean => {
    if (!(error instanceof Problem) || error.name !== "STORE_UNAVAILABLE") return false;
    if (away === undefined) log.error({ code: error.code }, error.message);
    away ??= { since: clock(), code: error.code };
    return true;
  };
  return {
    failed,
    commit: (batch, decide, now) =>
      commit(batch, decide, now).catch((error) => {
        throw failed(error) ? forClients(error) : error;
      }),
    async look() {
      if (away === undefined) return;
      const seconds = Math.max(0, Math.round((clock() - away.since) / 1000));
      const info = eventInfo(12409, { code: away.code, seconds });
      await record([{ id: 12409, cmid: undefined, info }], clock());
      away = undefined;
      log.info({ seconds }, "The store takes requests again.");
    },
  };
}

function forClients({ retryAfter }: Problem): Problem {
  return problem("STORE_UNAVAILABLE", "The host cannot write to its store now; ask again later.", {
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}
