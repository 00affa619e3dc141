import { describe, expect, test } from "bun:test";
import { makeDocuments, signDocuments } from "../../test/documents.ts";
import { makeAnswer } from "../../test/fake-host.ts";
import { makeFolder } from "../../test/folders.ts";
import { problemIn, problemOf } from "../../test/problems.ts";
import { fingerprintOf, NOW } from "../../test/requests.ts";
import { catalogueClaims } from "../protocol/catalogue.ts";
import { makeKey } from "../protocol/keys.ts";
import { parseRequest } from "../protocol/messages.ts";
import { makePolicy } from "../protocol/policy.ts";
import { DAY, MINUTE } from "../protocol/time.ts";
import { type Client, type ClientOptions, createClient, createMemoryStore } from "./index.ts";

const documents = makeDocuments();
const { client: desktop, server, catalogue, vendorKey } = documents;
const signed = signDocuments(documents);
const [desktopKey = "", serverKey = ""] = [desktop.setupKeys[0], server.setupKeys[0]];

/** The chance that lets a renewal come at its interval, and no earlier. */
const latest = () => 1;

/** A client whose every request is answered by a host with this count, without a network. */
function makeClient(
  options: Partial<ClientOptions> & { count?: number; onRequest?: () => void } = {},
): Client {
  const { count = 100, onRequest = () => {}, now = () => NOW, ...rest } = options;
  return createClient({
    ...(rest.dir === undefined ? { store: createMemoryStore() } : {}),
    machine: { name: "pc-1", fingerprint: fingerprintOf("pc-1"), virtual: false },
    dns: {
      srv: async () => [{ name: "kms.test", port: 1688, priority: 0, weight: 0 }],
      addresses: async () => ["10.0.0.5"],
    },
    suffixes: ["corp.test"],
    random: () => 0.5,
    now,
    fetch: async (_, init) => {
      onRequest();
      const request = parseRequest(JSON.parse(String(init.body)));
      return Response.json(makeAnswer(documents, request, { count, ticket: 1, port: 1688, now: now() }));
    },
    ...rest,
  });
}

