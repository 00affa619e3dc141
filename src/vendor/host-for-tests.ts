import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { hostRequestClaims } from "../protocol/host-license.ts";
import { newId } from "../protocol/ids.ts";
import { compact, type PublicJwk, signingInput } from "../protocol/jws.ts";

/** A host as far as a vendor sees it: an id, a key pair, and requests signed with it. */
export interface HostForTests {
  readonly id: string;
  readonly publicKey: PublicJwk;
  request(key: string, issued: number, name?: string): string;
}

/** A host with a new key pair; with `id`, one that was set up again. */
export function hostForTests(id: string = newId()): HostForTests {
  const pair = generateKeyPairSync("ed25519");
  const privateKey = createPrivateKey(pair.privateKey.export({ type: "pkcs8", format: "pem" }));
  const x = pair.publicKey.export({ format: "jwk" }).x ?? "";
  const publicKey: PublicJwk = { kty: "OKP", crv: "Ed25519", x };
  return {
    id,
    publicKey,
    request(key, issued, name = "kms01.corp.example") {
      const claims = hostRequestClaims({ host: id, name, hostKey: publicKey, key, issued });
      const input = signingInput("host-request", claims);
      return compact(input, sign(null, Buffer.from(input), privateKey));
    },
  };
}
