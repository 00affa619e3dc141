import type { Logger } from "pino";
import type { HostDoctor } from "../diagnosis/doctor.ts";
import type { HostIdentity } from "../folder.ts";
import type { Meters } from "../meters.ts";
import type { PublishedOutcome } from "../publisher.ts";
import type { RearmOrders } from "../rearm-orders.ts";
import type { Situation } from "../situation.ts";
import type { EventLogFigures, Store } from "../store.ts";
import type { SignIn } from "./sign-in.ts";

/** The running host, as its admin listener sees it. */
export interface Admin {
  readonly folder: string;
  readonly identity: HostIdentity;
  readonly store: Store;
  readonly situation: () => Situation;
  /** Takes over at once what was changed in the folder or the store. */
  readonly reload: () => Promise<void>;
  readonly orders: RearmOrders;
  readonly meters: Meters;
  readonly events: () => EventLogFigures;
  /** One for each domain that the host publishes itself in, none when it does not. */
  readonly published: () => readonly PublishedOutcome[];
  /** Whether the host was started with DNS; one without is never published, whatever its settings say. */
  readonly hasDns: boolean;
  /** Whether the store takes writes, as of the last few seconds. */
  readonly isWritable: () => Promise<boolean>;
  /** Where clients reach the host. */
  readonly activation: () => string;
  readonly signIn: SignIn;
  readonly doctor: HostDoctor;
  /** When the host was started, milliseconds since the epoch. */
  readonly started: number;
  readonly clock: () => number;
  readonly log: Logger;
}
