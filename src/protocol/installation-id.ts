import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import { BitReader, bitsOf, bytesOf } from "./bits.ts";
import { readDigits, spellDigits } from "./digit-groups.ts";
import type { HostRequest } from "./host-license.ts";
import type { PublicJwk } from "./jws.ts";
import { parseKey } from "./keys.ts";
import { problem } from "./problems.ts";

/** What an installation id says: a host request short enough to be read over the phone. */
export interface InstallationId {
  readonly host: string;
  readonly hostKey: PublicJwk;
  /** The number in the host key; the key itself is not said. */
  readonly number: number;
  /** The digits in groups, as `installationIdOf` gives them. */
  readonly text: string;
}

const WHAT = "installation id";
const VERSION = 1;
const VERSION_BITS = 4;
const NUMBER_BITS = 16;
const HOST_BITS = 128;
const KEY_BITS = 256;
/** One chance in four thousand million to guess it; a wrong guess costs a call. */
const PROOF_BITS = 32;
const encoder = new TextEncoder();

/**
 * The installation id of a host: its id, its public key, the number of its host key, and a proof that it knows that
 * key, in 22 groups of seven digits. It holds no secret.
 */
export async function installationIdOf({
  host,
  hostKey,
  key,
}: Pick<HostRequest, "host" | "hostKey" | "key">): Promise<string> {
  const { number, text } = parseKey(key);
  const id = host.replaceAll("-", "");
  const point = decodeBase64url(hostKey.x) ?? new Uint8Array();
  const body =
    bitsOf(VERSION, VERSION_BITS) +
    bitsOf(number, NUMBER_BITS) +
    bitsOf(`0x${id}`, HOST_BITS) +
    bitsOf(point, KEY_BITS);
  return spellDigits(body + (await prove(body, text)));
}

/** Reads an installation id as people type it. Throws BAD_INPUT naming the group that is wrong. */
export function readInstallationId(input: string): InstallationId {
  const bits = readDigits(input, WHAT);
  const length = VERSION_BITS + NUMBER_BITS + HOST_BITS + KEY_BITS + PROOF_BITS;
  const reader = new BitReader(bits);
  if (bits.length !== length || Number(reader.take(VERSION_BITS)) !== VERSION) {
    throw problem("BAD_INPUT", `This is not an ${WHAT}: it has 22 groups of 7 digits; have it read again.`);
  }
  const number = Number(reader.take(NUMBER_BITS));
  const id = reader.take(HOST_BITS).toString(16).padStart(32, "0");
  const x = encodeBase64url(bytesOf(reader.take(KEY_BITS), KEY_BITS / 8));
  return {
    host: id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
    hostKey: { kty: "OKP", crv: "Ed25519", x },
    number,
    text: spellDigits(bits),
  };
}

/** Whether the host that made the installation id knows this host key. */
export async function isMadeWith(id: InstallationId, key: string): Promise<boolean> {
  return (await installationIdOf({ host: id.host, hostKey: id.hostKey, key })) === id.text;
}

async function prove(body: string, key: string): Promise<string> {
  const secret = await crypto.subtle.importKey(
    "raw",
    encoder.encode(key),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const mac = await crypto.subtle.sign("HMAC", secret, encoder.encode(`muster ${WHAT} ${body}`));
  return bitsOf(new Uint8Array(mac, 0, PROOF_BITS / 8), PROOF_BITS);
}
