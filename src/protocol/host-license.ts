import { readProductIds } from "./catalogue.ts";
import { readClaims } from "./claims.ts";
import { type PublicJwk, peekClaims, verifyJws } from "./jws.ts";
import { problem } from "./problems.ts";

/** What happens when more machines ask than the licence has seats for: lease and report, or refuse. */
export type Overage = "allow" | "deny";

/** The vendor's grant to one host: which products its key may lease, for how many machines, from when to when. */
export interface HostLicense {
  readonly vendor: string;
  readonly host: string;
  readonly hostKey: PublicJwk;
  /** Milliseconds since the epoch. */
  readonly issued: number;
  readonly notBefore: number;
  readonly expires: number;
  readonly products: readonly string[];
  /** How many machines may hold a lease at once; undefined is no limit. */
  readonly seats: number | undefined;
  readonly overage: Overage;
  /** The last five characters of the host key it was granted for. */
  readonly partialKey: string;
}

const WHAT = "host licence";

/** The claims of a host licence's JWS (RFC 7519; the host's key in `cnf`, RFC 7800). */
export function hostLicenseClaims(license: HostLicense): object {
  const { vendor, host, hostKey, issued, notBefore, expires, products, seats, overage, partialKey } = license;
  return {
    iss: vendor,
    sub: host,
    iat: Math.floor(issued / 1000),
    nbf: Math.floor(notBefore / 1000),
    exp: Math.floor(expires / 1000),
    cnf: { jwk: hostKey },
    muster: { products, ...(seats === undefined ? {} : { seats }), overage, partialKey },
  };
}

/** Reads a host licence and checks that this vendor signed it; its dates are for the caller to judge. */
export async function openHostLicense(
  token: string,
  vendor: { id: string; key: PublicJwk },
): Promise<HostLicense> {
  const claims = readClaims(await verifyJws(token, "host-licence", vendor.key), WHAT);
  const muster = claims.object("muster");
  const overage = muster.string("overage");
  if (overage !== "allow" && overage !== "deny") {
    throw problem(
      "BAD_INPUT",
      `This host licence cannot be used: its overage is '${overage}', not allow or deny.`,
    );
  }
  if (claims.uuid("iss") !== vendor.id) {
    throw problem("SIGNATURE_INVALID", "This host licence cannot be used: it names another vendor.");
  }
  return {
    vendor: vendor.id,
    host: claims.uuid("sub"),
    hostKey: claims.object("cnf").publicKey("jwk"),
    issued: claims.time("iat"),
    notBefore: claims.time("nbf"),
    expires: claims.time("exp"),
    products: readProductIds(muster, WHAT),
    seats: muster.optional("seats") === undefined ? undefined : muster.integer("seats", 0, 1e9),
    overage,
    partialKey: muster.string("partialKey", 5),
  };
}

/** A host's request for a licence: its host key and its public key, signed with the private one. */
export interface HostRequest {
  readonly host: string;
  readonly name: string;
  readonly hostKey: PublicJwk;
  /** The 5×5 host key; it is secret, so a request file is to be handled like one. */
  readonly key: string;
  readonly issued: number;
}

/** The claims of a host request's JWS. */
export function hostRequestClaims({ host, name, hostKey, key, issued }: HostRequest): object {
  return { iss: host, iat: Math.floor(issued / 1000), cnf: { jwk: hostKey }, muster: { name, key } };
}

/** Reads a host request; the signature proves that the sender holds the private key of `hostKey`. */
export async function openHostRequest(token: string): Promise<HostRequest> {
  const what = "host request";
  const hostKey = readClaims(peekClaims(token, "host-request"), what).object("cnf").publicKey("jwk");
  const claims = readClaims(await verifyJws(token, "host-request", hostKey), what);
  const muster = claims.object("muster");
  return {
    host: claims.uuid("iss"),
    name: muster.string("name"),
    hostKey,
    key: muster.string("key", 64),
    issued: claims.time("iat"),
  };
}
