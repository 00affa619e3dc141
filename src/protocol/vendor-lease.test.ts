import { expect, test } from "bun:test";
import { generateKeyPairSync, sign } from "node:crypto";
import type { Catalogue } from "./catalogue.ts";
import { newId } from "./ids.ts";
import { compact, type PublicJwk, signingInput } from "./jws.ts";
import { makePolicy } from "./policy.ts";
import { Problem } from "./problems.ts";
import { type VendorLease, vendorLeaseClaims, verifyVendorLease } from "./vendor-lease.ts";

const pair = generateKeyPairSync("ed25519");
const vendorKey: PublicJwk = {
  kty: "OKP",
  crv: "Ed25519",
  x: pair.publicKey.export({ format: "jwk" }).x ?? "",
};
const application = newId();
const lease: VendorLease = {
  id: newId(),
  vendor: newId(),
  cmid: newId(),
  product: newId(),
  application,
  fingerprint: "ab".repeat(32),
  issued: Date.UTC(2026, 10, 22),
  notBefore: Date.UTC(2026, 10, 21),
  nonce: "AAAAAAAAAAAAAAAAAAAAAA",
  partialKey: "BGDCW",
};
const product = {
  id: lease.product,
  application,
  name: "Client",
  number: 1,
  policy: makePolicy({}),
  channel: "VOLUME_KMSCLIENT" as const,
  setupKeys: [],
};
const catalogue: Catalogue = {
  vendor: { id: lease.vendor, name: "Contoso", key: vendorKey },
  issued: lease.issued,
  applications: [{ id: application, name: "Studio" }],
  products: [product],
};
const { cmid, fingerprint, nonce } = lease;
const holder = { cmid, fingerprint, nonce, product: lease.product };

function signed(claims: object, type: "vendor-lease" | "lease" = "vendor-lease"): string {
  const input = signingInput(type, claims);
  return compact(input, sign(null, Buffer.from(input), pair.privateKey));
}

const token = signed(vendorLeaseClaims(lease));

test("a vendor lease proves to its holder what the vendor granted, with and without the nonce", async () => {
  expect(await verifyVendorLease(token, holder, catalogue)).toEqual(lease);
  const stored = { cmid, product: lease.product, fingerprint: fingerprint.toUpperCase() };
  expect(await verifyVendorLease(token, stored, catalogue)).toEqual(lease);
});

const other: PublicJwk = {
  ...vendorKey,
  x: generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }).x ?? "",
};
const cases: [why: string, result: () => Promise<unknown>, name: string][] = [
  [
    "on other hardware",
    () => verifyVendorLease(token, { ...holder, fingerprint: "cd".repeat(32) }, catalogue),
    "HARDWARE_CHANGED",
  ],
  [
    "on another machine",
    () => verifyVendorLease(token, { ...holder, cmid: newId() }, catalogue),
    "BAD_INPUT",
  ],
  [
    "for another product",
    () => verifyVendorLease(token, { ...holder, product: newId() }, catalogue),
    "BAD_INPUT",
  ],
  [
    "as the answer to another request",
    () => verifyVendorLease(token, { ...holder, nonce: "BAAAAAAAAAAAAAAAAAAAAA" }, catalogue),
    "BAD_INPUT",
  ],
  [
    "for a product that has moved",
    () =>
      verifyVendorLease(token, holder, { ...catalogue, products: [{ ...product, application: newId() }] }),
    "BAD_INPUT",
  ],
  [
    "in the name of another vendor",
    () => verifyVendorLease(token, holder, { ...catalogue, vendor: { ...catalogue.vendor, id: newId() } }),
    "BAD_INPUT",
  ],
  [
    "with another vendor's key",
    () => verifyVendorLease(token, holder, { ...catalogue, vendor: { ...catalogue.vendor, key: other } }),
    "SIGNATURE_INVALID",
  ],
  [
    "when it was changed",
    () => verifyVendorLease(token.replace(/\.(.)/, ".f"), holder, catalogue),
    "SIGNATURE_INVALID",
  ],
  [
    "when it is a host's lease",
    () => verifyVendorLease(signed(vendorLeaseClaims(lease), "lease"), holder, catalogue),
    "SIGNATURE_INVALID",
  ],
  [
    "when a claim is missing",
    () => verifyVendorLease(signed({ ...vendorLeaseClaims(lease), sub: undefined }), holder, catalogue),
    "BAD_INPUT",
  ],
];
for (const [why, result, name] of cases) {
  test(`a vendor lease is refused ${why}`, async () => {
    const error: unknown = await result().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).name).toBe(name as Problem["name"]);
  });
}
