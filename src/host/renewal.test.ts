import { beforeEach, describe, expect, onTestFinished, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../test/folders.ts";
import { until } from "../../test/muster.ts";
import { createAskVendor } from "../client/ask-vendor.ts";
import { eventFields } from "../protocol/events.ts";
import { DAY } from "../protocol/time.ts";
import { createVendor } from "../vendor/create.ts";
import { serveVendor } from "../vendor/server.ts";
import type { Vendor } from "../vendor/vendor.ts";
import { acceptLicense, requestByFile } from "./activation.ts";
import { initHost } from "./folder.ts";
import { isNearEnd, judgeLicense } from "./license-watch.ts";
import { type RunningHost, runHost } from "./run.ts";

const START = Date.UTC(2026, 10, 22, 6, 44);
const clock = { now: START };
let vendor: Vendor;
let folder: string;
let key: string;
let url: string;
let troubles: string[];
let questions: number;
const ask = createAskVendor({ timeout: 60_000 });

/** A host whose licence was granted at START, and a vendor that serves by the same clock. */
beforeEach(async () => {
  clock.now = START;
  troubles = [];
  questions = 0;
  vendor = createVendor(join(makeFolder(), "vendor"), "Contoso", START);
  vendor.addProduct({ name: "Desktop", application: "Suite" }, START);
  key = vendor.hostKey({ application: "Suite" }, START).text;
  folder = join(makeFolder(), "host");
  await initHost(folder, "kms01", vendor.signedCatalogue());
  const { license } = await vendor.approve(requestByFile(folder, key, START), START);
  await acceptLicense(folder, license, START);
  const options = { address: "127.0.0.1", port: 0, perMinute: 1000, clock: () => clock.now, log: () => {} };
  const server = serveVendor(vendor, options);
  url = server.url;
  onTestFinished(async () => {
    await server.stop();
    vendor.close();
  });
});

/** Starts the host on a day after its activation. */
async function startOn(day: number, address = url): Promise<RunningHost> {
  clock.now = START + day * DAY;
  const host = await runHost({
    folder,
    address: "127.0.0.1",
    port: 0,
    vendor: {
      url: address,
      ask: (...asked) => {
        questions++;
        return ask(...asked);
      },
    },
    clock: () => clock.now,
    onTrouble: (sentence) => void troubles.push(sentence),
  });
  onTestFinished(() => host.stop());
  return host;
}

const told = async ({ store }: RunningHost, id: 12401 | 12408) =>
  (await store.events({ id })).map(({ info }) => eventFields(id, info));

test("a running host renews in the last 30 days, goes on with the new licence, and uses up no activation", async () => {
  const host = await startOn(336);
  await until("the host has its new licence", () => {
    return host.situation().grant.license?.expires === START + (336 + 365) * DAY;
  });
  await until("the renewal is told", async () => (await told(host, 12408)).length > 0);
  expect(await told(host, 12408)).toEqual([{ vendor: url, daysLeft: "365" }]);
  const [last] = vendor.entries().slice(-1);
  expect(last?.detail).toMatchObject({ action: "host-license", kind: "renewal", activation: 1 });
  expect(troubles).toEqual([]);
});

test("before that it leaves the vendor alone", async () => {
  const host = await startOn(335);
  await host.stop();
  expect(questions).toBe(0);
  expect(troubles).toEqual([]);
});

test("a licence that has ended is renewed too, by an activation", async () => {
  const host = await startOn(400);
  await until("the host has its new licence", () => {
    return host.situation().grant.license?.expires === START + (400 + 365) * DAY;
  });
  const [last] = vendor.entries().slice(-1);
  expect(last?.detail).toMatchObject({ action: "host-license", kind: "activation", activation: 2 });
});

describe("a renewal that fails", () => {
  test("is event 12401 with the reason, and the host serves on", async () => {
    const host = await startOn(350, "http://127.0.0.1:1");
    await until("it is told", async () => (await told(host, 12401)).length > 1);
    expect(await told(host, 12401)).toContainEqual({ code: "0x8007274D", daysLeft: "15" });
    expect(troubles.join()).toContain(
      "ends in 15 days and could not be renewed. Nothing listens at 127.0.0.1:1",
    );
    expect(host.situation().grant.license?.expires).toBe(START + 365 * DAY);
  });

  test("because the key is blocked tells the vendor's words", async () => {
    vendor.revoke(key, START);
    const host = await startOn(350);
    await until("it is told", async () => (await told(host, 12401)).length > 1);
    expect(await told(host, 12401)).toContainEqual({ code: "0xC004F051", daysLeft: "15" });
    expect(troubles.join()).toContain("is blocked by the vendor");
  });

  test("because the host keeps no key asks a person for it, and not the vendor", async () => {
    rmSync(join(folder, "host-keys.txt"));
    await startOn(350);
    await until("it is told", () => troubles.length > 0);
    expect(troubles.join()).toContain("does not keep its host key");
    expect(questions).toBe(0);
  });
});

describe("near its end", () => {
  const license = (days: number) => ({ issued: START, expires: START + days * DAY });
  test.each([
    [365, 335, false],
    [365, 335 + 1 / 24, true],
    [365, 366, true],
    [20, 9, false],
    [20, 11, true],
  ])("a licence of %p days is, after %p days: %p", (days, at, expected) => {
    expect(isNearEnd(license(days), START + at * DAY)).toBe(expected);
  });

  test("event 12401 comes while a licence is missing, near its end or over", () => {
    const whole = {
      vendor: "v",
      host: "h",
      hostKey: { kty: "OKP", crv: "Ed25519", x: "" } as const,
      notBefore: START,
      products: [],
      seats: undefined,
      overage: "allow" as const,
      partialKey: "2W3XY",
      ...license(365),
    };
    const info = (held: typeof whole | undefined, day: number) => judgeLicense(held, START + day * DAY)?.info;
    expect(info(undefined, 0)).toBe("0xC004F041, 0");
    expect(info(whole, 300)).toBeUndefined();
    expect(info(whole, 336)).toBe("0x00000000, 29");
    expect(info(whole, 365)).toBe("0x800B0101, 0");
    expect(info(whole, -1)).toBe("0x800B0101, 366");
  });
});
