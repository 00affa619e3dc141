import { decodeBase64url, encodeBase64url } from "../../src/protocol/base64url.ts";
import type { Dice } from "./dice.ts";
import { bytes, changeBytes } from "./mutate-bytes.ts";
import { json } from "./mutate-json.ts";
import { bytesOf, type Mutate, textOf } from "./target.ts";

/** The order of Ed25519's group (RFC 8032, section 5.1): a signature whose S is larger by it is the same equation. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const HEADERS = [
  '{"alg":"none"}',
  '{"alg":"None","typ":"muster-lease+jwt"}',
  '{"alg":"HS256","typ":"muster-lease+jwt"}',
  '{"alg":"EdDSA"}',
  '{"alg":"EdDSA","typ":"JWT"}',
  '{"alg":"EdDSA","typ":"muster-host-licence+jwt","crit":["exp"],"exp":0}',
  '{"typ":"muster-catalogue+jwt","alg":"EdDSA","kid":"1"}',
  '{"alg":"EdDSA","typ":"muster-lease+jwt","jwk":{"kty":"OKP","crv":"Ed25519","x":"AAAA"}}',
  '{"alg":"EdDSA","typ":"muster-lease+jwt","__proto__":{"crit":1}}',
];
const FILLS = ["=", "==", " ", "\n", "\t", "\u00a0", ".", "A", "-", "+", "/", "\ufeff", "..", "%3D"];

/** Changes a compact JWS part by part: header, claims, signature, and the parts of several tokens mixed. */
export const token: Mutate = (dice, valid) => {
  if (dice.once(6)) return bytes(dice, valid);
  const parts = textOf(dice.pick(valid)).split(".");
  const other = textOf(dice.pick(valid)).split(".");
  for (let left = 1 + (dice.once(3) ? 1 : 0); left > 0; left--) changePart(dice, parts, other);
  return bytesOf(parts.join("."));
};

function changePart(dice: Dice, parts: string[], other: readonly string[]): void {
  const which = dice.below(parts.length);
  switch (dice.below(8)) {
    case 0:
      parts[0] = encodeBase64url(bytesOf(dice.pick(HEADERS)));
      return;
    case 1:
      parts[0] = recoded(parts[0], (header) => json(dice, [header]));
      return;
    case 2:
      parts[1] = recoded(parts[1], (claims) => json(dice, [claims]));
      return;
    case 3:
      parts[which] = other[which] ?? "";
      return;
    case 4:
      parts[2] = recoded(parts[2], (signature) => changedSignature(dice, signature));
      return;
    case 5:
      parts[which] = dice.once(2)
        ? `${parts[which]}${dice.pick(FILLS)}`
        : `${dice.pick(FILLS)}${parts[which]}`;
      return;
    case 6:
      // The last symbol carries bits that no byte needs.
      parts[which] =
        (parts[which] ?? "").slice(0, -1) + dice.pick([..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefwxyz0189-_"]);
      return;
    default:
      if (dice.once(2)) parts.splice(which, 1);
      else parts.splice(which, 0, dice.pick(other));
  }
}

function recoded(part: string | undefined, change: (bytes: Uint8Array) => Uint8Array): string {
  const content = decodeBase64url(part ?? "");
  try {
    return content === undefined ? (part ?? "") : encodeBase64url(change(content));
  } catch {
    return part ?? ""; // Another change made it something that is no JSON.
  }
}

function changedSignature(dice: Dice, signature: Uint8Array): Uint8Array {
  switch (dice.below(4)) {
    case 0:
      return new Uint8Array(64);
    case 1:
      return withLargerS(signature);
    case 2:
      return Uint8Array.from(signature, (byte, at) => (at === 63 || at === 31 ? byte ^ 0x80 : byte));
    default:
      return changeBytes(dice, signature, [signature]);
  }
}

function withLargerS(signature: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(signature);
  let larger = changed.slice(32).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n) + ORDER;
  for (let at = 32; at < changed.length; at++, larger >>= 8n) changed[at] = Number(larger & 255n);
  return changed;
}
