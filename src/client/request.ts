import { encodeBase64url } from "../protocol/base64url.ts";
import type { Product } from "../protocol/catalogue.ts";
import type { LicenseState } from "../protocol/license-state.ts";
import type { ActivationRequest } from "../protocol/messages.ts";
import { formatTime } from "../protocol/time.ts";
import type { ClientState } from "./state.ts";

/** What a host is told of the machine. */
export interface Machine {
  /** The name with its domain, where that is known. */
  readonly name: string;
  /** Hex SHA-256 over what identifies the hardware. */
  readonly fingerprint: string;
  readonly virtual: boolean;
  /** What it is made of, as facts of the form `kind hash`; stays on the machine. Left out where it is not known. */
  readonly hardware?: readonly string[];
}

const NONCE_BYTES = 16;

/** The request of a product in this state of the machine; every request has a nonce of its own. */
export function makeRequest(
  product: Product,
  cmid: string,
  { name, fingerprint, virtual }: Machine,
  state: Pick<ClientState, "ticket">,
  { status, minutesLeft }: LicenseState,
  now: number,
): ActivationRequest {
  return {
    version: 1,
    application: product.application,
    product: product.id,
    cmid,
    machine: { name, fingerprint, virtual },
    status,
    minutesLeft,
    required: product.policy.required,
    time: formatTime(now),
    nonce: encodeBase64url(crypto.getRandomValues(new Uint8Array(NONCE_BYTES))),
    ...(state.ticket === undefined ? {} : { ticket: state.ticket }),
  };
}

/**
 * The state with a CMID: made at the first request, not before, so that an image that is sealed before it holds none.
 * Products that were never tried start their initial grace here, for the same reason.
 */
export function startIdentity(state: ClientState, cmid: string, now: number): ClientState {
  if (state.cmid !== undefined) return state;
  const products = Object.entries(state.products).map(([id, product]) => {
    const isUntried = product.lastAttempt === undefined && product.grant === undefined;
    return [id, isUntried ? { ...product, firstSeen: now } : product];
  });
  return { ...state, cmid, products: Object.fromEntries(products) };
}
