import type { Product } from "../protocol/catalogue.ts";
import type { LicenseState } from "../protocol/license-state.ts";
import type { Problem } from "../protocol/problems.ts";
import type { OpenedGrant } from "./grant.ts";
import type { ClientSettings, ProductState } from "./state.ts";

/** Everything a client can say of itself without network: what `dlv`, `dli`, `xpr` and `client status` print. */
export interface ClientDescription {
  readonly cmid: string | undefined;
  readonly vendor: { readonly id: string; readonly name: string };
  readonly settings: ClientSettings;
  readonly rearmsLeft: number;
  /** The latest time that a lease was signed at, milliseconds since the epoch; undefined before the first one. */
  readonly signed: number | undefined;
  /** Why the store may not be what was last written. */
  readonly problem: Problem | undefined;
  /** In the order of the catalogue. */
  readonly products: readonly ProductDescription[];
}

/** One product of the catalogue on this machine. */
export interface ProductDescription {
  readonly product: Product;
  /** The name of the application. */
  readonly application: string;
  /** Undefined where the product was never installed here. */
  readonly stored: ProductState | undefined;
  readonly state: LicenseState;
  /** The lease in force or expired; undefined without one that verifies. */
  readonly grant: OpenedGrant | undefined;
}
