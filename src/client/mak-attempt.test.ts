import { describe, expect, onTestFinished, test } from "bun:test";
import { join } from "node:path";
import { makeFolder } from "../../test/folders.ts";
import { problemOf } from "../../test/problems.ts";
import { fingerprintOf } from "../../test/requests.ts";
import { eventFields } from "../protocol/events.ts";
import { parseMakRequest } from "../protocol/mak.ts";
import { DAY, MINUTE } from "../protocol/time.ts";
import { createVendor } from "../vendor/create.ts";
import { serveVendor } from "../vendor/server.ts";
import {
  type Client,
  type ClientOptions,
  createClient,
  createMemoryStore,
  type Machine,
  openFolder,
} from "./index.ts";
import { formatLocalDate } from "./local-date.ts";
import { detailedLines, expiryLines } from "./slmgr-lines.ts";

const NOW = Date.UTC(2026, 10, 22, 6, 44);
const PC: Machine = {
  name: "pc-17",
  fingerprint: fingerprintOf("pc-17"),
  virtual: false,
  hardware: ["cpu 1", "mac 1", "product_uuid 1"],
};
/** Another machine, or the same one after its mainboard was replaced. */
const OTHER: Machine = {
  ...PC,
  fingerprint: fingerprintOf("pc-17 repaired"),
  hardware: ["cpu 1", "mac 2", "product_uuid 2"],
};

/** A vendor with one product, which serves until the test ends, and a MAK of so many activations. */
function startVendor(activations = 10) {
  const vendor = createVendor(join(makeFolder(), "vendor"), "Contoso", NOW);
  const product = vendor.addProduct({ name: "Desktop", application: "Suite" }, NOW);
  const setupKey = vendor.setupKey("Desktop", NOW).setupKeys[0] ?? "";
  const { text: mak } = vendor.mak({ product: "Desktop", activations }, NOW);
  const clock = { now: NOW };
  const options = { address: "127.0.0.1", port: 0, perMinute: 1000, clock: () => clock.now, log: () => {} };
  const server = serveVendor(vendor, options);
  onTestFinished(async () => {
    await server.stop();
    vendor.close();
  });
  return { vendor, product, setupKey, mak, url: server.url, clock };
}

type Started = ReturnType<typeof startVendor>;

/** A client that knows where the vendor is, in a store of its own unless it is given one. */
function makeClient({ vendor, url, clock }: Started, options: Partial<ClientOptions> = {}) {
  const store = createMemoryStore();
  const client = createClient({
    store,
    catalogue: vendor.signedCatalogue(),
    machine: PC,
    vendor: url,
    suffixes: [],
    now: () => clock.now,
    random: () => 0.5,
    ...options,
  });
  return { client, store };
}

async function statusOf(client: Client): Promise<[number, string | undefined]> {
  const { status, reason } = await client.status();
  return [status, reason];
}

test("a MAK activates a machine for ever, whatever becomes of the vendor", async () => {
  const started = startVendor();
  const { client } = makeClient(started);
  await client.install(started.mak);
  expect(await client.activate()).toMatchObject({
    activated: true,
    name: "SUCCESS",
    vendor: started.url,
    activations: { used: 1, of: 10 },
    leaseExpires: undefined,
    nextAttempt: undefined,
  });
  expect(await client.status()).toMatchObject({ status: 1, licensed: true, minutesLeft: 0, ends: undefined });
  started.clock.now += 40 * 365 * DAY;
  expect(await client.status()).toMatchObject({ status: 1, licensed: true });
});

test("the same machine again uses up nothing, an answer that was lost among it", async () => {
  const started = startVendor(1);
  const { client, store } = makeClient(started);
  await client.install(started.mak);
  const lost = makeClient(started, {
    store,
    fetch: async (url, init) => {
      await fetch(url, init);
      throw Object.assign(new Error("cut"), { code: "ECONNRESET" });
    },
  });
  expect(await lost.client.activate()).toMatchObject({ activated: false, name: "CONNECTION_LOST" });
  for (let time = 0; time < 3; time++) {
    expect(await client.activate()).toMatchObject({ activated: true, activations: { used: 1, of: 1 } });
  }
});

