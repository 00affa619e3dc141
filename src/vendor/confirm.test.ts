import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { licenseOfConfirmation } from "../protocol/confirmation-id.ts";
import { openHostLicense } from "../protocol/host-license.ts";
import { installationIdOf } from "../protocol/installation-id.ts";
import { makeKey } from "../protocol/keys.ts";
import { DAY } from "../protocol/time.ts";
import { createVendor } from "./create.ts";
import { type HostForTests, hostForTests } from "./host-for-tests.ts";
import type { HostKey } from "./host-keys.ts";
import type { Vendor } from "./vendor.ts";

const NOW = Date.UTC(2026, 10, 22, 6, 44);
let folder: string;
let vendor: Vendor;
let key: HostKey;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-confirm-"));
  vendor = createVendor(join(folder, "vendor"), "Contoso", NOW);
  for (const name of ["Client", "Server", "Cloud"]) vendor.addProduct({ name, application: "Studio" }, NOW);
  key = vendor.hostKey({ products: ["Cloud", "Client"], seats: 50, overage: "deny", days: 30 }, NOW);
});

afterEach(() => {
  vendor.close();
  rmSync(folder, { recursive: true });
});

const say = (host: HostForTests, text = key.text) =>
  installationIdOf({ host: host.id, hostKey: host.publicKey, key: text });

const refusal = (result: Promise<unknown>) =>
  result.then(
    () => "nothing was refused",
    ({ name }: Error) => name,
  );

test("over the phone a host gets the licence that the vendor has in its ledger", async () => {
  const host = hostForTests();
  const confirmed = await vendor.confirm(await say(host), NOW, { name: "kms01" });
  expect(confirmed).toMatchObject({ kind: "activation", name: "kms01", hosts: { used: 1, of: 6 } });
  const asker = { host: host.id, hostKey: host.publicKey, key: key.text };
  const license = await licenseOfConfirmation(confirmed.confirmationId, asker, vendor.catalogue());
  expect(license).toBe(confirmed.license);
  const [client, , cloud] = vendor.catalogue().products;
  expect(await openHostLicense(license, vendor.catalogue().vendor)).toMatchObject({
    products: [client?.id ?? "", cloud?.id ?? ""],
    seats: 50,
    overage: "deny",
    expires: Date.UTC(2026, 11, 22),
  });
  expect(vendor.entries().at(-1)?.detail).toMatchObject({ action: "host-license", name: "kms01" });
});

test("the same installation id on the same day gives the same digits; on a later day it renews", async () => {
  const id = await say(hostForTests());
  const first = await vendor.confirm(id, NOW);
  expect(await vendor.confirm(id, NOW + 3_600_000)).toEqual({ ...first, kind: "repeat" });
  const renewed = await vendor.confirm(id, NOW + DAY);
  expect(renewed).toMatchObject({ kind: "renewal", activations: { used: 1, of: 10 } });
  expect(renewed.expires).toBe(first.expires + DAY);
});

test("by phone and by file it is the same host, with the same limits", async () => {
  const host = hostForTests();
  await vendor.approve(host.request(key.text, NOW), NOW);
  expect((await vendor.confirm(await say(host), NOW)).kind).toBe("renewal");
  for (let count = 2; count <= 6; count++) await vendor.confirm(await say(hostForTests()), NOW);
  expect(await refusal(vendor.confirm(await say(hostForTests()), NOW))).toBe("ACTIVATION_LIMIT");
});

test("an installation id is refused that no host key of the ledger made, or a blocked one", async () => {
  const id = await say(hostForTests());
  expect(
    await refusal(vendor.confirm(await say(hostForTests(), makeKey("host", key.number).text), NOW)),
  ).toBe("KEY_INVALID");
  expect(await refusal(vendor.confirm(await say(hostForTests(), makeKey("host", 999).text), NOW))).toBe(
    "KEY_INVALID",
  );
  expect(
    await refusal(
      vendor.confirm(
        id.replace(/^\d/, (digit) => String((Number(digit) + 1) % 10)),
        NOW,
      ),
    ),
  ).toBe("BAD_INPUT");
  expect(await refusal(vendor.confirm(id, NOW, { name: "\u0007" }))).toBe("BAD_INPUT");
  vendor.revoke(key.text, NOW);
  expect(await refusal(vendor.confirm(id, NOW))).toBe("KEY_BLOCKED");
  expect(vendor.entries().some(({ detail }) => detail.action === "host-license")).toBe(false);
});
