import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { type Catalogue, catalogueClaims } from "../../src/protocol/catalogue.ts";
import { confirmationId, signatureOf, spokenDates } from "../../src/protocol/confirmation-id.ts";
import {
  type HostLicense,
  type HostRequest,
  hostLicenseClaims,
  hostRequestClaims,
} from "../../src/protocol/host-license.ts";
import {
  asPublicJwk,
  compact,
  type DocumentType,
  type PublicJwk,
  signingInput,
} from "../../src/protocol/jws.ts";
import { leaseClaims } from "../../src/protocol/lease.ts";
import { makePolicy } from "../../src/protocol/policy.ts";
import { DAY } from "../../src/protocol/time.ts";
import { usageReportClaims } from "../../src/protocol/usage-report.ts";
import { vendorLeaseClaims } from "../../src/protocol/vendor-lease.ts";

/** Signed documents of one vendor and one host, always the same ones: the keys are numbers and Ed25519 uses no chance. */

/** When all of them were signed: 22 November 2026, 00:00 UTC. */
export const NOW = Date.UTC(2026, 10, 22);

/** Somebody who signs. */
interface Signer {
  readonly publicKey: PublicJwk;
  sign(type: DocumentType, claims: object | string): string;
}

/** The key pair whose private key is 32 times this byte (RFC 8410). */
export function keyPair(byte: number): KeyObject {
  const head = Buffer.from("302e020100300506032b657004220420", "hex");
  return createPrivateKey({
    key: Buffer.concat([head, Buffer.alloc(32, byte)]),
    format: "der",
    type: "pkcs8",
  });
}

function signer(byte: number): Signer {
  const privateKey = keyPair(byte);
  const publicKey = asPublicJwk(createPublicKey(privateKey).export({ format: "jwk" }));
  if (publicKey === undefined) throw new Error("Ed25519 keys have a JWK.");
  return {
    publicKey,
    sign(type, claims) {
      const input = signingInput(type, claims);
      return compact(input, sign(null, Buffer.from(input), privateKey));
    },
  };
}

const id = (digit: string) => `${digit.repeat(8)}-0000-4000-a000-${digit.repeat(12)}`;

/** The byte of the host's private key. */
export const HOST_BYTE = 3;
const vendor = signer(1);
export const host = signer(HOST_BYTE);
/** Signs as well as they do, and nobody trusts it. */
const stranger = signer(9);

export const KEYS = {
  setup: ["BBBBY-RWYPT-DHR8K-MD38M-MYM9H", "BBBB8-YG33Q-4PP3V-F3RT8-JPBWM"],
  host: "DGVTB-YPVM2-P4BCT-PG9TW-26469",
  mak: "GPD2T-X3Q92-PWGRC-6J86Y-2TJMT",
} as const;

export const CATALOGUE: Catalogue = {
  vendor: { id: id("a"), name: "Fabrikam", key: vendor.publicKey },
  issued: NOW,
  applications: [{ id: id("b"), name: "Draw" }],
  products: [1, 2].map((number) => ({
    id: id(String(number)),
    application: id("b"),
    name: `Draw ${number}`,
    number,
    channel: "VOLUME_KMSCLIENT",
    policy: makePolicy({ required: 5 * number }),
    setupKeys: [KEYS.setup[number - 1] ?? ""],
  })),
};
const products = CATALOGUE.products.map((product) => product.id);

export const LICENSE: HostLicense = {
  vendor: id("a"),
  host: id("c"),
  hostKey: host.publicKey,
  ...spokenDates({ issued: NOW, expires: NOW + 365 * DAY }),
  products,
  seats: 50,
  overage: "deny",
  partialKey: KEYS.host.slice(-5),
};
export const REQUEST: HostRequest = {
  host: id("c"),
  name: "kms01.corp.example",
  hostKey: host.publicKey,
  key: KEYS.host,
  issued: NOW,
};
export const HOLDER = { cmid: id("d"), product: id("1"), nonce: "A".repeat(22) };
/** The fingerprint of the machine that the vendor lease is for. */
export const HARDWARE = "0123456789abcdef".repeat(4);

/** The claims of each kind of document, with everything in them that can be. */
export const CLAIMS = {
  catalogue: catalogueClaims(CATALOGUE),
  "host-licence": hostLicenseClaims(LICENSE),
  "host-request": hostRequestClaims(REQUEST),
  lease: leaseClaims({
    id: id("e"),
    host: LICENSE.host,
    cmid: HOLDER.cmid,
    product: HOLDER.product,
    application: id("b"),
    issued: NOW,
    notBefore: NOW - DAY,
    expires: NOW + 180 * DAY,
    count: 26,
    nonce: HOLDER.nonce,
    sequence: 7,
  }),
  "vendor-lease": vendorLeaseClaims({
    id: id("f"),
    vendor: id("a"),
    cmid: HOLDER.cmid,
    product: HOLDER.product,
    application: id("b"),
    issued: NOW,
    notBefore: NOW,
    partialKey: KEYS.mak.slice(-5),
    fingerprint: HARDWARE,
    nonce: HOLDER.nonce,
  }),
  "usage-report": usageReportClaims({
    host: LICENSE.host,
    partialKey: LICENSE.partialKey,
    issued: NOW + 30 * DAY,
    from: NOW,
    to: NOW + 30 * DAY,
    leased: 26,
    peak: 60,
    machines: 61,
    seats: 50,
    overageDays: 2,
    products: products.map((product) => ({ product, machines: 13, leased: 12 })),
    list: [{ name: "pc-1", cmid: HOLDER.cmid, product: HOLDER.product, lastSeen: NOW }],
  }),
} as const satisfies Record<DocumentType, object>;

const SIGNERS: Record<DocumentType, Signer> = {
  catalogue: vendor,
  "host-licence": vendor,
  "host-request": host,
  lease: host,
  "vendor-lease": vendor,
  "usage-report": host,
};

/** Signs claims as whoever makes such documents does. */
export function signed(type: DocumentType, claims: object | string): string {
  return SIGNERS[type].sign(type, claims);
}

const TYPES = Object.keys(CLAIMS) as DocumentType[];

/** The one genuine document of each kind. */
export const GENUINE = Object.fromEntries(TYPES.map((type) => [type, signed(type, CLAIMS[type])])) as Record<
  DocumentType,
  string
>;

/** What a forger has to mix with a genuine one: documents of other kinds, and good ones by a signer nobody trusts. */
export const FORGERS: readonly string[] = [
  ...Object.values(GENUINE),
  ...TYPES.map((type) => stranger.sign(type, CLAIMS[type])),
  stranger.sign("host-licence", { ...CLAIMS["host-licence"], cnf: { jwk: stranger.publicKey } }),
];

/** What the vendor reads to the host over the phone. */
export const CONFIRMATION: string = confirmationId(LICENSE, signatureOf(GENUINE["host-licence"]), CATALOGUE);
