import { expect, test } from "bun:test";
import fc from "fast-check";
import { makeDocuments, makeSigner, signDocuments } from "../../test/documents.ts";
import { problemOf } from "../../test/problems.ts";
import type { Catalogue } from "./catalogue.ts";
import { type HostLicense, hostLicenseClaims } from "./host-license.ts";
import { newId } from "./ids.ts";
import { type Lease, type LeaseHolder, leaseClaims, verifyLease } from "./lease.ts";

const documents = makeDocuments();
const { vendorKey, hostKey, license, lease, catalogue, client, server } = documents;
const holder: LeaseHolder = { cmid: lease.cmid, product: lease.product, nonce: lease.nonce };

/** Verifies the good lease with whatever a test wants otherwise; everything is signed by the right keys. */
function verify({
  changedLease = {},
  changedLicense = {},
  changedHolder = {},
  by = { host: hostKey, vendor: vendorKey },
  within = catalogue,
}: {
  changedLease?: Partial<Lease>;
  changedLicense?: Partial<HostLicense>;
  changedHolder?: Partial<LeaseHolder>;
  by?: { host: typeof hostKey; vendor: typeof vendorKey };
  within?: Catalogue;
}) {
  return verifyLease(
    by.host.sign("lease", leaseClaims({ ...lease, ...changedLease })),
    by.vendor.sign("host-licence", hostLicenseClaims({ ...license, ...changedLicense })),
    { ...holder, ...changedHolder },
    within,
  );
}

test("a good lease comes back with the host licence it stands on", async () => {
  const signed = signDocuments(documents);
  expect(await verifyLease(signed.lease, signed.license, holder, catalogue)).toEqual({ lease, license });
});

test("a stored lease is verified without a nonce", async () => {
  const stored = { cmid: lease.cmid, product: lease.product };
  const signed = signDocuments(documents);
  expect((await verifyLease(signed.lease, signed.license, stored, catalogue)).lease).toEqual(lease);
});

test("the dates of the lease itself are left to the license state", async () => {
  const ended = { issued: license.notBefore, expires: license.notBefore + 1000 };
  expect((await verify({ changedLease: ended })).lease).toMatchObject(ended);
});

const stranger = makeSigner();
const elsewhere = { ...catalogue, vendor: { ...catalogue.vendor, key: stranger.publicKey } };
const renamed = { ...catalogue, vendor: { ...catalogue.vendor, id: newId() } };
const stricter = {
  ...catalogue,
  products: [{ ...client, policy: { ...client.policy, required: 26 } }, server],
};

test.each<[link: string, change: Parameters<typeof verify>[0], reason: string]>([
  [
    "the lease is signed by another key",
    { by: { host: stranger, vendor: vendorKey } },
    "This lease cannot be used: it was changed",
  ],
  [
    "the licence is signed by another key",
    { by: { host: hostKey, vendor: stranger } },
    "This host licence cannot be used: it was changed",
  ],
  [
    "the catalogue is of another key",
    { within: elsewhere },
    "This host licence cannot be used: it was changed",
  ],
  ["the catalogue is of another vendor", { within: renamed }, "it names another vendor"],
  [
    "the licence is for another host key",
    { changedLicense: { hostKey: stranger.publicKey } },
    "it was changed or signed by another key",
  ],
  [
    "the licence is another host's",
    { changedLicense: { host: newId() } },
    "the host licence is another host's",
  ],
  ["the lease is another host's", { changedLease: { host: newId() } }, "the host licence is another host's"],
  [
    "the lease is for another product",
    { changedLease: { product: server.id } },
    "the lease is for another product",
  ],
  [
    "the client is of another product",
    { changedHolder: { product: server.id } },
    "the lease is for another product",
  ],
  [
    "the lease is for another application",
    { changedLease: { application: newId() } },
    "the lease is for another application",
  ],
  [
    "the licence lacks the product",
    { changedLicense: { products: [server.id] } },
    "the host licence does not cover the product",
  ],
  [
    "the lease is for another machine",
    { changedLease: { cmid: newId() } },
    "the lease is for another machine",
  ],
  ["the client took a new CMID", { changedHolder: { cmid: newId() } }, "the lease is for another machine"],
  [
    "the answer is an old one",
    { changedHolder: { nonce: "BAAAAAAAAAAAAAAAAAAAAA" } },
    "the lease answers another request",
  ],
  [
    "the licence began after the grant",
    { changedLicense: { notBefore: lease.issued + 1000 } },
    "the host licence was not valid",
  ],
  [
    "the licence ended at the grant",
    { changedLicense: { expires: lease.issued } },
    "the host licence was not valid",
  ],
  [
    "the count was too small",
    { changedLease: { count: 24 } },
    "the count in it is below what the product requires",
  ],
  ["the product requires more", { within: stricter }, "the count in it is below what the product requires"],
])("when %s the host is not trusted", async (_, change, reason) => {
  const problem = await problemOf(verify(change));
  expect(problem.name).toBe("HOST_NOT_TRUSTED");
  expect(problem.message).toStartWith("The lease is not from a host of Orchard Works: ");
  expect(problem.message).toContain(reason);
});

test("the edges of the host licence's time: its first second counts, its last moment too", async () => {
  expect((await verify({ changedLicense: { notBefore: lease.issued } })).lease).toEqual(lease);
  expect((await verify({ changedLicense: { expires: lease.issued + 1000 } })).lease).toEqual(lease);
});

const signed = signDocuments(documents);

test.each([
  ["the documents are exchanged", signed.license, signed.lease],
  ["the lease is missing", "", signed.license],
  ["the licence is missing", signed.lease, ""],
  ["the licence is a catalogue", signed.lease, signed.catalogue],
  ["the lease is cut off", signed.lease.slice(0, -10), signed.license],
])("when %s the host is not trusted", async (_, leaseToken, licenseToken) => {
  const problem = await problemOf(verifyLease(leaseToken, licenseToken, holder, catalogue));
  expect(problem.name).toBe("HOST_NOT_TRUSTED");
});

const claims = leaseClaims(lease) as Record<string, unknown> & { muster: Record<string, unknown> };

test.each(Object.keys(claims))("a lease without %s is refused by name", async (claim) => {
  const { [claim]: _, ...rest } = claims;
  const problem = await problemOf(
    verifyLease(hostKey.sign("lease", rest), signed.license, holder, catalogue),
  );
  expect(problem.name).toBe("HOST_NOT_TRUSTED");
  expect(problem.message).toContain(`${claim} is missing or not of the expected form`);
});

test.each(Object.keys(claims.muster))("a lease without muster.%s is refused by name", async (claim) => {
  const { [claim]: _, ...rest } = claims.muster;
  const token = hostKey.sign("lease", { ...claims, muster: rest });
  const problem = await problemOf(verifyLease(token, signed.license, holder, catalogue));
  expect(problem.message).toContain(`${claim} is missing or not of the expected form`);
});

test("whatever a host signs, the lease holds or the host is not trusted", async () => {
  const names = [...Object.keys(claims), ...Object.keys(claims.muster)];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), fc.jsonValue(), async (name, value) => {
      const changed =
        name in claims
          ? { ...claims, [name]: value }
          : { ...claims, muster: { ...claims.muster, [name]: value } };
      const token = hostKey.sign("lease", changed);
      const result = await verifyLease(token, signed.license, holder, catalogue).catch(
        (error: unknown) => error,
      );
      if (result instanceof Error) expect(result.name).toBe("HOST_NOT_TRUSTED");
    }),
  );
});
