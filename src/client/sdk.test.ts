import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { makeDocuments, makeSigner, signDocuments } from "../../test/documents.ts";
import { makeFolder } from "../../test/folders.ts";
import { NOW } from "../../test/requests.ts";
import { leaseClaims } from "../protocol/lease.ts";
import { DAY, MINUTE } from "../protocol/time.ts";
import { openFolder } from "./folder.ts";
import { createMemoryStore, createSdk } from "./sdk.ts";
import { type ClientState, NEW_STATE, newProduct, type ProductState } from "./state.ts";

const documents = makeDocuments();
const { client, server, lease } = documents;
const signed = signDocuments(documents);
const grant = { lease: signed.lease, hostLicense: signed.license, cmid: lease.cmid };
const key = { kind: "setup", partial: "2W3XY", text: undefined, installed: NOW } as const;

const stateOf = (product: Partial<ProductState>, id = client.id): ClientState => ({
  ...NEW_STATE,
  cmid: lease.cmid,
  products: { [id]: { ...newProduct(NOW), key, ...product } },
});

function sdkOver(state: ClientState, now: number, product?: string) {
  const store = createMemoryStore({ state, catalogue: signed.catalogue });
  return createSdk({ store, now: () => now, ...(product === undefined ? {} : { product }) });
}

describe("a program is told", () => {
  test.each<[string, Partial<ProductState>, number, number, boolean, number, string | undefined]>([
    ["that it is licensed", { grant }, NOW, 1, true, 180 * 1440, undefined],
    ["that it is licensed until the last minute", { grant }, lease.expires - MINUTE, 1, true, 1, undefined],
    ["of its initial grace", {}, NOW, 2, false, 30 * 1440, undefined],
    ["of the grace after its lease", { grant }, lease.expires, 3, false, 30 * 1440, undefined],
    [
      "of a store that was tampered with",
      { grant: { ...grant, lease: `${signed.lease.slice(0, -8)}AAAAAAAA` } },
      NOW,
      4,
      false,
      30 * 1440,
      undefined,
    ],
    ["that the grace is over", {}, NOW + 30 * DAY, 5, false, 0, "GRACE_EXPIRED"],
    [
      "that the grace after its lease is over",
      { grant },
      lease.expires + 30 * DAY,
      5,
      false,
      0,
      "GRACE_EXPIRED",
    ],
    ["that its key is not installed", { key: undefined }, NOW, 0, false, 0, "KEY_MISSING"],
  ])("%s", async (_, product, now, status, licensed, minutesLeft, reason) => {
    const report = await sdkOver(stateOf(product), now, client.id).status();
    expect(report).toMatchObject({
      status,
      licensed,
      minutesLeft,
      product: { id: client.id, name: client.name },
    });
    expect(report.reason as string | undefined).toBe(reason);
    expect(report.ends).toBe(minutesLeft === 0 ? undefined : now + minutesLeft * MINUTE);
  });
});

test("a lease of a key that no licence names is not genuine", async () => {
  const forged = makeSigner().sign("lease", leaseClaims({ ...lease, expires: NOW + 9999 * DAY }));
  const report = await sdkOver(stateOf({ grant: { ...grant, lease: forged } }), NOW).status();
  expect(report).toMatchObject({ status: 4, licensed: false });
});

test("a lease for another product does not license this one", async () => {
  const report = await sdkOver(stateOf({ grant }, server.id), NOW, server.id).status();
  expect(report).toMatchObject({ status: 4, licensed: false });
});

test("without a product named, the licensed one of several is told of", async () => {
  const both = { ...stateOf({}, server.id).products, ...stateOf({ grant }).products };
  const report = await sdkOver({ ...NEW_STATE, products: both }, NOW).status();
  expect(report).toMatchObject({ licensed: true, product: { id: client.id } });
});

