import { describe, expect, test } from "bun:test";
import { makeDocuments, signDocuments } from "../../test/documents.ts";
import { makeAnswer } from "../../test/fake-host.ts";
import { fingerprintOf, NOW } from "../../test/requests.ts";
import { eventFields } from "../protocol/events.ts";
import { makeKey } from "../protocol/keys.ts";
import { parseRequest } from "../protocol/messages.ts";
import { accountName } from "./account.ts";
import { type Client, createClient, createMemoryStore } from "./index.ts";
import type { Target } from "./target.ts";

const documents = makeDocuments();
const { client: desktop } = documents;
const signed = signDocuments(documents);
const key = desktop.setupKeys[0] ?? "";
const kms = { host: "kms.test", port: 1688, secure: false };
const by = accountName();

/** A client whose host is asked without a network, counts `count` machines and says it listens on `port`. */
function makeClient(options: { count?: number; port?: number } = {}) {
  const { count = 100, port = 1688 } = options;
  const store = createMemoryStore();
  const asked: string[] = [];
  const client = createClient({
    store,
    catalogue: signed.catalogue,
    machine: { name: "pc-1", fingerprint: fingerprintOf("pc-1"), virtual: false },
    dns: {
      srv: async () => [{ name: "kms.test", port: 1700, priority: 0, weight: 0 }],
      addresses: async () => ["10.0.0.5"],
    },
    suffixes: ["corp.test"],
    random: () => 0.5,
    now: () => NOW,
    fetch: async (url, init) => {
      asked.push(new URL(url).port);
      const request = parseRequest(JSON.parse(String(init.body)));
      return Response.json(makeAnswer(documents, request, { count, ticket: 1, port, now: NOW }));
    },
  });
  const told = () =>
    store.events.filter(({ id }) => id === 12403).map(({ info }) => eventFields(12403, info));
  return { client, store, told, asked };
}

const product = `product-key ${desktop.id}`;
const last = key.slice(-5);

/** Each change by its verb: what it does, and what the last event of it tells. */
const CHANGES: [verb: string, change: (client: Client) => Promise<unknown>, tells: object][] = [
  ["ipk", async () => {}, { name: product, from: "none", to: last, by }],
  ["upk", (client) => client.uninstall(), { name: product, from: last, to: "none", by }],
  [
    "skms",
    (client) => client.configure({ registeredHost: kms }),
    { name: "registered-host", from: "none", to: "kms.test:1688", by },
  ],
  [
    "skms with TLS",
    (client) => client.configure({ registeredHost: { ...kms, secure: true } }),
    { name: "registered-host", from: "none", to: "https://kms.test:1688", by },
  ],
  [
    "ckms",
    async (client) => {
      await client.configure({ registeredHost: kms });
      await client.configure({ registeredHost: undefined });
    },
    { name: "registered-host", from: "kms.test:1688", to: "none", by },
  ],
  [
    "skms-domain",
    (client) => client.configure({ lookupDomain: "corp.test" }),
    { name: "lookup-domain", from: "none", to: "corp.test", by },
  ],
  [
    "ckms-domain",
    async (client) => {
      await client.configure({ lookupDomain: "corp.test" });
      await client.configure({ lookupDomain: undefined });
    },
    { name: "lookup-domain", from: "corp.test", to: "none", by },
  ],
  [
    "ckhc",
    (client) => client.configure({ hostCaching: false }),
    { name: "host-caching", from: "on", to: "off", by },
  ],
  [
    "skhc",
    async (client) => {
      await client.configure({ hostCaching: false });
      await client.configure({ hostCaching: true });
    },
    { name: "host-caching", from: "off", to: "on", by },
  ],
];

test.each(CHANGES)("%s leaves event 12403", async (_, change, tells) => {
  const { client, told, store } = makeClient();
  await client.install(key);
  await change(client);
  expect(told().at(-1)).toEqual(tells as Record<string, string>);
  expect(store.events.at(-1)).toMatchObject({ id: 12403, time: NOW, machine: "pc-1" });
});

test("rearm leaves the CMID that was", async () => {
  const { client, told, store } = makeClient();
  await client.install(key);
  await client.activate();
  const { cmid } = (await store.read()).state;
  await client.rearm();
  expect(told().at(-1)).toEqual({ name: "cmid", from: String(cmid), to: "none", by });
});

test("what is as it was leaves no event, and an activation leaves none either", async () => {
  const { client, told } = makeClient();
  await client.install(key);
  await client.install(key);
  await client.configure({ hostCaching: true, registeredHost: undefined });
  await client.activate();
  expect(told().map(({ name }) => name)).toEqual([product]);
});

test("no event holds more of a key than its last five characters", async () => {
  const { client, store } = makeClient();
  const other = documents.server.setupKeys[0] ?? "";
  const mak = makeKey("mak", desktop.number).text;
  for (const one of [key, other, mak]) await client.install(one);
  await client.uninstall();
  const log = JSON.stringify(store.events);
  expect(log).toContain(last);
  for (const one of [key, other, mak]) expect(log).not.toContain(one.slice(0, 11));
});

describe("the port that a host says it listens on", () => {
  const register = (client: Client, registeredHost: Target) => client.configure({ registeredHost });

  test("replaces that of a registered host when it grants a lease, with event 12403", async () => {
    const { client, told, store, asked } = makeClient({ port: 1700 });
    await client.install(key);
    await register(client, kms);
    await client.activate();
    expect((await store.read()).state.settings.registeredHost).toEqual({ ...kms, port: 1700 });
    expect(told().at(-1)).toEqual({
      name: "registered-host",
      from: "kms.test:1688",
      to: "kms.test:1700",
      by: "kms.test:1688",
    });
    await client.activate();
    expect(asked).toEqual(["1688", "1700"]);
  });

  test("replaces that of a cached host", async () => {
    const { client, asked } = makeClient({ port: 1701 });
    await client.install(key);
    await client.activate();
    await client.activate();
    expect(asked).toEqual(["1700", "1701"]);
  });

  const unmoved: [string, { count?: number }, Target][] = [
    ["without a lease, which alone proves that the host is one", { count: 3 }, kms],
    [
      "of a host that is spoken to by TLS, where a proxy may have a port of its own",
      {},
      { ...kms, secure: true },
    ],
  ];
  test.each(unmoved)("does not replace that %s", async (_, options, target) => {
    const { client, store } = makeClient({ port: 1700, ...options });
    await client.install(key);
    await register(client, target);
    await client.activate();
    expect((await store.read()).state.settings.registeredHost).toEqual(target);
  });
});
