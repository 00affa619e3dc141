import { expect, test } from "bun:test";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { CompactSign, compactVerify, importJWK } from "jose";
import { makeSigner } from "../../test/documents.ts";
import { makeFolder } from "../../test/folders.ts";
import { problemIn, problemOf } from "../../test/problems.ts";
import { encodeBase64url } from "./base64url.ts";
import { asPublicJwk, compact, type DocumentType, peekClaims, signingInput, verifyJws } from "./jws.ts";

const TYPES: DocumentType[] = ["catalogue", "host-licence", "lease", "host-request", "vendor-lease"];
const CLAIMS = { iss: "orchard", name: "Obstgarten 果樹園", muster: { products: [1, 2, 3] } };
const signer = makeSigner();
const encode = (value: unknown) => encodeBase64url(new TextEncoder().encode(JSON.stringify(value)));

/** A token with any header, its signature right for Ed25519 unless another one is given. */
function forge(header: unknown, signature?: (input: string) => Uint8Array, payload = encode(CLAIMS)): string {
  const input = `${encode(header)}.${payload}`;
  return compact(input, signature?.(input) ?? sign(null, Buffer.from(input), signer.privateKey));
}

const refusal = (token: string, type: DocumentType = "lease") =>
  problemOf(verifyJws(token, type, signer.publicKey));

test("the claims of any JSON object come back from the token", async () => {
  const objects = fc.dictionary(fc.string(), fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(objects, fc.constantFrom(...TYPES), async (claims, type) => {
      const token = signer.sign(type, claims);
      const written: unknown = JSON.parse(JSON.stringify(claims));
      expect(await verifyJws(token, type, signer.publicKey)).toEqual(written);
      expect(peekClaims(token, type)).toEqual(written);
    }),
  );
});

test("blanks around a token, as from a file or a paste, do no harm", async () => {
  const token = signer.sign("lease", CLAIMS);
  expect(await verifyJws(`\n ${token}\r\n`, "lease", signer.publicKey)).toEqual(CLAIMS);
});

test("a token with any one character changed, left out or put in is refused", async () => {
  const token = signer.sign("lease", { iss: "orchard" });
  const others = ["A", "B", "_", ".", "=", "é"];
  for (let at = 0; at < token.length; at++) {
    const rest = token.slice(at + 1);
    for (const other of others) {
      if (other !== token.charAt(at)) {
        expect((await refusal(token.slice(0, at) + other + rest)).name).toBe("SIGNATURE_INVALID");
      }
    }
    expect((await refusal(token.slice(0, at) + rest)).name).toBe("SIGNATURE_INVALID");
    expect((await refusal(`${token.slice(0, at)}Q${token.slice(at)}`)).name).toBe("SIGNATURE_INVALID");
  }
});

test("a token of one type passes for no other type", async () => {
  for (const made of TYPES) {
    const token = signer.sign(made, CLAIMS);
    for (const wanted of TYPES) {
      if (made === wanted) continue;
      expect((await refusal(token, wanted)).message).toContain("it is a document of another kind");
      expect(problemIn(() => peekClaims(token, wanted)).name).toBe("SIGNATURE_INVALID");
    }
  }
});

test("a token signed by another key is refused", async () => {
  const stranger = makeSigner().sign("lease", CLAIMS);
  expect((await refusal(stranger)).message).toContain("it was changed or signed by another key");
});

const TYP = "muster-lease+jwt";
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const hmac = (input: string) => createHmac("sha512", signer.publicKey.x).update(input).digest();
const ecdsa = (input: string) => sign("sha256", Buffer.from(input), { key: p256, dsaEncoding: "ieee-p1363" });

test.each([
  ["alg none without a signature", forge({ alg: "none", typ: TYP }, () => new Uint8Array())],
  ["alg none with a signature", forge({ alg: "none", typ: TYP })],
  ["alg HS512 keyed with the public key", forge({ alg: "HS512", typ: TYP }, hmac)],
  ["alg HS256 with a good EdDSA signature", forge({ alg: "HS256", typ: TYP })],
  ["alg ES256", forge({ alg: "ES256", typ: TYP }, ecdsa)],
  ["alg eddsa in lower case", forge({ alg: "eddsa", typ: TYP })],
  ["alg missing", forge({ typ: TYP })],
  ["alg in a list", forge({ alg: ["EdDSA"], typ: TYP })],
  ["typ JWT", forge({ alg: "EdDSA", typ: "JWT" })],
  ["typ missing", forge({ alg: "EdDSA" })],
  ["a critical extension", forge({ alg: "EdDSA", typ: TYP, crit: ["b64"], b64: false })],
  ["a header that is no object", forge(["EdDSA", TYP])],
  ["a header that is null", forge(null)],
])("%s is refused though the signature be right", async (_, token) => {
  expect((await refusal(token)).name).toBe("SIGNATURE_INVALID");
});

test.each([
  ["members in another order", { typ: TYP, alg: "EdDSA" }],
  ["a key id", { alg: "EdDSA", typ: TYP, kid: "2026" }],
])("a header with %s is accepted", async (_, header) => {
  expect(await verifyJws(forge(header), "lease", signer.publicKey)).toEqual(CLAIMS);
});

test("a key inside the header is not used", async () => {
  const stranger = makeSigner();
  const header = { alg: "EdDSA", typ: TYP, jwk: stranger.publicKey };
  const token = forge(header, (input) => sign(null, Buffer.from(input), stranger.privateKey));
  expect((await refusal(token)).name).toBe("SIGNATURE_INVALID");
});