test("a catalogue inside the program is the root of trust, whatever lies in the folder", async () => {
  const impostor = makeDocuments();
  const store = createMemoryStore({
    state: stateOf({ grant }),
    catalogue: signDocuments(impostor).catalogue,
  });
  expect(await createSdk({ store, catalogue: signed.catalogue, now: () => NOW }).status()).toMatchObject({
    status: 1,
  });
  expect(await createSdk({ store, product: client.id, now: () => NOW }).status()).toMatchObject({
    status: 0,
    reason: "BAD_INPUT",
  });
});

test("the CMID of the grant counts, so a machine that must take a new one stays licensed meanwhile", async () => {
  const state = { ...stateOf({ grant }), cmid: crypto.randomUUID() };
  expect((await sdkOver(state, NOW).status()).licensed).toBe(true);
});

describe("nothing stops the program", () => {
  test("not a folder that is not there", async () => {
    const report = await createSdk({ store: openFolder(join(makeFolder(), "none")) }).status();
    expect(report).toMatchObject({ status: 0, licensed: false, reason: "NOT_INITIALIZED" });
  });

  test("not a catalogue that was changed", async () => {
    const store = createMemoryStore({
      state: stateOf({ grant }),
      catalogue: `${signed.catalogue.slice(0, -6)}AAAAAA`,
    });
    expect(await createSdk({ store, now: () => NOW }).status()).toMatchObject({
      status: 0,
      reason: "SIGNATURE_INVALID",
    });
  });

  test("not a store that throws what no store should", async () => {
    const store = { ...createMemoryStore(), catalogue: () => Promise.reject(new Error("gone")) };
    const report = await createSdk({ store }).status();
    expect(report).toMatchObject({ status: 0, reason: "STORE_UNAVAILABLE" });
    expect(report.message).toContain("gone");
  });

  test("not a product that the catalogue does not have", async () => {
    expect(await sdkOver(NEW_STATE, NOW, crypto.randomUUID()).status()).toMatchObject({
      status: 0,
      reason: "BAD_INPUT",
    });
  });

  test("not a licence file of any content: it is a report with a reason", async () => {
    const folder = makeFolder();
    const store = openFolder(folder);
    await store.keepCatalogue(signed.catalogue);
    const sdk = createSdk({ store, product: client.id, now: () => NOW });
    const member = fc.constantFrom("version", "cmid", "settings", "products", "rearms");
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.uint8Array().map((bytes) => new TextDecoder().decode(bytes)),
      fc
        .tuple(member, fc.jsonValue())
        .map(([name, value]) =>
          JSON.stringify({ version: 1, rearms: 0, settings: {}, products: {}, [name]: value }),
        ),
    );
    await fc.assert(
      fc.asyncProperty(text, async (text) => {
        writeFileSync(join(folder, "license.json"), text);
        const report = await sdk.status();
        expect(report.licensed).toBe(false);
        expect(report.reason).toBeDefined();
        expect(report.message).toBeDefined();
      }),
    );
  });

  test("a damaged file with the state before it beside still licenses, and says what is wrong", async () => {
    const folder = makeFolder();
    const store = openFolder(folder);
    await store.keepCatalogue(signed.catalogue);
    await store.update(() => stateOf({ grant }));
    await store.update((state) => ({ ...state, rearms: 1 }));
    writeFileSync(join(folder, "license.json"), "{");
    const report = await createSdk({ store, now: () => NOW }).status();
    expect(report).toMatchObject({ status: 1, licensed: true });
    expect(report.message).toContain("license.json");
  });
});

test("a change by the agent is seen at the next question", async () => {
  const folder = makeFolder();
  const [agent, program] = [openFolder(folder), openFolder(folder)];
  const sdk = createSdk({ store: program, catalogue: signed.catalogue, now: () => NOW });
  expect((await sdk.status()).licensed).toBe(false);
  await agent.update(() => stateOf({ grant }));
  expect((await sdk.status()).licensed).toBe(true);
  await agent.update(() => stateOf({}));
  expect((await sdk.status()).licensed).toBe(false);
});
