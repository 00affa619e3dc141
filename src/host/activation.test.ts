import { beforeEach, describe, expect, onTestFinished, test } from "bun:test";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../test/folders.ts";
import { problemOf } from "../../test/problems.ts";
import { createAskVendor } from "../client/ask-vendor.ts";
import { DAY } from "../protocol/time.ts";
import { createVendor } from "../vendor/create.ts";
import { serveVendor } from "../vendor/server.ts";
import type { Vendor } from "../vendor/vendor.ts";
import {
  acceptConfirmation,
  acceptLicense,
  activateOnline,
  installationIdIn,
  renewalKey,
  requestByFile,
  requestByPhone,
} from "./activation.ts";
import { initHost, openGrant } from "./folder.ts";
import { keepKey, keptKeys } from "./kept-keys.ts";

const NOW = Date.UTC(2026, 10, 22, 6, 44);
const ask = createAskVendor({ timeout: 60_000 });
let vendor: Vendor;
let folder: string;

beforeEach(async () => {
  vendor = createVendor(join(makeFolder(), "vendor"), "Contoso", NOW);
  vendor.addProduct({ name: "Desktop", application: "Suite" }, NOW);
  folder = join(makeFolder(), "host");
  await initHost(folder, "kms01", vendor.signedCatalogue());
  onTestFinished(() => vendor.close());
});

const makeKey = () => vendor.hostKey({ application: "Suite" }, NOW).text;

function serve(now = NOW) {
  const options = { address: "127.0.0.1", port: 0, perMinute: 1000, clock: () => now, log: () => {} };
  const server = serveVendor(vendor, options);
  onTestFinished(() => server.stop());
  return { url: server.url, ask };
}

const approve = async (request: string, now = NOW) => (await vendor.approve(request, now)).license;
const keysFile = () => join(folder, "host-keys.txt");

describe("online", () => {
  test("a host gets its licence and keeps the key, which nobody else may read", async () => {
    const key = makeKey();
    const license = await activateOnline(folder, key.toLowerCase(), serve(), NOW);
    expect((await openGrant(folder)).license).toEqual(license);
    expect(license.partialKey).toBe(key.slice(-5));
    expect(readFileSync(keysFile(), "utf8")).toBe(`${key}\n`);
    expect(statSync(keysFile()).mode & 0o777).toBe(0o600);
  });

  test("a refusal is the vendor's, and nothing is kept of a key that was refused", async () => {
    const online = serve();
    const stranger = createVendor(join(makeFolder(), "vendor"), "Fabrikam", NOW);
    stranger.addProduct({ name: "Desktop", application: "Suite" }, NOW);
    const { text: foreign } = stranger.hostKey({ application: "Suite" }, NOW);
    stranger.close();
    expect((await problemOf(activateOnline(folder, foreign, online, NOW))).name).toBe("KEY_INVALID");
    expect(existsSync(keysFile())).toBe(false);
  });

  test("a licence that is another host's is not taken in, and the present one stays", async () => {
    const license = await activateOnline(folder, makeKey(), serve(), NOW);
    const other = join(makeFolder(), "host");
    await initHost(other, "kms02", vendor.signedCatalogue());
    const foreign = await approve(requestByFile(other, makeKey(), NOW));
    const wrong = { url: "https://vendor.test", ask: async () => ({ license: foreign }) };
    const trouble = await problemOf(activateOnline(folder, makeKey(), wrong, NOW));
    expect(trouble.message).toContain("for another host");
    expect((await openGrant(folder)).license).toEqual(license);
    expect(await renewalKey(folder)).toEndWith(license.partialKey);
  });

  test("another new key takes the place of the one before", async () => {
    const online = serve();
    await activateOnline(folder, makeKey(), online, NOW);
    const second = makeKey();
    await activateOnline(folder, second, online, NOW);
    expect(keptKeys(folder)).toEqual([second]);
  });

  test("an answer of another kind is not the vendor's", async () => {
    const wrong = { url: "https://vendor.test", ask: async () => ({ lease: "a.b.c" }) };
    expect((await problemOf(activateOnline(folder, makeKey(), wrong, NOW))).name).toBe("NOT_A_VENDOR");
  });
});

