import { describe, expect, onTestFinished, test } from "bun:test";
import { DAY } from "../src/protocol/time.ts";
import { openVendor } from "../src/vendor/vendor.ts";
import { startAdmin } from "./admin.ts";
import { makeRequest } from "./requests.ts";
import { post } from "./system.ts";

interface Keys {
  readonly license: {
    readonly partialKey: string;
    readonly seats: number | null;
    readonly daysLeft: number;
  } | null;
  readonly hostKeys: readonly string[];
  readonly products: readonly {
    readonly name: string;
    readonly setupKeys: string[];
    readonly isLicensed: boolean;
  }[];
}

/** A host, and the vendor that licensed it, with another host key in hand. */
async function startWithVendor(seats?: number) {
  const started = await startAdmin();
  const vendor = openVendor(started.deployment.vendorFolder);
  onTestFinished(() => vendor.close());
  const { text: key } = vendor.hostKey({ application: "Muster Demo", customer: "Demo", seats }, Date.now());
  const infos = async (id: number) =>
    (await started.host.store.events({ id })).map(({ info }) => info.replace(/\d+/g, "N"));
  return { ...started, vendor, key, infos };
}

test("GET /v1/keys shows products with setup keys and the licence, and no secret", async () => {
  const { ask, deployment } = await startAdmin();
  const { body, text } = await ask<Keys>("GET", "/v1/keys");
  expect(body.products.map(({ name, setupKeys, isLicensed }) => [name, setupKeys, isLicensed])).toEqual(
    deployment.products.map(({ name, setupKey }) => [name, [setupKey], true]),
  );
  expect(body.license).toMatchObject({ seats: null, daysLeft: expect.any(Number) });
  expect(text).not.toContain("host-request");
});

describe("a host licence", () => {
  test("is asked for and taken in by file, in force at once, each step an event", async () => {
    const { ask, vendor, key, host, infos } = await startWithVendor(3);
    const asked = (await ask<{ request: string; file: string }>("POST", "/v1/license/request", { key })).body;
    expect(asked.file).toBe("host-request-kms01.jws");
    const { license } = await vendor.approve(asked.request, Date.now());
    const taken = await ask<Keys>("POST", "/v1/license", { license });
    expect(taken.body).toMatchObject({
      license: { partialKey: key.slice(-5), seats: 3 },
      hostKeys: [key.slice(-5)],
    });
    expect(host.situation().grant.license?.seats).toBe(3);
    expect(await infos(12415)).toEqual([`${key.slice(-5)}, file, admin N.N.N.N`.replace(/\d+/g, "N")]);
    expect(await infos(12413)).toEqual([`${key.slice(-5)}, N, admin N.N.N.N`.replace(/\d+/g, "N")]);
  });

  test("is asked for and taken in by telephone, and a group that was misheard is named", async () => {
    const { ask, vendor, key, host, infos } = await startWithVendor(4);
    const asked = await ask<{ installationId: string; groups: string[] }>(
      "POST",
      "/v1/license/installation-id",
      {
        key,
      },
    );
    expect(asked.body.groups).toHaveLength(22);
    const { confirmationId } = await vendor.confirm(asked.body.groups.join(" "), Date.now());
    const wrong = confirmationId.replace(/^\d/, (digit) => String((Number(digit) + 1) % 10));
    const refused = await ask("POST", "/v1/license/confirmation", { digits: wrong });
    expect([refused.status, refused.body.detail]).toEqual([400, expect.stringContaining("Group 1 ")]);
    expect(host.situation().grant.license?.seats).toBeUndefined();
    expect((await ask("POST", "/v1/license/confirmation", { digits: confirmationId })).status).toBe(200);
    expect(host.situation().grant.license?.seats).toBe(4);
    expect((await infos(12413)).length).toBe(1);
  });

  test.each(["nonsense", ""])("that is none (%j) changes nothing and leaves no event", async (license) => {
    const { ask, host, infos } = await startWithVendor();
    const before = host.situation().grant.licenseToken;
    const { status } = await ask("POST", "/v1/license", { license });
    expect([status, host.situation().grant.licenseToken]).toEqual([400, before]);
    expect(await infos(12413)).toEqual([]);
  });

  test("is asked for again with the key that the host keeps, and with none it says so", async () => {
    const { ask, key } = await startWithVendor();
    const without = await ask("POST", "/v1/license/request", {});
    expect([without.status, without.body.name]).toEqual([400, "BAD_INPUT"]);
    await ask("POST", "/v1/license/request", { key });
    expect((await ask("POST", "/v1/license/request", { key: "AAAAA-BBBBB" })).status).toBeGreaterThanOrEqual(
      400,
    );
  });
});

test("a newer catalogue is in force at once, with an event", async () => {
  const { ask, vendor, url, host, infos } = await startWithVendor();
  vendor.addProduct({ name: "Third", application: "Muster Demo", policy: { required: 1 } }, Date.now() + DAY);
  const { body } = await ask<Keys>("POST", "/v1/catalogue", { catalogue: vendor.signedCatalogue() });
  expect(body.products.map(({ name, isLicensed }) => [name, isLicensed]).at(-1)).toEqual(["Third", false]);
  expect(await infos(12414)).toEqual(["Muster Demo Vendor, N, admin N.N.N.N"]);
  const third = host.situation().grant.catalogue.products.at(-1);
  const { application = "", id: product = "" } = third ?? {};
  const answer = await post(url, makeRequest({ application, product }, { now: Date.now(), name: "pc-1" }));
  expect(answer.body.name).toBe("HOST_CANNOT_BE_USED");
});