test("an answer to an earlier request is not taken for the answer to this one", async () => {
  const started = startVendor();
  const { client, store } = makeClient(started);
  await client.install(started.mak);
  let recorded = "";
  const recording = async (url: string, init: RequestInit) => {
    recorded = await (await fetch(url, init)).text();
    return new Response(recorded);
  };
  await makeClient(started, { store, fetch: recording }).client.activate();
  const replayed = makeClient(started, { store, fetch: async () => new Response(recorded) }).client;
  const refused = await replayed.activate();
  expect(refused).toMatchObject({ activated: false, name: "BAD_INPUT" });
  expect(refused.message).toContain("answers another request");
});

describe("other hardware", () => {
  test("is noticed, has 30 days of grace, and another activation mends it", async () => {
    const started = startVendor(2);
    const { client, store } = makeClient(started);
    await client.install(started.mak);
    await client.activate();
    const repaired = makeClient(started, { store, machine: OTHER }).client;
    await repaired.activateDue();
    expect(await statusOf(repaired)).toEqual([3, "HARDWARE_CHANGED"]);
    started.clock.now += 30 * DAY;
    expect(await statusOf(repaired)).toEqual([5, "HARDWARE_CHANGED"]);
    expect(await repaired.activate()).toMatchObject({ activated: true, activations: { used: 2, of: 2 } });
    expect(await statusOf(repaired)).toEqual([1, undefined]);
    await repaired.activateDue();
    expect(await statusOf(repaired)).toEqual([1, undefined]);
  });

  test("is left to a person: the agent spends no second activation by itself", async () => {
    const started = startVendor(2);
    const { client, store } = makeClient(started);
    await client.install(started.mak);
    expect(await client.activateDue()).toHaveLength(1);
    const repaired = makeClient(started, { store, machine: OTHER }).client;
    expect(await repaired.activateDue()).toEqual([]);
    expect(await repaired.nextDue()).toBe(Number.POSITIVE_INFINITY);
  });

  test("is refused with ACTIVATION_LIMIT when the MAK is used up, and the grace goes on", async () => {
    const started = startVendor(1);
    const { client, store } = makeClient(started);
    await client.install(started.mak);
    await client.activate();
    const repaired = makeClient(started, { store, machine: OTHER }).client;
    const refused = await repaired.activate();
    expect(refused).toMatchObject({ activated: false, name: "ACTIVATION_LIMIT", code: "0xC004C008" });
    expect(refused.message).toContain("has activated 1 machines");
    expect(await statusOf(repaired)).toEqual([3, "HARDWARE_CHANGED"]);
  });

  test("a machine that is known by a text of its own is another one when the text is", async () => {
    const started = startVendor();
    const named = (fingerprint: string): Machine => ({ name: "pc-17", fingerprint, virtual: false });
    const { client, store } = makeClient(started, { machine: named(fingerprintOf("rack 4")) });
    await client.install(started.mak);
    await client.activate();
    const moved = makeClient(started, { store, machine: named(fingerprintOf("rack 5")) });
    await moved.client.activateDue();
    expect(await statusOf(client)).toEqual([3, "HARDWARE_CHANGED"]);
    const [change] = store.events.filter(({ id }) => id === 12411);
    expect(eventFields(12411, change?.info ?? "")).toMatchObject({ changed: "fingerprint" });
  });

  test("that is only a new network card changes nothing", async () => {
    const started = startVendor();
    const { client, store } = makeClient(started);
    await client.install(started.mak);
    await client.activate();
    const machine = { ...OTHER, hardware: ["cpu 1", "mac 2", "product_uuid 1"] };
    await makeClient(started, { store, machine }).client.activateDue();
    expect(await statusOf(client)).toEqual([1, undefined]);
  });
});

