import { describe, expect, test } from "bun:test";
import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import fc from "fast-check";
import type { Catalogue } from "./catalogue.ts";
import { confirmationId, licenseOfConfirmation, signatureOf, spokenDates } from "./confirmation-id.ts";
import { spellDigits } from "./digit-groups.ts";
import { type HostLicense, hostLicenseClaims, openHostLicense } from "./host-license.ts";
import { compact, type PublicJwk, signingInput } from "./jws.ts";
import { partialKey } from "./keys.ts";
import { makePolicy } from "./policy.ts";
import { Problem } from "./problems.ts";
import { DAY } from "./time.ts";

/** PKCS8 of an Ed25519 key is this prefix and 32 bytes (RFC 8410). */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
const VENDOR_KEY = createPrivateKey({
  key: Buffer.concat([PKCS8, Buffer.alloc(32, 7)]),
  format: "der",
  type: "pkcs8",
});
const key = "DGVM8-4XBTQ-CXDFP-CQD8B-G9YYQ";
const host = "11111111-2222-4333-8444-555555555555";
const hostKey: PublicJwk = { kty: "OKP", crv: "Ed25519", x: "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE" };
const asker = { host, hostKey, key };
const NOW = Date.UTC(2026, 10, 22, 6, 44);

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
const catalogue: Catalogue = {
  vendor: {
    id: id(99),
    name: "Contoso",
    key: { kty: "OKP", crv: "Ed25519", x: createPublicKey(VENDOR_KEY).export({ format: "jwk" }).x ?? "" },
  },
  issued: NOW,
  applications: [{ id: id(98), name: "Studio" }],
  products: [1, 2, 5, 400].map((number) => {
    return {
      id: id(number),
      application: id(98),
      name: `P${number}`,
      number,
      policy: makePolicy({}),
      channel: "VOLUME_KMSCLIENT",
      setupKeys: [],
    };
  }),
};

function license(grant: Partial<HostLicense> = {}, days = 365): HostLicense {
  const dates = spokenDates({ issued: NOW, expires: NOW + days * DAY });
  const products = [id(1), id(2)];
  const base = { vendor: catalogue.vendor.id, host, hostKey, products, seats: 50, overage: "allow" as const };
  return { ...base, ...dates, partialKey: partialKey(key), ...grant };
}

function signed(granted: HostLicense): string {
  const input = signingInput("host-licence", hostLicenseClaims(granted));
  return compact(input, sign(null, Buffer.from(input), VENDOR_KEY));
}

const spoken = (granted: HostLicense) => confirmationId(granted, signatureOf(signed(granted)), catalogue);

async function refusal(input: string, by = asker, against = catalogue): Promise<string> {
  return licenseOfConfirmation(input, by, against).then(
    () => "nothing was refused",
    (error) => {
      if (error instanceof Problem) return `${error.name} ${error.message}`;
      throw error;
    },
  );
}

test("the host makes the very licence that the vendor signed from what is read to it", async () => {
  const grants = fc.record({
    seats: fc.option(fc.integer({ min: 1, max: 1e9 }), { nil: undefined }),
    overage: fc.constantFrom("allow" as const, "deny" as const),
    products: fc.subarray(
      catalogue.products.map((product) => product.id),
      { minLength: 1 },
    ),
  });
  await fc.assert(
    fc.asyncProperty(grants, fc.integer({ min: 1, max: 3650 }), async (grant, days) => {
      const granted = license(grant, days);
      const token = await licenseOfConfirmation(spoken(granted), asker, catalogue);
      expect(token).toBe(signed(granted));
      expect(await openHostLicense(token, catalogue.vendor)).toEqual(granted);
    }),
  );
});

test("a licence that can be said has whole days, and is valid from the day before", () => {
  const midnight = Date.UTC(2026, 10, 22);
  expect(spokenDates({ issued: NOW, expires: NOW + 30 * DAY })).toEqual({
    issued: midnight,
    notBefore: midnight - DAY,
    expires: midnight + 30 * DAY,
  });
});

describe("a confirmation id is refused", () => {
  const said = spoken(license());
  const cases: [why: string, result: () => Promise<string>, says: RegExp][] = [
    [
      "by another host",
      () => refusal(said, { ...asker, host: id(3) }),
      /^SIGNATURE_INVALID .* not the answer to this/,
    ],
    [
      "for another key pair",
      () => refusal(said, { ...asker, hostKey: catalogue.vendor.key }),
      /^SIGNATURE_INVALID/,
    ],
    [
      "for another host key",
      () => refusal(said, { ...asker, key: "DGVM7-HTRKH-KTQTX-WYFT6-KC8B2" }),
      /^SIGNATURE_INVALID/,
    ],
    [
      "by the key of another vendor",
      () => refusal(said, asker, { ...catalogue, vendor: { ...catalogue.vendor, key: hostKey } }),
      /^SIGNATURE_INVALID/,
    ],
    [
      "when the host's catalogue is older than a product of it",
      () => refusal(said, asker, { ...catalogue, products: catalogue.products.slice(1) }),
      /^BAD_INPUT .* a product that this host's catalogue lacks/,
    ],
    [
      "when a group is missing",
      () => refusal(said.split("-").slice(0, -1).join("-")),
      /^BAD_INPUT .*read it again/,
    ],
    [
      "when it is an empty one",
      () => refusal(spellDigits("0001")),
      /^BAD_INPUT This is not a confirmation id/,
    ],
    [
      "of another version",
      () => refusal(spellDigits(`0010${"1".repeat(560)}`)),
      /^BAD_INPUT This is not a confirmation id/,
    ],
    [
      "when it claims more products than it has room for",
      () => refusal(spellDigits(`0001${"0".repeat(30)}${"0".repeat(31)}1${"0".repeat(600)}`)),
      /^BAD_INPUT This is not a confirmation id/,
    ],
  ];
  for (const [why, result, says] of cases) test(why, async () => expect(await result()).toMatch(says));
});

test("whatever is typed gives a sentence", async () => {
  const bits = fc.string({ unit: fc.constantFrom("0", "1"), maxLength: 700 });
  await fc.assert(
    fc.asyncProperty(bits, async (text) => {
      expect(await refusal(spellDigits(`0001${text}`))).toMatch(/^(BAD_INPUT|SIGNATURE_INVALID) /);
    }),
  );
});

test("its form and the claims it stands for stay what they are: hosts and vendors of other versions agree on them", () => {
  expect(spoken(license())).toBe(
    [
      "0000163-3384866-9644431-0355979-0521754-0379459-0133228-1854968",
      "8889661-5454116-6342637-0814152-4908989-6849082-7381704-6573812",
      "2056975-7504351-0741072-2316602-8973218-5634113-7127889-2545961",
      "1508161-4463281-2966984-8284554-2422546",
    ].join("-"),
  );
});
