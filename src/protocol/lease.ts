import { type Catalogue, findProduct } from "./catalogue.ts";
import { readClaims } from "./claims.ts";
import { type HostLicense, openHostLicense } from "./host-license.ts";
import { verifyJws } from "./jws.ts";
import { Problem, problem } from "./problems.ts";

/** A host's signed proof that a client is activated until a date. Times are milliseconds since the epoch. */
export interface Lease {
  readonly id: string;
  readonly host: string;
  readonly cmid: string;
  readonly product: string;
  readonly application: string;
  readonly issued: number;
  readonly notBefore: number;
  readonly expires: number;
  /** The host's current count when it was granted. */
  readonly count: number;
  readonly nonce: string;
  /** Grows with each lease of this CMID. */
  readonly sequence: number;
}

/** The claims of a lease's JWS, in the order they are written. */
export function leaseClaims(lease: Lease): object {
  return {
    iss: lease.host,
    sub: lease.cmid,
    aud: lease.product,
    iat: Math.floor(lease.issued / 1000),
    nbf: Math.floor(lease.notBefore / 1000),
    exp: Math.floor(lease.expires / 1000),
    jti: lease.id,
    muster: { application: lease.application, count: lease.count, nonce: lease.nonce, seq: lease.sequence },
  };
}

/** What a client holds the answer against: its own identity and the question it asked. */
export interface LeaseHolder {
  readonly cmid: string;
  readonly product: string;
  /** The nonce of the request; undefined when a stored lease is verified again. */
  readonly nonce?: string;
}

/**
 * Follows the chain host key → host licence → vendor key in the catalogue, and checks that the lease is for this
 * holder. Throws HOST_NOT_TRUSTED when any link fails: an answer like that does not come from a host of the vendor.
 */
export async function verifyLease(
  token: string,
  hostLicenseToken: string,
  holder: LeaseHolder,
  catalogue: Catalogue,
): Promise<{ lease: Lease; license: HostLicense }> {
  try {
    const license = await openHostLicense(hostLicenseToken, catalogue.vendor);
    const lease = readLease(await verifyJws(token, "lease", license.hostKey));
    checkLease(lease, license, holder, catalogue);
    return { lease, license };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw problem(
      "HOST_NOT_TRUSTED",
      `The lease is not from a host of ${catalogue.vendor.name}: ${error.message}`,
    );
  }
}

function checkLease(lease: Lease, license: HostLicense, holder: LeaseHolder, catalogue: Catalogue): void {
  const product = findProduct(catalogue, holder.product);
  const wrong =
    (lease.host !== license.host && "the host licence is another host's") ||
    (lease.product !== holder.product && "the lease is for another product") ||
    (product?.application !== lease.application && "the lease is for another application") ||
    (!license.products.includes(lease.product) && "the host licence does not cover the product") ||
    (lease.cmid !== holder.cmid && "the lease is for another machine") ||
    (holder.nonce !== undefined && lease.nonce !== holder.nonce && "the lease answers another request") ||
    ((lease.issued < license.notBefore || lease.issued >= license.expires) &&
      "the host licence was not valid when the lease was granted") ||
    (lease.count < (product?.policy.required ?? 0) && "the count in it is below what the product requires");
  if (wrong) throw problem("BAD_INPUT", `${wrong}.`);
}

function readLease(value: unknown): Lease {
  const claims = readClaims(value, "lease");
  const muster = claims.object("muster");
  return {
    id: claims.string("jti"),
    host: claims.uuid("iss"),
    cmid: claims.uuid("sub"),
    product: claims.uuid("aud"),
    application: muster.uuid("application"),
    issued: claims.time("iat"),
    notBefore: claims.time("nbf"),
    expires: claims.time("exp"),
    count: muster.integer("count", 0, 1e9),
    nonce: muster.string("nonce"),
    sequence: muster.integer("seq", 0, Number.MAX_SAFE_INTEGER),
  };
}
