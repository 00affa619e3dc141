import type { Catalogue } from "./catalogue.ts";
import { findProduct } from "./catalogue.ts";
import { readClaims } from "./claims.ts";
import { verifyJws } from "./jws.ts";
import { problem } from "./problems.ts";

/**
 * A vendor's signed proof that a MAK activated a machine. No host stands between: the vendor's key signs it. It is
 * bound to the machine's hardware and does not end. Times are milliseconds since the epoch.
 */
export interface VendorLease {
  readonly id: string;
  readonly vendor: string;
  readonly cmid: string;
  readonly product: string;
  readonly application: string;
  /** Hex SHA-256 over what identifies the hardware it was granted for. */
  readonly fingerprint: string;
  readonly issued: number;
  readonly notBefore: number;
  readonly nonce: string;
  /** The last five characters of the MAK. */
  readonly partialKey: string;
}

/** The claims of a vendor lease's JWS, in the order they are written. */
export function vendorLeaseClaims(lease: VendorLease): object {
  const { id, vendor, cmid, product, application, fingerprint, issued, notBefore, nonce, partialKey } = lease;
  return {
    iss: vendor,
    sub: cmid,
    aud: product,
    iat: Math.floor(issued / 1000),
    nbf: Math.floor(notBefore / 1000),
    jti: id,
    muster: { application, fingerprint, nonce, partialKey },
  };
}

/** What a machine holds a vendor lease against: its identity, its hardware and the question it asked. */
export interface VendorLeaseHolder {
  readonly cmid: string;
  readonly product: string;
  readonly fingerprint: string;
  /** The nonce of the request; undefined when a stored lease is verified again. */
  readonly nonce?: string;
}

/**
 * Checks that the vendor of this catalogue signed the lease and that it is for this holder; its dates are for the
 * caller to judge. Throws SIGNATURE_INVALID, BAD_INPUT when it is for another product, machine or request, and
 * HARDWARE_CHANGED when all fits but the hardware.
 */
export async function verifyVendorLease(
  token: string,
  holder: VendorLeaseHolder,
  catalogue: Catalogue,
): Promise<VendorLease> {
  const lease = readVendorLease(await verifyJws(token, "vendor-lease", catalogue.vendor.key));
  const wrong =
    (lease.vendor !== catalogue.vendor.id && "it is from another vendor") ||
    (lease.product !== holder.product && "it is for another product") ||
    (findProduct(catalogue, lease.product)?.application !== lease.application &&
      "it is for another application") ||
    (lease.cmid !== holder.cmid && "it is for another machine") ||
    (holder.nonce !== undefined && lease.nonce !== holder.nonce && "it answers another request");
  if (wrong) throw problem("BAD_INPUT", `This vendor lease cannot be used: ${wrong}; ask the vendor again.`);
  if (lease.fingerprint !== holder.fingerprint.toLowerCase()) {
    throw problem(
      "HARDWARE_CHANGED",
      `The MAK ending in ${lease.partialKey} activated other hardware than this; activate this machine with it again.`,
    );
  }
  return lease;
}

function readVendorLease(value: unknown): VendorLease {
  const claims = readClaims(value, "vendor lease");
  const muster = claims.object("muster");
  return {
    id: claims.string("jti"),
    vendor: claims.uuid("iss"),
    cmid: claims.uuid("sub"),
    product: claims.uuid("aud"),
    application: muster.uuid("application"),
    fingerprint: muster.string("fingerprint", 64),
    issued: claims.time("iat"),
    notBefore: claims.time("nbf"),
    nonce: muster.string("nonce"),
    partialKey: muster.string("partialKey", 5),
  };
}