describe("by file", () => {
  test("until the licence has come both keys are kept, then the one it is for", async () => {
    const [first, second] = [makeKey(), makeKey()];
    await acceptLicense(folder, await approve(requestByFile(folder, first, NOW)), NOW);
    const request = requestByFile(folder, second, NOW + DAY);
    expect(keptKeys(folder)).toEqual([first, second]);
    expect(await renewalKey(folder)).toBe(first);
    await acceptLicense(folder, `${await approve(request, NOW + DAY)}\n`, NOW + DAY);
    expect(keptKeys(folder)).toEqual([second]);
  });

  test("a renewal with the kept key uses up no activation", async () => {
    await acceptLicense(folder, await approve(requestByFile(folder, makeKey(), NOW)), NOW);
    const later = NOW + 340 * DAY;
    const renewed = await vendor.approve(requestByFile(folder, await renewalKey(folder), later), later);
    expect(renewed).toMatchObject({ kind: "renewal", activations: { used: 1, of: 10 } });
    expect((await acceptLicense(folder, renewed.license, later)).expires).toBe(later + 365 * DAY);
  });

  test("a key of another kind is refused, and not kept", async () => {
    const { text: mak } = vendor.mak({ product: "Desktop", activations: 1 }, NOW);
    expect(() => requestByFile(folder, mak, NOW)).toThrow("no host key");
    expect((await problemOf(requestByPhone(folder, mak))).name).toBe("KEY_INVALID");
    expect(keptKeys(folder)).toEqual([]);
  });
});

describe("by phone", () => {
  test("the digits go there and back, and the licence is the one in the vendor's ledger", async () => {
    const key = makeKey();
    const { confirmationId, license } = await vendor.confirm(await requestByPhone(folder, key), NOW);
    await acceptConfirmation(folder, confirmationId.replaceAll("-", " "), undefined, NOW);
    expect((await openGrant(folder)).licenseToken).toBe(license);
    expect(await installationIdIn(folder, await renewalKey(folder))).toBe(await requestByPhone(folder, key));
  });

  test("the host finds out which of its keys was confirmed", async () => {
    const [first, second] = [makeKey(), makeKey()];
    const id = await requestByPhone(folder, first);
    await requestByPhone(folder, second);
    const { confirmationId } = await vendor.confirm(id, NOW);
    const license = await acceptConfirmation(folder, confirmationId, undefined, NOW);
    expect(license.partialKey).toBe(first.slice(-5));
    expect(keptKeys(folder)).toEqual([first]);
  });

  test("digits that were misheard are named by their group, digits for another host are refused", async () => {
    const { confirmationId } = await vendor.confirm(await requestByPhone(folder, makeKey()), NOW);
    const groups = confirmationId.split("-");
    // One digit only: of two that change at once, one pair in ten passes a group's check.
    const third = groups[2] ?? "";
    const misheard = groups.with(2, third.slice(0, -1) + ((Number(third.at(-1)) + 1) % 10));
    const accept = (digits: string, host = folder) => acceptConfirmation(host, digits, undefined, NOW);
    expect((await problemOf(accept(misheard.join(" ")))).message).toContain("Group 3");
    const other = join(makeFolder(), "host");
    await initHost(other, "kms02", vendor.signedCatalogue());
    expect((await problemOf(accept(confirmationId, other))).message).toContain("no host key yet");
    await requestByPhone(other, makeKey());
    expect((await problemOf(accept(confirmationId, other))).name).toBe("SIGNATURE_INVALID");
  });
});

describe("the kept keys", () => {
  test("are never more than one of a text, and a damaged line is passed over", () => {
    const key = makeKey();
    keepKey(folder, key);
    keepKey(folder, key);
    writeFileSync(keysFile(), `${readFileSync(keysFile(), "utf8")}nonsense\n\n`);
    expect(keptKeys(folder)).toEqual([key]);
  });

  test("that were removed are asked for again by their last five characters", async () => {
    const { partialKey } = await activateOnline(folder, makeKey(), serve(), NOW);
    writeFileSync(keysFile(), "");
    const { name, message } = await problemOf(renewalKey(folder));
    expect({ name, isNamed: message.includes(partialKey) }).toEqual({ name: "BAD_INPUT", isNamed: true });
  });
});
