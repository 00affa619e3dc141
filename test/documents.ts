import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { type Catalogue, catalogueClaims, type Product } from "../src/protocol/catalogue.ts";
import { type HostLicense, hostLicenseClaims } from "../src/protocol/host-license.ts";
import { newId } from "../src/protocol/ids.ts";
import { compact, type DocumentType, type PublicJwk, signingInput } from "../src/protocol/jws.ts";
import { makeKey } from "../src/protocol/keys.ts";
import { type Lease, leaseClaims } from "../src/protocol/lease.ts";
import { makePolicy } from "../src/protocol/policy.ts";
import { DAY, MINUTE } from "../src/protocol/time.ts";
import { NOW } from "./requests.ts";

/** A key pair that exists in memory only. */
export interface Signer {
  readonly publicKey: PublicJwk;
  readonly privateKey: KeyObject;
  sign(type: DocumentType, claims: object): string;
}

/** A new Ed25519 key pair. */
export function makeSigner(): Signer {
  const { privateKey } = generateKeyPairSync("ed25519");
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  return {
    publicKey: { kty: "OKP", crv: "Ed25519", x },
    privateKey,
    sign(type, claims) {
      const input = signingInput(type, claims);
      return compact(input, sign(null, Buffer.from(input), privateKey));
    },
  };
}

/** A vendor with one application and two products, a host that may lease both, and a lease for one machine. */
export function makeDocuments() {
  const vendorKey = makeSigner();
  const hostKey = makeSigner();
  const application = { id: newId(), name: "Orchard" };
  const client = makeProduct(application.id, "Orchard Client", 1, 25);
  const server = makeProduct(application.id, "Orchard Server", 2, 5);
  const catalogue: Catalogue = {
    vendor: { id: newId(), name: "Orchard Works", key: vendorKey.publicKey },
    issued: NOW - 100 * DAY,
    applications: [application],
    products: [client, server],
  };
  const license: HostLicense = {
    vendor: catalogue.vendor.id,
    host: newId(),
    hostKey: hostKey.publicKey,
    issued: NOW - 10 * DAY,
    notBefore: NOW - 10 * DAY,
    expires: NOW + 355 * DAY,
    products: [client.id, server.id],
    seats: undefined,
    overage: "allow",
    partialKey: "2W3XY",
  };
  const lease: Lease = {
    id: newId(),
    host: license.host,
    cmid: newId(),
    product: client.id,
    application: application.id,
    issued: NOW,
    notBefore: NOW - 240 * MINUTE,
    expires: NOW + 180 * DAY,
    count: 25,
    nonce: "AAAAAAAAAAAAAAAAAAAAAA",
    sequence: 1,
  };
  return { vendorKey, hostKey, application, client, server, catalogue, license, lease };
}

/** The documents as they travel: the signed form of each. */
export function signDocuments({
  vendorKey,
  hostKey,
  catalogue,
  license,
  lease,
}: ReturnType<typeof makeDocuments>) {
  return {
    catalogue: vendorKey.sign("catalogue", catalogueClaims(catalogue)),
    license: vendorKey.sign("host-licence", hostLicenseClaims(license)),
    lease: hostKey.sign("lease", leaseClaims(lease)),
  };
}

function makeProduct(application: string, name: string, number: number, required: number): Product {
  return {
    id: newId(),
    application,
    name,
    number,
    channel: "VOLUME_KMSCLIENT",
    policy: makePolicy({ required }),
    setupKeys: [makeKey("setup", number).text],
  };
}
