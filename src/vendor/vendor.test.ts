import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importJWK, jwtVerify } from "jose";
import { openCatalogue, productOfKey } from "../protocol/catalogue.ts";
import { openHostLicense } from "../protocol/host-license.ts";
import { makeKey } from "../protocol/keys.ts";
import { Problem } from "../protocol/problems.ts";
import { DAY } from "../protocol/time.ts";
import { createVendor } from "./create.ts";
import { hostForTests } from "./host-for-tests.ts";
import { openVendor, type Vendor } from "./vendor.ts";

const NOW = Date.UTC(2026, 10, 22, 6, 44);
let folder: string;
let vendor: Vendor;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "muster-vendor-")), "vendor");
  vendor = createVendor(folder, "Contoso", NOW);
});

afterEach(() => {
  vendor.close();
  rmSync(join(folder, ".."), { recursive: true });
});

/** A vendor with two products in one application, and a host key for them. */
function withProducts() {
  const client = vendor.addProduct({ name: "Client", application: "Studio" }, NOW);
  const server = vendor.addProduct({ name: "Server", application: "Studio", policy: { required: 5 } }, NOW);
  return { client, server, key: vendor.hostKey({ application: "Studio", customer: "Fabrikam" }, NOW) };
}

async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
    return "nothing was refused";
  } catch (error) {
    if (error instanceof Problem) return error.name;
    throw error;
  }
}

describe("a new vendor", () => {
  test("keeps its key and its ledger to itself, and has a catalogue that anybody may read", () => {
    const mode = (name: string) => (statSync(join(folder, name)).mode & 0o777).toString(8);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    vendor.addProduct({ name: "Client", application: "Studio" }, NOW);
    const modes = Object.fromEntries(readdirSync(folder).map((name) => [name, mode(name)]));
    expect(modes).toEqual({
      "vendor.key": "600",
      "ledger.sqlite": "600",
      "ledger.sqlite-wal": "600",
      "ledger.sqlite-shm": "600",
      "catalogue.jws": "644",
    });
    expect(readFileSync(join(folder, "vendor.key"), "utf8")).toStartWith("-----BEGIN PRIVATE KEY-----");
  });

  test("is never made over another one", async () => {
    const key = readFileSync(join(folder, "vendor.key"), "utf8");
    expect(await refusal(() => createVendor(folder, "Fabrikam", NOW))).toBe("ALREADY_EXISTS");
    expect(readFileSync(join(folder, "vendor.key"), "utf8")).toBe(key);
    expect(openVendor(folder).name).toBe("Contoso");
  });

  test("is not made over a key that lost its ledger", async () => {
    const other = join(folder, "..", "other");
    createVendor(other, "Fabrikam", NOW).close();
    rmSync(join(other, "ledger.sqlite"));
    expect(await refusal(() => createVendor(other, "Fabrikam", NOW))).toBe("ALREADY_EXISTS");
    expect(statSync(join(other, "vendor.key")).size).toBeGreaterThan(0);
  });

  test("leaves nothing behind when it cannot be made", async () => {
    const other = join(folder, "..", "other");
    expect(await refusal(() => createVendor(other, "a\nb", NOW))).toBe("BAD_INPUT");
    expect(readdirSync(join(folder, ".."))).toEqual(["vendor"]);
  });

  test("is found again as it was", async () => {
    withProducts();
    const { products } = vendor.catalogue();
    const again = openVendor(folder);
    expect(again.id).toBe(vendor.id);
    expect(again.catalogue().products).toEqual(products);
    again.close();
  });
});

describe("a vendor is not opened", () => {
  test("in a folder that holds none", async () => {
    expect(await refusal(() => openVendor(join(folder, "nothing")))).toBe("NOT_INITIALIZED");
  });

  test("without its key", async () => {
    rmSync(join(folder, "vendor.key"));
    expect(await refusal(() => openVendor(folder))).toBe("NOT_INITIALIZED");
  });

  test("with a key that is not its own, or none at all", async () => {
    const other = join(folder, "..", "other");
    createVendor(other, "Fabrikam", NOW).close();
    chmodSync(join(folder, "vendor.key"), 0o600);
    copyFileSync(join(other, "vendor.key"), join(folder, "vendor.key"));
    expect(await refusal(() => openVendor(folder))).toBe("BAD_INPUT");
    writeFileSync(join(folder, "vendor.key"), "no key");
    expect(await refusal(() => openVendor(folder))).toBe("BAD_INPUT");
  });

  test("when a newer Muster wrote its ledger, and the ledger stays as it is", async () => {
    vendor.close();
    const path = join(folder, "ledger.sqlite");
    const database = new Database(path);
    database.run("PRAGMA user_version = 999");
    database.close();
    const before = readFileSync(path);
    expect(await refusal(() => openVendor(folder))).toBe("STORE_NEWER");
    expect(readFileSync(path)).toEqual(before);
  });

  test("when its ledger is damaged", async () => {
    vendor.close();
    writeFileSync(
      join(folder, "ledger.sqlite"),
      "this is not a ledger, but it is long enough to look like a file".repeat(20),
    );
    expect(await refusal(() => openVendor(folder))).toBe("BAD_INPUT");
  });
});