describe("the agent", () => {
  test("activates a new MAK once, and has nothing to do afterwards", async () => {
    const started = startVendor();
    const { client } = makeClient(started);
    await client.install(started.mak);
    expect(await client.activateDue()).toMatchObject([{ activated: true }]);
    started.clock.now += 400 * DAY;
    expect(await client.activateDue()).toEqual([]);
  });

  test("tries again after two hours where no vendor answers, after a day where it refuses", async () => {
    const started = startVendor();
    const { client } = makeClient(started, { vendor: "http://127.0.0.1:1" });
    await client.install(started.mak);
    expect(await client.activateDue()).toMatchObject([{ name: "CONNECTION_REFUSED" }]);
    expect(await client.nextDue()).toBe(NOW + 120 * MINUTE);
    started.vendor.revoke(started.mak, NOW);
    const blocked = makeClient(started).client;
    await blocked.install(started.mak);
    expect(await blocked.activateDue()).toMatchObject([{ name: "KEY_BLOCKED" }]);
    expect(await blocked.nextDue()).toBe(NOW + DAY);
  });
});

describe("by file", () => {
  test("the request goes to the vendor, the answer comes back, and no network is asked", async () => {
    const started = startVendor();
    const { client } = makeClient(started, { vendor: "http://127.0.0.1:1" });
    await client.install(started.mak);
    const carried = JSON.parse(JSON.stringify(await client.makRequest()));
    const { lease } = started.vendor.activate(parseMakRequest(carried), NOW);
    started.clock.now += 3 * DAY;
    expect(await client.acceptMakAnswer(`${lease}\n`)).toMatchObject({ activated: true, vendor: "file" });
    expect(await client.status()).toMatchObject({ status: 1, lastSuccess: NOW + 3 * DAY, reason: undefined });
  });

  test("an answer that was long under way does not take back what a host has signed since", async () => {
    const started = startVendor();
    const { client, store } = makeClient(started);
    await client.install(started.mak);
    const { lease } = started.vendor.activate(await client.makRequest(), NOW);
    await store.update((state) => ({ ...state, clock: { signed: NOW + 9 * DAY, local: NOW + 9 * DAY } }));
    started.clock.now += 10 * DAY;
    await client.acceptMakAnswer(lease);
    expect((await store.read()).state.clock.signed).toBe(NOW + 9 * DAY);
  });

  test("an answer is good for the machine, hardware, product and MAK that asked, and no other", async () => {
    const started = startVendor();
    const { client, store } = makeClient(started);
    await client.install(started.mak);
    const { lease } = started.vendor.activate(await client.makRequest(), NOW);
    const refused = async (other: Client, name: string, words: string) => {
      const trouble = await problemOf(other.acceptMakAnswer(lease));
      expect(trouble.name as string).toBe(name);
      expect(trouble.message).toContain(words);
    };
    const stranger = makeClient(started).client;
    await stranger.install(started.mak);
    await refused(stranger, "BAD_INPUT", "make a request first");
    await stranger.makRequest();
    await refused(stranger, "BAD_INPUT", "for another machine");
    const repaired = makeClient(started, { store, machine: OTHER }).client;
    await refused(repaired, "HARDWARE_CHANGED", "other hardware");
    const { text: another } = started.vendor.mak({ product: "Desktop", activations: 1 }, NOW);
    await client.install(another);
    await refused(client, "BAD_INPUT", `for the MAK ending in ${started.mak.slice(-5)}`);
    await client.install(started.mak);
    const changed = await problemOf(client.acceptMakAnswer(`${lease.slice(0, -8)}AAAAAAAA`));
    expect(changed.name).toBe("SIGNATURE_INVALID");
    expect((await client.status()).licensed).toBe(false);
    expect(await client.acceptMakAnswer(lease)).toMatchObject({ activated: true });
  });

  test("a product with a setup key has no request for the vendor", async () => {
    const started = startVendor();
    const { client } = makeClient(started);
    await client.install(started.setupKey);
    expect((await problemOf(client.makRequest())).message).toContain("activated by a host");
  });
});

