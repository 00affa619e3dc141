import type { LoggedEvent } from "../protocol/events.ts";
import { type ClientState, NEW_STATE } from "./state.ts";
import type { LicenseStore } from "./store.ts";

/** A store that ends with its process: for browsers, for fleets of many clients in one process, for tests. */
export interface MemoryStore extends LicenseStore {
  /** The newest events, oldest first. */
  readonly events: readonly LoggedEvent[];
}

/** Makes a store in memory that keeps the newest `mostEvents` events. */
export function createMemoryStore(
  options: { state?: ClientState; catalogue?: string; mostEvents?: number } = {},
): MemoryStore {
  const { mostEvents = 1000 } = options;
  let { state = NEW_STATE, catalogue } = options;
  const events: LoggedEvent[] = [];
  let attempts: Promise<unknown> = Promise.resolve();
  return {
    events,
    read: async () => ({ state, problem: undefined }),
    async update(change) {
      state = change(state);
      return state;
    },
    oneAttempt(work) {
      const attempt = attempts.then(work);
      attempts = attempt.catch(() => undefined);
      return attempt;
    },
    catalogue: async () => catalogue,
    async keepCatalogue(token) {
      catalogue = token;
    },
    async log(event) {
      events.push(event);
      if (events.length > mostEvents) events.shift();
    },
  };
}
