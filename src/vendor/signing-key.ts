import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { compact, type DocumentType, type PublicJwk, signingInput } from "../protocol/jws.ts";
import { problem } from "../protocol/problems.ts";
import { readIfThere, writeNew } from "./files.ts";

/** A key file is far smaller, in bytes. */
const MOST_KEY = 64 * 1024;

/** The vendor's Ed25519 key pair: its public half, and signing with the private one. */
export interface SigningKey {
  readonly publicKey: PublicJwk;
  /** A compact JWS over these claims. */
  sign(type: DocumentType, claims: object): string;
}

/** Makes a key pair and keeps it in a new file (PKCS8 PEM, mode 0600). Throws ALREADY_EXISTS. */
export function createSigningKey(path: string): SigningKey {
  const { privateKey } = generateKeyPairSync("ed25519");
  writeNew(path, privateKey.export({ type: "pkcs8", format: "pem" }).toString(), 0o600);
  return signingKey(privateKey);
}

/** Reads the key pair. Throws NOT_INITIALIZED when the file is missing, BAD_INPUT when it is no Ed25519 key. */
export function openSigningKey(path: string): SigningKey {
  const pem = readIfThere(path, MOST_KEY);
  if (pem === undefined) {
    throw problem("NOT_INITIALIZED", `The vendor's key ${path} is missing; restore it from your backup.`);
  }
  try {
    const privateKey = createPrivateKey(pem);
    if (privateKey.asymmetricKeyType === "ed25519") return signingKey(privateKey);
  } catch {
    // Said below, in the same words as for a key of another kind.
  }
  throw problem("BAD_INPUT", `${path} is not an Ed25519 private key; restore it from your backup.`);
}

function signingKey(privateKey: KeyObject): SigningKey {
  const { x } = createPublicKey(privateKey).export({ format: "jwk" });
  if (x === undefined) throw problem("DEFECT", "The key pair has no public half.");
  return {
    publicKey: { kty: "OKP", crv: "Ed25519", x },
    sign(type, claims) {
      const input = signingInput(type, claims);
      return compact(input, sign(null, Buffer.from(input), privateKey));
    },
  };
}
