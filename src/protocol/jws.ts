import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import { problem } from "./problems.ts";

/** An Ed25519 public key as a JWK (RFC 8037). */
export interface PublicJwk {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  /** The 32 bytes of the key, base64url. */
  readonly x: string;
}

/** Which document a JWS is; the `typ` of its header (RFC 8725, section 3.11), so that none passes for another. */
export type DocumentType =
  | "catalogue"
  | "host-licence"
  | "lease"
  | "host-request"
  | "vendor-lease"
  | "usage-report";

/** The largest document that is read at all, in characters. */
export const MAX_DOCUMENT = 4 * 1024 * 1024;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

const HEADERS: Record<DocumentType, string> = {
  catalogue: header("catalogue"),
  "host-licence": header("host-licence"),
  lease: header("lease"),
  "host-request": header("host-request"),
  "vendor-lease": header("vendor-lease"),
  "usage-report": header("usage-report"),
};

/** The text that a signature of these claims, or of their JSON, covers: header and payload, joined by a dot (RFC 7515, section 5.1). */
export function signingInput(type: DocumentType, claims: object | string): string {
  const json = typeof claims === "string" ? claims : JSON.stringify(claims);
  return `${HEADERS[type]}.${encodeBase64url(encoder.encode(json))}`;
}

/** Joins signing input and signature to a compact JWS. */
export function compact(input: string, signature: Uint8Array): string {
  return `${input}.${encodeBase64url(signature)}`;
}

/**
 * The claims of a compact JWS, parsed only after the signature holds. The algorithm is Ed25519 and nothing else:
 * the header must be exactly the one Muster writes. Throws SIGNATURE_INVALID.
 */
export async function verifyJws(token: string, type: DocumentType, key: PublicJwk): Promise<unknown> {
  const { input, payload, signature } = split(token, type);
  const bytes = decodeBase64url(key.x);
  if (bytes?.length !== 32) throw broken(type, "its key is not an Ed25519 key");
  const publicKey = await crypto.subtle.importKey("raw", bytes, "Ed25519", false, ["verify"]);
  const holds = await crypto.subtle.verify("Ed25519", publicKey, signature, encoder.encode(input));
  if (!holds) throw broken(type, "it was changed or signed by another key");
  return parseClaims(payload, type);
}

/**
 * The claims of a JWS whose signature has not been checked. Only for documents that carry the key they are to be
 * checked with: read the key here, then call `verifyJws`.
 */
export function peekClaims(token: string, type: DocumentType): unknown {
  return parseClaims(split(token, type).payload, type);
}

/** The public JWK in a value read from a document, or undefined when it is not one. */
export function asPublicJwk(value: unknown): PublicJwk | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { kty, crv, x } = value as Record<string, unknown>;
  if (kty !== "OKP" || crv !== "Ed25519" || typeof x !== "string") return undefined;
  return decodeBase64url(x)?.length === 32 ? { kty, crv, x } : undefined;
}

function header(type: DocumentType): string {
  return encodeBase64url(encoder.encode(JSON.stringify({ alg: "EdDSA", typ: `muster-${type}+jwt` })));
}

function split(token: string, type: DocumentType) {
  if (token.length > MAX_DOCUMENT) throw broken(type, "it is larger than any such document");
  const [head, payload, tail, ...rest] = token.trim().split(".");
  const signature = tail === undefined ? undefined : decodeBase64url(tail);
  if (payload === undefined || rest.length > 0 || signature?.length !== 64) {
    throw broken(type, "it is not a complete signed document");
  }
  if (head !== HEADERS[type] && !isSameHeader(head ?? "", type))
    throw broken(type, "it is a document of another kind");
  return { input: `${head}.${payload}`, payload, signature };
}

/** Another writer may order the header's members differently or add a `kid`; alg and typ still must be ours. */
function isSameHeader(head: string, type: DocumentType): boolean {
  const members = parseClaims(head, type) as Record<string, unknown>;
  return members.alg === "EdDSA" && members.typ === `muster-${type}+jwt` && members.crit === undefined;
}

function parseClaims(payload: string, type: DocumentType): unknown {
  const bytes = decodeBase64url(payload);
  if (bytes === undefined) throw broken(type, "it is not a complete signed document");
  try {
    const claims: unknown = JSON.parse(decoder.decode(bytes));
    if (typeof claims === "object" && claims !== null && !Array.isArray(claims)) return claims;
  } catch {
    // Not JSON: said below, in the same words as JSON that is not an object.
  }
  throw broken(type, "its content is not a JSON object");
}

function broken(type: DocumentType, reason: string) {
  const name = type.replace("-", " ");
  return problem(
    "SIGNATURE_INVALID",
    `This ${name} cannot be used: ${reason}. Get it again from where it came from.`,
  );
}