test("a signature has one form: the same one with the group order added to S is refused", async () => {
  const token = signer.sign("lease", CLAIMS);
  const at = token.lastIndexOf(".");
  const signature = Buffer.from(token.slice(at + 1), "base64url");
  // RFC 8032, section 5.1.7: S must lie below the order L, or every signature would have a twin.
  let carry = (1n << 252n) + 27742317777372353535851937790883648493n;
  for (let index = 32; index < 64; index++) {
    carry += BigInt(signature[index] ?? 0);
    signature[index] = Number(carry & 0xffn);
    carry >>= 8n;
  }
  expect(carry).toBe(0n);
  expect((await refusal(compact(token.slice(0, at), signature))).name).toBe("SIGNATURE_INVALID");
});

test.each([
  ["nothing", ""],
  ["one part", "abc"],
  ["two parts", "abc.def"],
  ["four parts", `${signer.sign("lease", CLAIMS)}.AA`],
  ["only dots", ".."],
  ["a signature too short", signer.sign("lease", CLAIMS).slice(0, -4)],
  ["a payload that is not JSON", forge({ alg: "EdDSA", typ: TYP }, undefined, "bm8gSlNPTg")],
  ["a payload that is not UTF-8", forge({ alg: "EdDSA", typ: TYP }, undefined, "eyJhIjoi_yJ9")],
  ["a payload that is a list", forge({ alg: "EdDSA", typ: TYP }, undefined, encode([CLAIMS]))],
  ["a payload that is null", forge({ alg: "EdDSA", typ: TYP }, undefined, encode(null))],
  ["an empty payload", forge({ alg: "EdDSA", typ: TYP }, undefined, "")],
  ["more than 4 Mi characters", `${signer.sign("lease", CLAIMS)}${" ".repeat(4 * 1024 * 1024)}`],
])("%s is no document", async (_, token) => {
  const problem = await refusal(token);
  expect(problem.name).toBe("SIGNATURE_INVALID");
  expect(problem.message).toStartWith("This lease cannot be used: ");
});

test("whatever text comes, it is verified or SIGNATURE_INVALID", async () => {
  const token = signer.sign("lease", CLAIMS);
  const parts = fc.array(fc.constantFrom(...token.split("."), "", "e30", "AAAA"), { maxLength: 4 });
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    parts.map((some) => some.join(".")),
  );
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      if (text === token) expect(await verifyJws(text, "lease", signer.publicKey)).toEqual(CLAIMS);
      else expect((await refusal(text)).name).toBe("SIGNATURE_INVALID");
    }),
  );
});

test.each([
  ["a short key", "AAAA"],
  ["no base64url", "!".repeat(43)],
  ["no point of the curve", encodeBase64url(new Uint8Array(32).fill(0xff))],
])("%s verifies nothing", async (_, x) => {
  const key = { kty: "OKP", crv: "Ed25519", x } as const;
  expect((await problemOf(verifyJws(signer.sign("lease", CLAIMS), "lease", key))).name).toBe(
    "SIGNATURE_INVALID",
  );
});

test("a public key is read from a JWK and nothing else of it is kept", () => {
  expect(asPublicJwk({ ...signer.publicKey, d: "secret", kid: "1" })).toEqual(signer.publicKey);
});

test.each([
  [null],
  ["key"],
  [{}],
  [{ kty: "RSA", crv: "Ed25519", x: signer.publicKey.x }],
  [{ kty: "OKP", crv: "X25519", x: signer.publicKey.x }],
  [{ kty: "OKP", crv: "Ed25519" }],
  [{ kty: "OKP", crv: "Ed25519", x: 5 }],
  [{ kty: "OKP", crv: "Ed25519", x: `${signer.publicKey.x}A` }],
  [{ kty: "OKP", crv: "Ed25519", x: signer.publicKey.x.slice(1) }],
])("%j is no public key", (value) => {
  expect(asPublicJwk(value)).toBeUndefined();
});

test("jose verifies what Muster signs", async () => {
  const token = signer.sign("lease", CLAIMS);
  const { payload, protectedHeader } = await compactVerify(token, await importJWK(signer.publicKey, "EdDSA"));
  expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(CLAIMS);
  expect(protectedHeader).toEqual({ alg: "EdDSA", typ: TYP });
});

test("Muster verifies what jose signs", async () => {
  const token = await new CompactSign(new TextEncoder().encode(JSON.stringify(CLAIMS)))
    .setProtectedHeader({ typ: TYP, alg: "EdDSA", kid: "1" })
    .sign(signer.privateKey);
  expect(await verifyJws(token, "lease", signer.publicKey)).toEqual(CLAIMS);
});

test("OpenSSL verifies the signature over the signing input, and no other", async () => {
  const folder = makeFolder();
  const at = (name: string) => join(folder, name);
  const signature = sign(null, Buffer.from(signingInput("lease", CLAIMS)), signer.privateKey);
  writeFileSync(at("input"), signingInput("lease", CLAIMS));
  writeFileSync(at("changed"), signingInput("lease", { ...CLAIMS, iss: "other" }));
  writeFileSync(at("signature"), signature);
  writeFileSync(at("key.pem"), signer.privateKey.export({ type: "pkcs8", format: "pem" }));
  const verify = (input: string) =>
    Bun.spawnSync([
      ...["openssl", "pkeyutl", "-verify", "-rawin", "-inkey", at("key.pem")],
      ...["-in", at(input), "-sigfile", at("signature")],
    ]);
  expect(verify("input").stdout.toString()).toContain("Signature Verified Successfully");
  expect(verify("input").exitCode).toBe(0);
  expect(verify("changed").exitCode).not.toBe(0);
  expect(
    await verifyJws(compact(signingInput("lease", CLAIMS), signature), "lease", signer.publicKey),
  ).toEqual(CLAIMS);
});