test("a ledger of the schema before is brought to the present one, with all that it holds", async () => {
  const { key } = withProducts();
  vendor.close();
  const database = new Database(join(folder, "ledger.sqlite"));
  for (const table of ["usage_report", "mak_activation", "mak"]) database.run(`DROP TABLE ${table}`);
  database.run("ALTER TABLE product DROP COLUMN channel");
  database.run("PRAGMA user_version = 1");
  database.close();
  vendor = openVendor(folder);
  expect(vendor.mak({ product: "Client", activations: 1 }, NOW).customer).toBeUndefined();
  expect((await vendor.approve(hostForTests().request(key.text, NOW), NOW)).kind).toBe("activation");
});

describe("the catalogue", () => {
  test("is signed, holds what was added, and opens as clients open it", async () => {
    const { client, server } = withProducts();
    const { setupKeys } = vendor.setupKey("Client", NOW + DAY);
    const catalogue = await openCatalogue(readFileSync(vendor.catalogueFile, "utf8"));
    expect(catalogue).toEqual(vendor.catalogue());
    expect(catalogue.vendor).toMatchObject({ id: vendor.id, name: "Contoso" });
    expect(catalogue.issued).toBe(NOW + DAY);
    expect(catalogue.products).toEqual([{ ...client, setupKeys }, server]);
    expect([client.number, server.number]).toEqual([1, 2]);
    expect(client.application).toBe(server.application);
    expect(productOfKey(catalogue, setupKeys[0] ?? "").product.id).toBe(client.id);
  });

  test("is written again when its file was lost or changed", () => {
    withProducts();
    const text = readFileSync(vendor.catalogueFile, "utf8");
    for (const spoil of [
      () => rmSync(vendor.catalogueFile),
      () => writeFileSync(vendor.catalogueFile, "spoiled"),
    ]) {
      spoil();
      openVendor(folder).close();
      expect(readFileSync(vendor.catalogueFile, "utf8")).toBe(text);
    }
  });

  test("takes changes of a product, and only those named", () => {
    const { client } = withProducts();
    vendor.changeProduct("Client", { policy: { required: 10 } }, NOW);
    const changed = vendor.changeProduct(client.id, { name: "Studio Client" }, NOW);
    expect(changed).toEqual({ ...client, name: "Studio Client", policy: { ...client.policy, required: 10 } });
    expect(vendor.catalogue().products[0]).toEqual(changed);
  });

  test("gives an application the id it is to have", () => {
    const applicationId = "11111111-2222-4333-8444-555555555555";
    vendor.addProduct({ name: "Client", application: "Studio", applicationId }, NOW);
    vendor.addProduct({ name: "Server", application: applicationId }, NOW);
    expect(vendor.catalogue().applications).toEqual([{ id: applicationId, name: "Studio" }]);
  });

  const MICROSOFT = "55C92734-D682-4D71-983E-D6EC3F16059F";
  const refused: [sentence: string, work: () => unknown, name: string][] = [
    [
      "two products of one name",
      () => vendor.addProduct({ name: "Client", application: "Studio" }, NOW),
      "ALREADY_EXISTS",
    ],
    [
      "a new name that is taken",
      () => vendor.changeProduct("Server", { name: "Client" }, NOW),
      "ALREADY_EXISTS",
    ],
    ["a product it does not have", () => vendor.changeProduct("Cloud", {}, NOW), "BAD_INPUT"],
    [
      "a policy out of bounds",
      () => vendor.changeProduct("Client", { policy: { lease: 1 } }, NOW),
      "BAD_INPUT",
    ],
    ["a name of nothing", () => vendor.addProduct({ name: "  ", application: "Studio" }, NOW), "BAD_INPUT"],
    [
      "an application id that is not known",
      () => vendor.addProduct({ name: "X", application: "11111111-2222-4333-8444-555555555555" }, NOW),
      "BAD_INPUT",
    ],
    [
      "an application id that is none",
      () => vendor.addProduct({ name: "X", application: "Y", applicationId: "1" }, NOW),
      "BAD_INPUT",
    ],
    [
      "Microsoft's applications",
      () => vendor.addProduct({ name: "X", application: "Windows", applicationId: MICROSOFT }, NOW),
      "MICROSOFT_PRODUCT",
    ],
    [
      "Microsoft's applications named by id",
      () => vendor.addProduct({ name: "X", application: MICROSOFT }, NOW),
      "MICROSOFT_PRODUCT",
    ],
  ];
  for (const [sentence, work, name] of refused) {
    test(`refuses ${sentence}, and stays as it was`, async () => {
      withProducts();
      const before = vendor.signedCatalogue();
      const entries = vendor.entries().length;
      expect(await refusal(work)).toBe(name);
      expect(vendor.signedCatalogue()).toBe(before);
      expect(vendor.entries()).toHaveLength(entries);
    });
  }
});

