import type { LoggedEvent } from "../protocol/events.ts";
import type { Problem } from "../protocol/problems.ts";
import type { ClientState } from "./state.ts";

/**
 * Where a client keeps what it knows. Several processes may use one store at once (the agent and `muster ato`):
 * `update` is a read-modify-write that no other one comes between, and `read` never waits for it.
 */
export interface LicenseStore {
  /** The state as last written. Never throws: a store that cannot be read is an empty state with a problem. */
  read(): Promise<Reading>;
  /**
   * Replaces the state by what `change` makes of it; resolves when that is on disk. The same object back means no
   * change, and nothing is written. Throws STORE_NEWER, ACCESS_DENIED, IN_USE.
   */
  update(change: (state: ClientState) => ClientState): Promise<ClientState>;
  /**
   * Runs `work` while no other attempt to activate runs on this store: tickets come one after the other, and two
   * attempts at once would look to the host like two machines with one identity. Throws IN_USE.
   */
  oneAttempt<T>(work: () => Promise<T>): Promise<T>;
  /** The signed catalogue that the product was shipped with, if it was ever kept. Throws ACCESS_DENIED. */
  catalogue(): Promise<string | undefined>;
  keepCatalogue(token: string): Promise<void>;
  /** Appends to the event log. */
  log(event: LoggedEvent): Promise<void>;
}

/** What a store holds. */
export interface Reading {
  readonly state: ClientState;
  /** Why the state is not, or may not be, what was last written. */
  readonly problem: Problem | undefined;
}
