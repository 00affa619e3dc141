import type { KeyKind } from "../protocol/keys.ts";
import type { ProblemName } from "../protocol/problems.ts";
import { NO_TIME, type SeenTime } from "./clock.ts";
import type { Target } from "./target.ts";

/** Everything a client keeps, as one value: it is read whole and written whole. Times are milliseconds since the epoch. */
export interface ClientState {
  /** Undefined until the first request: an image that is sealed before it holds no id to clone. */
  readonly cmid: string | undefined;
  /** How often this machine was rearmed. */
  readonly rearms: number;
  readonly settings: ClientSettings;
  readonly cachedHost: Target | undefined;
  /** From the last answer; the next request shows it. */
  readonly ticket: string | undefined;
  readonly clock: SeenTime;
  /** By activation id. */
  readonly products: Readonly<Record<string, ProductState>>;
}

/** What an administrator sets: `skms`, `skms-domain`, `skhc`. */
export interface ClientSettings {
  readonly registeredHost: Target | undefined;
  readonly lookupDomain: string | undefined;
  readonly hostCaching: boolean;
}

/** What is known of one product on this machine. */
export interface ProductState {
  readonly key: InstalledKey | undefined;
  /** When the product was first seen here, or last rearmed; its initial grace counts from then. */
  readonly firstSeen: number;
  readonly grant: Grant | undefined;
  /** When it was noticed that the hardware is no longer that of the grant; undefined while it is. */
  readonly hardwareChanged: number | undefined;
  /** As the host said last; undefined before its first answer. */
  readonly intervals: Intervals | undefined;
  /** The host that answered last. */
  readonly host: AnsweringHost | undefined;
  readonly lastAttempt: Attempt | undefined;
  readonly lastSuccess: number | undefined;
  /** When the agent tries again; undefined is at once. */
  readonly nextAttempt: number | undefined;
}

/** A product key; the text is gone after `cpky`. */
export interface InstalledKey {
  readonly kind: KeyKind;
  readonly partial: string;
  readonly text: string | undefined;
  readonly installed: number;
}

/** A lease as it came, with what it is verified against. */
export type Grant = HostGrant | VendorGrant;

interface GrantBase {
  readonly lease: string;
  /** The CMID it was granted to. */
  readonly cmid: string;
  /** What the machine was made of then, as facts of the form `kind hash`; undefined where that was not known. */
  readonly hardware?: readonly string[] | undefined;
}

/** A host's lease, with the licence of the host that signed it. */
export interface HostGrant extends GrantBase {
  readonly hostLicense: string;
}

/** A vendor lease, which a MAK brought. */
export interface VendorGrant extends GrantBase {
  /** The fingerprint of the machine that it was granted to. */
  readonly fingerprint: string;
}

/** Minutes. */
export interface Intervals {
  readonly activation: number;
  readonly renewal: number;
}

/** A host that answered, and at which address. */
export interface AnsweringHost {
  readonly target: Target;
  readonly address: string | undefined;
  /** Where its name came from. */
  readonly source: "registered" | "dns";
}

/** The last attempt to activate, as `client status` and `ato` tell it. */
export interface Attempt {
  readonly time: number;
  readonly code: string;
  readonly name: ProblemName | "SUCCESS";
  readonly message: string;
  /** The host's current count; undefined when no host answered. */
  readonly count: number | undefined;
  readonly tries: readonly Try[];
}

/** One host that was asked, or one domain that was looked in, and what came of it. */
export interface Try {
  /** `name:port`, or the domain when DNS had no host. */
  readonly host: string;
  readonly address: string | undefined;
  readonly code: string;
  readonly name: ProblemName;
  readonly reason: string;
}

/** A machine that Muster has not run on. */
export const NEW_STATE: ClientState = {
  cmid: undefined,
  rearms: 0,
  settings: { registeredHost: undefined, lookupDomain: undefined, hostCaching: true },
  cachedHost: undefined,
  ticket: undefined,
  clock: NO_TIME,
  products: {},
};

/** A product that was not seen on this machine before. */
export function newProduct(now: number): ProductState {
  return {
    key: undefined,
    firstSeen: now,
    grant: undefined,
    hardwareChanged: undefined,
    intervals: undefined,
    host: undefined,
    lastAttempt: undefined,
    lastSuccess: undefined,
    nextAttempt: undefined,
  };
}

/** The state with one product changed; without a change when the product is not in it. */
export function changeProduct(
  state: ClientState,
  id: string,
  change: (product: ProductState) => ProductState,
): ClientState {
  const product = state.products[id];
  if (product === undefined) return state;
  return { ...state, products: { ...state.products, [id]: change(product) } };
}