describe("a setup key", () => {
  test("is made once and then shown, until another one is asked for", () => {
    withProducts();
    const first = vendor.setupKey("Client", NOW).setupKeys;
    expect(first).toHaveLength(1);
    expect(vendor.setupKey("Client", NOW).setupKeys).toEqual(first);
    const both = vendor.setupKey("Client", NOW, { another: true }).setupKeys;
    expect(both).toHaveLength(2);
    expect(both[0]).toBe(first[0] ?? "");
    expect(vendor.catalogue().products.map(({ setupKeys }) => setupKeys.length)).toEqual([2, 0]);
  });
});

describe("a host key", () => {
  test("covers an application with the products that came later", async () => {
    const { client, server, key } = withProducts();
    const cloud = vendor.addProduct({ name: "Cloud", application: "Studio" }, NOW);
    vendor.addProduct({ name: "Player", application: "Other" }, NOW);
    const { license } = await vendor.approve(hostForTests().request(key.text, NOW), NOW);
    const { products } = await openHostLicense(license, vendor.catalogue().vendor);
    expect(products).toEqual([client.id, server.id, cloud.id]);
  });

  test("covers the products it names and grants what it says", async () => {
    const { server } = withProducts();
    const wanted = { products: ["Server", server.id], seats: 50, overage: "deny" as const, days: 30 };
    const { text } = vendor.hostKey(wanted, NOW);
    const host = hostForTests();
    const { license } = await vendor.approve(host.request(text, NOW), NOW);
    expect(await openHostLicense(license, vendor.catalogue().vendor)).toEqual({
      vendor: vendor.id,
      host: host.id,
      hostKey: host.publicKey,
      issued: NOW,
      notBefore: NOW - DAY,
      expires: NOW + 30 * DAY,
      products: [server.id],
      seats: 50,
      overage: "deny",
      partialKey: text.slice(-5),
    });
  });

  const refused: [sentence: string, wanted: Parameters<Vendor["hostKey"]>[0]][] = [
    ["for nothing", {}],
    ["for products and an application", { products: ["Client"], application: "Studio" }],
    ["for a product that does not exist", { products: ["Cloud"] }],
    ["for an application that does not exist", { application: "Cloud" }],
    ["for no seats", { application: "Studio", seats: 0 }],
    ["for half a host", { application: "Studio", hosts: 0.5 }],
    ["for longer than ten years", { application: "Studio", days: 3651 }],
    ["for nobody", { application: "Studio", customer: " " }],
  ];
  for (const [sentence, wanted] of refused) {
    test(`is not made ${sentence}`, async () => {
      withProducts();
      const entries = vendor.entries().length;
      expect(await refusal(() => vendor.hostKey(wanted, NOW))).toBe("BAD_INPUT");
      expect(vendor.entries()).toHaveLength(entries);
    });
  }
});

