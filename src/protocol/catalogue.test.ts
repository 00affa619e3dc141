import { expect, test } from "bun:test";
import fc from "fast-check";
import { makeDocuments, makeSigner, signDocuments } from "../../test/documents.ts";
import { problemIn, problemOf } from "../../test/problems.ts";
import {
  type Catalogue,
  catalogueClaims,
  checkCatalogue,
  findProduct,
  openCatalogue,
  productOfKey,
} from "./catalogue.ts";
import { newId } from "./ids.ts";
import { makeKey } from "./keys.ts";

const MICROSOFT_WINDOWS = "55c92734-d682-4d71-983e-d6ec3f16059f";
const documents = makeDocuments();
const { catalogue, client, server, application, vendorKey } = documents;

type Json = Record<string, unknown>;
/** The claims of the good catalogue as a JSON value that a test may spoil. */
const claims = () => JSON.parse(JSON.stringify(catalogueClaims(catalogue))) as Json & { muster: Json };
const open = (value: object) => openCatalogue(vendorKey.sign("catalogue", value));

test("a catalogue comes back as it was signed", async () => {
  expect(await openCatalogue(signDocuments(documents).catalogue)).toEqual(catalogue);
});

test("ids are read in lower case whatever case they were written in", async () => {
  const text = JSON.stringify(claims()).replaceAll(client.id, client.id.toUpperCase());
  expect((await open(JSON.parse(text))).products[0]?.id).toBe(client.id);
});

test("a catalogue with its key exchanged for another is refused", async () => {
  const stranger = { ...claims(), cnf: { jwk: makeSigner().publicKey } };
  expect((await problemOf(open(stranger))).name).toBe("SIGNATURE_INVALID");
});

test.each([
  ["its key", { cnf: {} }, "jwk"],
  ["its confirmation", { cnf: null }, "cnf"],
  ["the vendor's id", { iss: "orchard" }, "iss"],
  ["its date", { iat: "today" }, "iat"],
  ["its content", { muster: [] }, "muster"],
])("a catalogue without %s is refused by name", async (_, change, claim) => {
  const problem = await problemOf(open({ ...claims(), ...change }));
  expect(problem.name).toBe("BAD_INPUT");
  expect(problem.message).toContain(`${claim} is missing`);
});

const product = (change: object) => ({ products: [{ ...client, ...change }] });
const otherNumber = makeKey("setup", 9).text;

test.each<[what: string, muster: Json, problem: string]>([
  ["no vendor name", { vendor: "" }, "BAD_INPUT"],
  ["applications that are no list", { applications: {} }, "BAD_INPUT"],
  ["an application that is no object", { applications: ["Orchard"] }, "BAD_INPUT"],
  [
    "Microsoft's application id",
    { applications: [{ id: MICROSOFT_WINDOWS, name: "Mine" }] },
    "MICROSOFT_PRODUCT",
  ],
  ["two applications with one id", { applications: [application, application] }, "BAD_INPUT"],
  ["a product with an application's id", product({ id: application.id }), "BAD_INPUT"],
  [
    "two products with one number",
    { products: [client, { ...server, number: 1, setupKeys: [] }] },
    "BAD_INPUT",
  ],
  ["a product of no application", product({ application: newId() }), "BAD_INPUT"],
  ["a product of number 0", product({ number: 0 }), "BAD_INPUT"],
  ["a channel that there is not", product({ channel: "OEM" }), "BAD_INPUT"],
  ["a channel that is no text", product({ channel: ["RETAIL"] }), "BAD_INPUT"],
  ["a policy out of bounds", product({ policy: { required: 0 } }), "BAD_INPUT"],
  ["a policy that is no object", product({ policy: "strict" }), "BAD_INPUT"],
  ["a policy that is a list", product({ policy: [1] }), "BAD_INPUT"],
  ["a setup key that is none", product({ setupKeys: ["BBBBB"] }), "BAD_INPUT"],
  ["a setup key in a list", product({ setupKeys: [client.setupKeys] }), "BAD_INPUT"],
  ["a setup key that cannot be shown as text", product({ setupKeys: [{ toString: 1 }] }), "BAD_INPUT"],
  ["a host key for a setup key", product({ setupKeys: [makeKey("host", 1).text] }), "BAD_INPUT"],
  ["a setup key of another product", product({ setupKeys: [otherNumber] }), "BAD_INPUT"],
])("a catalogue with %s is refused", async (_, change, name) => {
  const spoilt = claims();
  spoilt.muster = { ...spoilt.muster, ...change };
  expect((await problemOf(open(spoilt))).name).toBe(name as never);
});

