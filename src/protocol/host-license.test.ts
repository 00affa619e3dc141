import { expect, test } from "bun:test";
import fc from "fast-check";
import { makeDocuments, makeSigner, signDocuments } from "../../test/documents.ts";
import { problemOf } from "../../test/problems.ts";
import {
  type HostLicense,
  type HostRequest,
  hostLicenseClaims,
  hostRequestClaims,
  openHostLicense,
  openHostRequest,
} from "./host-license.ts";
import { newId } from "./ids.ts";
import { makeKey } from "./keys.ts";

const documents = makeDocuments();
const { vendorKey, hostKey, license, catalogue } = documents;
const { vendor } = catalogue;

type Json = Record<string, unknown>;
const claimsOf = (value: HostLicense) =>
  JSON.parse(JSON.stringify(hostLicenseClaims(value))) as Json & { muster: Json };
const open = (claims: object) => openHostLicense(vendorKey.sign("host-licence", claims), vendor);

test("a host licence comes back as it was signed", async () => {
  expect(await openHostLicense(signDocuments(documents).license, vendor)).toEqual(license);
});

test.each<[Partial<HostLicense>]>([
  [{ seats: 0 }],
  [{ seats: 500, overage: "deny" }],
  [{ products: [] }],
  [{ expires: Date.parse("9999-12-31T23:59:59Z") }],
])("a host licence with %j comes back as well", async (change) => {
  const changed = { ...license, ...change };
  expect(await open(hostLicenseClaims(changed))).toEqual(changed);
});

test("times are carried in whole seconds, rounded down", async () => {
  const late = { ...license, issued: license.issued + 999, expires: license.expires + 1 };
  expect(await open(hostLicenseClaims(late))).toEqual(license);
});

test("a licence signed by somebody else is refused", async () => {
  const token = makeSigner().sign("host-licence", hostLicenseClaims(license));
  expect((await problemOf(openHostLicense(token, vendor))).name).toBe("SIGNATURE_INVALID");
});

test("a licence that names another vendor is refused though this vendor's key signed it", async () => {
  const problem = await problemOf(open({ ...claimsOf(license), iss: newId() }));
  expect(problem.name).toBe("SIGNATURE_INVALID");
  expect(problem.message).toContain("it names another vendor");
});

test.each(["iss", "sub", "iat", "nbf", "exp", "cnf", "muster"])(
  "a licence without %s is refused by name",
  async (claim) => {
    const { [claim]: _, ...rest } = claimsOf(license);
    const problem = await problemOf(open(rest));
    expect(problem.name).toBe("BAD_INPUT");
    expect(problem.message).toContain(`${claim} is missing`);
  },
);

test.each<[Json, string]>([
  [{ products: undefined }, "products"],
  [{ products: ["all"] }, "products"],
  [{ seats: -1 }, "seats"],
  [{ seats: null }, "seats"],
  [{ seats: "many" }, "seats"],
  [{ overage: undefined }, "overage"],
  [{ overage: "maybe" }, "overage"],
  [{ partialKey: "TOOLONG" }, "partialKey"],
])("a licence with %j is refused by name", async (change, claim) => {
  const claims = claimsOf(license);
  const problem = await problemOf(open({ ...claims, muster: { ...claims.muster, ...change } }));
  expect(problem.name).toBe("BAD_INPUT");
  expect(problem.message).toContain(claim);
});

test("whatever a signed licence holds, it opens or ends with a problem", async () => {
  const names = ["iss", "sub", "exp", "cnf", "muster", "products", "seats", "overage", "partialKey"];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), fc.jsonValue(), async (name, value) => {
      const claims = claimsOf(license);
      const changed =
        name in claims
          ? { ...claims, [name]: value }
          : { ...claims, muster: { ...claims.muster, [name]: value } };
      const opened = await open(changed).catch((error: unknown) => error);
      if (opened instanceof Error) expect(opened.name).toMatch(/^(BAD_INPUT|SIGNATURE_INVALID)$/);
    }),
  );
});

const request: HostRequest = {
  host: license.host,
  name: "kms-1.corp.example",
  hostKey: hostKey.publicKey,
  key: makeKey("host", 7).text,
  issued: license.issued,
};

test("a host request comes back as it was signed", async () => {
  expect(await openHostRequest(hostKey.sign("host-request", hostRequestClaims(request)))).toEqual(request);
});

test("a host request proves that its sender holds the private key", async () => {
  const stolen = makeSigner().sign("host-request", hostRequestClaims(request));
  expect((await problemOf(openHostRequest(stolen))).name).toBe("SIGNATURE_INVALID");
});

test.each(["iss", "iat", "cnf", "muster"])("a host request without %s is refused by name", async (claim) => {
  const { [claim]: _, ...rest } = hostRequestClaims(request) as Json;
  const problem = await problemOf(openHostRequest(hostKey.sign("host-request", rest)));
  expect(problem.name).toBe("BAD_INPUT");
  expect(problem.message).toBe(
    `This host request cannot be used: ${claim} is missing or not of the expected form; get it again from where it came from.`,
  );
});

test.each<[Json, string]>([
  [{ name: "" }, "name"],
  [{ key: 5 }, "key"],
  [{ key: "B".repeat(65) }, "key"],
])("a host request with %j is refused by name", async (change, claim) => {
  const claims = hostRequestClaims(request) as Json & { muster: Json };
  const token = hostKey.sign("host-request", { ...claims, muster: { ...claims.muster, ...change } });
  expect((await problemOf(openHostRequest(token))).message).toContain(`${claim} is missing`);
});