describe("an approval", () => {
  test("gives a licence that any JWT library verifies", async () => {
    const { key } = withProducts();
    const host = hostForTests();
    const { license } = await vendor.approve(`${host.request(key.text, NOW)}\n`, NOW);
    const { payload, protectedHeader } = await jwtVerify(
      license,
      await importJWK(vendor.catalogue().vendor.key, "EdDSA"),
      {
        issuer: vendor.id,
        subject: host.id,
        currentDate: new Date(NOW),
        typ: "muster-host-licence+jwt",
      },
    );
    expect(protectedHeader.alg).toBe("EdDSA");
    expect(payload.cnf).toEqual({ jwk: host.publicKey });
  });

  test("of the same request gives the same licence and is counted once", async () => {
    const { key } = withProducts();
    const request = hostForTests().request(key.text, NOW);
    const first = await vendor.approve(request, NOW);
    const second = await vendor.approve(request, NOW + DAY);
    expect(second).toEqual({ ...first, kind: "repeat" });
    expect(vendor.entries({ key: key.text }).map(({ detail }) => detail.action)).toEqual([
      "host-key",
      "host-license",
    ]);
  });

  test("of a host with a valid licence renews it and uses up nothing", async () => {
    const { key } = withProducts();
    const host = hostForTests();
    await vendor.approve(host.request(key.text, NOW), NOW);
    const later = NOW + 364 * DAY;
    const renewed = await vendor.approve(host.request(key.text, later), later);
    expect(renewed).toMatchObject({
      kind: "renewal",
      hosts: { used: 1, of: 6 },
      activations: { used: 1, of: 10 },
    });
    expect(renewed.expires).toBe(later + 365 * DAY);
  });

  test("stops at six hosts and at ten activations of each", async () => {
    const { key } = withProducts();
    const hosts = Array.from({ length: 6 }, () => hostForTests());
    for (const host of hosts) await vendor.approve(host.request(key.text, NOW), NOW);
    expect(await refusal(() => vendor.approve(hostForTests().request(key.text, NOW), NOW))).toBe(
      "ACTIVATION_LIMIT",
    );
    const again = () => hostForTests(hosts[0]?.id).request(key.text, NOW);
    for (let count = 2; count <= 10; count++) {
      expect((await vendor.approve(again(), NOW)).activations).toEqual({ used: count, of: 10 });
    }
    expect(await refusal(() => vendor.approve(again(), NOW))).toBe("ACTIVATION_LIMIT");
  });

  const refused: [sentence: string, request: () => string, name: string][] = [
    [
      "with a key of another vendor",
      () => hostForTests().request(makeKey("host", 1).text, NOW),
      "KEY_INVALID",
    ],
    [
      "with a mistyped key",
      () => hostForTests().request("BBBBB-BBBBB-BBBBB-BBBBB-BBBBB", NOW),
      "KEY_INVALID",
    ],
    [
      "with a setup key",
      () => hostForTests().request(vendor.setupKey("Client", NOW).setupKeys[0] ?? "", NOW),
      "KEY_INVALID",
    ],
    ["that is not signed", () => "not a request", "SIGNATURE_INVALID"],
    [
      "that was changed",
      () => `${hostForTests().request(makeKey("host", 1).text, NOW).slice(0, -8)}AAAAAAAA`,
      "SIGNATURE_INVALID",
    ],
    [
      "whose name would spoil a terminal",
      () => hostForTests().request(vendor.hostKey({ application: "Studio" }, NOW).text, NOW, "kms\u001b[2J"),
      "BAD_INPUT",
    ],
  ];
  for (const [sentence, request, name] of refused) {
    test(`is refused to a request ${sentence}`, async () => {
      withProducts();
      expect(await refusal(() => vendor.approve(request(), NOW))).toBe(name);
      expect(vendor.entries().every(({ detail }) => detail.action !== "host-license")).toBe(true);
    });
  }
});

describe("the ledger", () => {
  test("tells what was issued, to whom and when", async () => {
    const { client, server, key } = withProducts();
    const host = hostForTests();
    await vendor.approve(host.request(key.text, NOW, "kms01"), NOW + DAY);
    const entries = vendor.entries();
    expect(entries.map(({ detail }) => detail.action)).toEqual([
      "vendor",
      "product",
      "product",
      "host-key",
      "host-license",
    ]);
    const licensed = {
      action: "host-license" as const,
      kind: "activation" as const,
      host: host.id,
      name: "kms01",
      hostNumber: 1,
      hosts: 6,
      activation: 1,
      activations: 10,
      expires: NOW + 366 * DAY,
    };
    const issued = { customer: "Fabrikam", key: { kind: "host" as const, text: key.text } };
    expect(entries.at(-1)).toEqual({ row: 5, time: NOW + DAY, ...issued, detail: licensed });
    expect(entries.at(-2)?.detail).toMatchObject({ products: [client.id, server.id], days: 365 });
  });

  test("is filtered by customer, key and time", async () => {
    const { key } = withProducts();
    vendor.hostKey({ application: "Studio", customer: "Northwind" }, NOW + DAY);
    const count = (filter: Parameters<Vendor["entries"]>[0]) => vendor.entries(filter).length;
    expect(count({})).toBe(5);
    expect(count({ customer: "northwind" })).toBe(1);
    expect(count({ key: key.text })).toBe(1);
    expect(count({ key: key.text.slice(-5).toLowerCase() })).toBe(1);
    expect(count({ since: NOW + 1 })).toBe(1);
    expect(count({ customer: "Fabrikam", since: NOW + 1 })).toBe(0);
    expect(await refusal(() => count({ key: "AEIOU" }))).toBe("KEY_INVALID");
  });
});