describe("a product key", () => {
  test("brings the catalogue with it the first time, and needs it", async () => {
    const client = makeClient();
    const missing = await problemOf(client.install(desktopKey));
    expect(missing.name).toBe("NOT_INITIALIZED");
    expect(missing.message).toContain("--catalogue FILE");
    expect((await client.install(desktopKey.toLowerCase(), signed.catalogue)).id).toBe(desktop.id);
    expect((await client.install(serverKey)).id).toBe(server.id);
  });

  test("of none of the catalogue's products leaves everything as it was, the catalogue too", async () => {
    const store = createMemoryStore();
    const client = makeClient({ store });
    const refused = await problemOf(client.install(makeKey("setup", 99).text, signed.catalogue));
    expect(refused.name).toBe("KEY_INVALID");
    expect(await store.catalogue()).toBeUndefined();
  });

  test("of a host is refused, since it is a secret that belongs elsewhere", async () => {
    const client = makeClient({ catalogue: signed.catalogue });
    expect((await problemOf(client.install(makeKey("host", 1).text))).name).toBe("KEY_INVALID");
  });

  test("installed again keeps lease and grace, removed and installed again keeps the grace", async () => {
    let now = NOW;
    const client = makeClient({ catalogue: signed.catalogue, now: () => now });
    await client.install(desktopKey);
    await client.activate();
    now += DAY;
    await client.install(desktopKey);
    expect((await client.status()).status).toBe(1);
    await client.uninstall();
    expect(await client.status(desktop.id)).toMatchObject({ status: 0, reason: "KEY_MISSING" });
    await client.install(desktopKey);
    expect(await client.status()).toMatchObject({ status: 2, minutesLeft: 29 * 1440 });
  });

  test("can be forgotten without harm to what it activated", async () => {
    const store = createMemoryStore();
    const client = makeClient({ store, catalogue: signed.catalogue });
    await client.install(desktopKey);
    await client.activate();
    await client.clearKeys();
    expect(JSON.stringify((await store.read()).state)).not.toContain(desktopKey);
    expect((await client.activate()).activated).toBe(true);
    expect((await client.describe()).products[0]?.stored?.key?.partial).toBe(desktopKey.slice(-5));
  });

  test("that is a MAK is not taken to a host", async () => {
    const client = makeClient({ catalogue: signed.catalogue });
    await client.install(makeKey("mak", desktop.number).text);
    const { name, message } = await problemOf(client.activate());
    expect(name).toBe("BAD_INPUT");
    expect(message).toContain("--vendor URL");
    expect(await client.activateDue()).toEqual([]);
    expect(await client.nextDue()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("a second catalogue", () => {
  const newer = vendorKey.sign(
    "catalogue",
    catalogueClaims({
      ...catalogue,
      issued: catalogue.issued + DAY,
      products: [...catalogue.products, { ...desktop, id: crypto.randomUUID(), number: 3, setupKeys: [] }],
    }),
  );

  test("of the same vendor takes the place of an older one", async () => {
    const client = makeClient();
    await client.install(desktopKey, signed.catalogue);
    await client.install(desktopKey, newer);
    expect((await client.describe()).products.length).toBe(3);
  });

  test("that is older changes nothing", async () => {
    const client = makeClient();
    await client.install(desktopKey, newer);
    await client.install(desktopKey, signed.catalogue);
    expect((await client.describe()).products.length).toBe(3);
  });

  test("of another vendor is refused, and so is one that was changed", async () => {
    const client = makeClient();
    await client.install(desktopKey, signed.catalogue);
    const other = makeDocuments();
    const refused = await problemOf(
      client.install(other.client.setupKeys[0] ?? "", signDocuments(other).catalogue),
    );
    expect(refused.name).toBe("BAD_INPUT");
    expect(refused.message).toContain("another vendor");
    expect((await problemOf(client.install(desktopKey, `${newer.slice(0, -6)}AAAAAA`))).name).toBe(
      "SIGNATURE_INVALID",
    );
  });
});

describe("rearm", () => {
  test("starts anew: another CMID, no lease, no ticket, a new grace; the key and the settings stay", async () => {
    let now = NOW;
    const store = createMemoryStore();
    const client = makeClient({ store, catalogue: signed.catalogue, now: () => now });
    await client.install(desktopKey);
    await client.configure({ lookupDomain: "lab.test" });
    await client.activate();
    const { cmid } = (await store.read()).state;
    now += 40 * DAY;
    expect(await client.rearm()).toBe(999);
    const { state } = await store.read();
    expect(state).toMatchObject({
      cmid: undefined,
      ticket: undefined,
      rearms: 1,
      settings: { lookupDomain: "lab.test" },
    });
    expect(await client.status()).toMatchObject({ status: 2, minutesLeft: 30 * 1440 });
    await client.activate();
    expect((await store.read()).state.cmid).not.toBe(cmid ?? "");
  });

  test("ends with the number its strictest product allows", async () => {
    const strict = { ...server, policy: makePolicy({ required: 5, rearms: 1 }) };
    const token = vendorKey.sign("catalogue", catalogueClaims({ ...catalogue, products: [desktop, strict] }));
    const client = makeClient({ catalogue: token });
    await client.install(desktopKey);
    await client.install(serverKey);
    expect(await client.rearm()).toBe(0);
    const refused = await problemOf(client.rearm());
    expect(refused.name).toBe("REARM_LIMIT");
    expect((await client.describe()).rearmsLeft).toBe(0);
  });
});

describe("attempts", () => {
  test("are due at once, then at the renewal interval, and not before", async () => {
    let now = NOW;
    const client = makeClient({ catalogue: signed.catalogue, now: () => now, random: latest });
    await client.install(desktopKey);
    await client.install(serverKey);
    expect(await client.nextDue()).toBe(NOW);
    expect((await client.activateDue()).map(({ product }) => product.name)).toEqual([
      desktop.name,
      server.name,
    ]);
    expect(await client.nextDue()).toBe(NOW + 7 * DAY);
    now = NOW + 7 * DAY - 1;
    expect(await client.activateDue()).toEqual([]);
    now = NOW + 7 * DAY;
    expect((await client.activateDue()).length).toBe(2);
    expect(await client.status()).toMatchObject({ minutesLeft: 180 * 1440 });
  });

  test("of a client that is not activated come at the activation interval", async () => {
    let now = NOW;
    const client = makeClient({ catalogue: signed.catalogue, now: () => now, count: 3 });
    await client.install(desktopKey);
    await client.activateDue();
    expect(await client.nextDue()).toBe(NOW + 120 * MINUTE);
    now = NOW + 120 * MINUTE;
    expect((await client.activateDue())[0]).toMatchObject({ activated: false, count: 3 });
  });

  test("by hand are made whenever they are asked for, and move the next one", async () => {
    let now = NOW;
    const client = makeClient({ catalogue: signed.catalogue, now: () => now, random: latest });
    await client.install(desktopKey);
    await client.activate();
    now += DAY;
    expect((await client.activate(desktop.id)).activated).toBe(true);
    expect(await client.nextDue()).toBe(NOW + 8 * DAY);
  });

  test("of two processes on one folder come one after the other, and the one that waited is not made twice", async () => {
    const dir = makeFolder();
    let asked = 0;
    const open = () => makeClient({ dir, onRequest: () => asked++ });
    const [one, other] = [open(), open()];
    await one.install(desktopKey, signed.catalogue);
    const results = await Promise.all([one.activateDue(), other.activateDue()]);
    expect(results.flat().length).toBe(1);
    expect(asked).toBe(1);
  });

  test("without a product or a catalogue say what to do", async () => {
    expect((await problemOf(makeClient({ catalogue: signed.catalogue }).activate())).message).toContain(
      "muster ipk KEY",
    );
    expect((await problemOf(makeClient().activate())).message).toContain("--catalogue FILE");
    const stranger = await problemOf(
      makeClient({ catalogue: signed.catalogue }).activate(crypto.randomUUID()),
    );
    expect(stranger.name).toBe("BAD_INPUT");
  });
});

test("a client needs somewhere to keep what it knows", () => {
  expect(problemIn(() => createClient({})).name).toBe("BAD_INPUT");
});