describe("another key in its place", () => {
  test("a setup key ends the permanent activation, the MAK brings it back and uses up nothing", async () => {
    const started = startVendor(1);
    const { client } = makeClient(started);
    await client.install(started.mak);
    await client.activate();
    await client.install(started.setupKey);
    expect(await statusOf(client)).toEqual([2, undefined]);
    expect(await client.activate()).toMatchObject({ name: "NO_DNS_SUFFIX" });
    await client.install(started.mak);
    expect(await client.activate()).toMatchObject({ activated: true, activations: { used: 1, of: 1 } });
  });

  test("the same MAK again keeps the activation, another MAK does not", async () => {
    const started = startVendor();
    const { client } = makeClient(started);
    await client.install(started.mak);
    await client.activate();
    await client.install(started.mak);
    expect((await client.status()).licensed).toBe(true);
    await client.install(started.vendor.mak({ product: "Desktop", activations: 1 }, NOW).text);
    expect((await client.status()).licensed).toBe(false);
  });

  test("a machine that is rearmed is a new one to the MAK", async () => {
    const started = startVendor(2);
    const { client } = makeClient(started);
    await client.install(started.mak);
    await client.activate();
    await client.rearm();
    expect(await statusOf(client)).toEqual([2, undefined]);
    expect(await client.activate()).toMatchObject({ activations: { used: 2, of: 2 } });
  });

  test("a MAK whose text was removed stays activated, and cannot ask again", async () => {
    const started = startVendor();
    const { client, store } = makeClient(started);
    await client.install(started.mak);
    await client.activate();
    await client.clearKeys();
    expect((await client.status()).licensed).toBe(true);
    expect((await problemOf(client.activate())).name).toBe("KEY_MISSING");
    expect(JSON.stringify((await store.read()).state)).not.toContain(started.mak);
  });
});

test("a stored lease whose machine was changed in the file is not genuine", async () => {
  const started = startVendor();
  const { client, store } = makeClient(started);
  await client.install(started.mak);
  await client.activate();
  await store.update((state) => ({
    ...state,
    products: Object.fromEntries(
      Object.entries(state.products).map(([id, product]) => [
        id,
        { ...product, grant: product.grant && { ...product.grant, cmid: crypto.randomUUID() } },
      ]),
    ),
  }));
  expect(await statusOf(client)).toEqual([4, undefined]);
});

test("what a folder keeps of it is there when it is opened again", async () => {
  const started = startVendor();
  const dir = makeFolder();
  const { client } = makeClient(started, { store: openFolder(dir) });
  await client.install(started.mak);
  await client.activate();
  const opened = makeClient(started, { store: openFolder(dir) }).client;
  expect(await statusOf(opened)).toEqual([1, undefined]);
  expect(await opened.activateDue()).toEqual([]);
});

test("slmgr's lines of it name the channel and no end, and no host", async () => {
  const started = startVendor();
  const { client } = makeClient(started);
  await client.install(started.mak);
  const lines = async () => {
    const description = await client.describe();
    const [product] = description.products;
    if (product === undefined) throw new Error("The catalogue has a product.");
    return { long: detailedLines(description, product, NOW), end: expiryLines(product)[1] };
  };
  expect((await lines()).long.slice(-2)[0]).toBe("Remaining App rearm count: 1000");
  await client.activate();
  const { long, end } = await lines();
  expect(long.slice(1)).toEqual([
    "Description: Suite, VOLUME_MAK channel",
    `Activation ID: ${started.product.id}`,
    `Application ID: ${started.product.application}`,
    expect.stringMatching(/^Extended PID: [\d-]+\.0000-3262026$/),
    "Product Key Channel: Volume:MAK",
    "Installation ID:",
    `Partial Product Key: ${started.mak.slice(-5)}`,
    "License Status: Licensed",
    "Remaining App rearm count: 1000",
    `Trusted time: ${formatLocalDate(NOW)}`,
  ]);
  expect(end).toBe("    The machine is permanently activated.");
});

test("each attempt is an event with its code, the vendor and what is used up", async () => {
  const started = startVendor(1);
  const { client, store } = makeClient(started);
  await client.install(started.mak);
  await client.activate();
  await makeClient(started, { store, machine: OTHER }).client.activate();
  const told = store.events.filter(({ id }) => id === 12412).map(({ info }) => eventFields(12412, info));
  const common = { vendor: started.url, product: started.product.id };
  expect(told).toMatchObject([
    { code: "0x00000000", ...common, used: "1", of: "1" },
    { code: "0xC004C008", ...common, used: "", of: "" },
  ]);
});