test("a product that says nothing of its policy has the defaults", async () => {
  const { policy, ...rest } = client;
  const { muster, ...head } = claims();
  const opened = await open({ ...head, muster: { ...muster, products: [rest] } });
  expect(opened.products[0]?.policy).toEqual({ ...policy, required: 25 });
});

test("a product that names no channel is a volume client's, one of RETAIL stays so", async () => {
  const { channel, ...rest } = client;
  const { muster, ...head } = claims();
  const products = [rest, { ...server, channel: "RETAIL" }];
  const opened = await open({ ...head, muster: { ...muster, products } });
  expect(channel).toBe("VOLUME_KMSCLIENT");
  expect(opened.products.map((one) => one.channel)).toEqual(["VOLUME_KMSCLIENT", "RETAIL"]);
});

test("whatever a signed catalogue holds, it opens or ends with a problem", async () => {
  const paths = ["iss", "iat", "cnf", "vendor", "applications", "products"] as const;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), fc.jsonValue(), async (path, value) => {
      const spoilt = claims();
      if (path in spoilt) spoilt[path] = value;
      else spoilt.muster[path] = value;
      const problem = await open(spoilt).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (problem !== undefined) expect((problem as Error).name).toMatch(/^(BAD_INPUT|SIGNATURE_INVALID)$/);
    }),
  );
  const members = fc.constantFrom("id", "application", "name", "number", "channel", "policy", "setupKeys");
  await fc.assert(
    fc.asyncProperty(members, fc.jsonValue(), async (member, value) => {
      const { muster, ...head } = claims();
      const spoilt = { ...head, muster: { ...muster, products: [{ ...client, [member]: value }] } };
      const opened = await open(spoilt).catch((error: unknown) => error);
      if (opened instanceof Error) expect(opened.name).toBe("BAD_INPUT");
      else expect((opened as Catalogue).products).toHaveLength(1);
    }),
  );
});

test("the check holds for a catalogue that is being made, too", () => {
  expect(() => checkCatalogue(catalogue)).not.toThrow();
  const windows = { ...catalogue, applications: [{ id: MICROSOFT_WINDOWS.toUpperCase(), name: "Mine" }] };
  expect(problemIn(() => checkCatalogue(windows)).name).toBe("MICROSOFT_PRODUCT");
});

test("a product is found by its activation id", () => {
  expect(findProduct(catalogue, server.id)).toBe(server);
  expect(findProduct(catalogue, newId())).toBeUndefined();
});

test("every setup key leads to its product, typed as people type", () => {
  for (const product of catalogue.products) {
    for (const key of product.setupKeys) {
      expect(productOfKey(catalogue, key.toLowerCase()).product).toBe(product);
    }
  }
});

test("a MAK leads to the product of its number", () => {
  const { product, key } = productOfKey(catalogue, makeKey("mak", server.number).text);
  expect(product).toBe(server);
  expect(key.kind).toBe("mak");
});

test.each([
  ["a host key", makeKey("host", 1).text, "This is a host key"],
  [
    "a setup key the catalogue lacks",
    makeKey("setup", client.number).text,
    "is not a key of Orchard Works's catalogue",
  ],
  ["a MAK of an unknown product", makeKey("mak", 99).text, "is not a key of Orchard Works's catalogue"],
  ["no key", "hello", "This is not a product key"],
])("%s is no key of the catalogue", (_, text, words) => {
  const problem = problemIn(() => productOfKey(catalogue, text));
  expect(problem.name).toBe("KEY_INVALID");
  expect(problem.message).toContain(words);
});
