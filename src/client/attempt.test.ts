import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { makeDocuments, signDocuments } from "../../test/documents.ts";
import { addressRecord, type FakeDns, type FakeZone, srvRecord, startFakeDns } from "../../test/fake-dns.ts";
import {
  type FakeHost,
  type FakeHostOptions,
  makeAnswer,
  makeCurrentDocuments,
  startFakeHost,
} from "../../test/fake-host.ts";
import { fingerprintOf } from "../../test/requests.ts";
import { eventFields } from "../protocol/events.ts";
import { newId } from "../protocol/ids.ts";
import type { ActivationRequest } from "../protocol/messages.ts";
import { MINUTE } from "../protocol/time.ts";
import { type Client, createClient, createMemoryStore, type MemoryStore } from "./index.ts";

const START = Date.now();
const DOMAIN = "corp.test";
const SRV = `_muster._tcp.${DOMAIN}`;
const documents = makeCurrentDocuments(START);
const { client: product } = documents;
const { catalogue } = signDocuments(documents);

const closing: (() => void)[] = [];
let store: MemoryStore;

beforeEach(() => {
  store = createMemoryStore({ catalogue });
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function startHost(options: FakeHostOptions = {}, from = documents): FakeHost {
  const host = startFakeHost(from, options);
  closing.push(host.stop);
  return host;
}

/** tcpmux: nothing listens there, and no other server is ever given it, as may happen to a port that was just freed. */
const DEAD_PORT = 1;

async function serveDns(zone: FakeZone): Promise<FakeDns> {
  const dns = await startFakeDns(zone);
  closing.push(dns.close);
  return dns;
}

/** DNS that knows these hosts by SRV, in this order of priority. */
function hostsInDns(...hosts: { port: number }[]): Promise<FakeDns> {
  const zone: FakeZone = {};
  const records = hosts.map(({ port }, at) => {
    const name = `kms${at + 1}.${DOMAIN}`;
    zone[name] = [addressRecord(name, "127.0.0.1")];
    return srvRecord(DOMAIN, name, port, { priority: at });
  });
  return serveDns({ ...zone, [SRV]: records });
}

async function makeClient(
  dns?: FakeDns,
  options: { now?: () => number; suffixes?: string[] } = {},
): Promise<Client> {
  const { now, suffixes = [DOMAIN] } = options;
  const client = createClient({
    store,
    machine: { name: "pc-1.corp.test", fingerprint: fingerprintOf("pc-1"), virtual: true },
    dns: dns === undefined ? ["127.0.0.1:9"] : [dns.server],
    suffixes,
    timeout: 60_000,
    random: () => 0.5,
    ...(now === undefined ? {} : { now }),
  });
  await client.install(product.setupKeys[0] ?? "");
  return client;
}

const register = (client: Client, port: number) =>
  client.configure({ registeredHost: { host: "127.0.0.1", port, secure: false } });

/** What attempts have logged; installing and setting log of their own. */
const attemptEvents = () => store.events.filter(({ id }) => id === 12288 || id === 12289);

/** The events as `id code flags host-or-activated`. */
const eventLines = () =>
  attemptEvents().map(({ id, info }) => {
    const { code, flags, host, activated, count } = eventFields(id, info);
    return `${id} ${code} ${flags} ${id === 12288 ? host : `activated ${activated}, count ${count}`}`.trim();
  });

const productState = async () => (await store.read()).state.products[product.id];

describe("a host that DNS names", () => {
  test("activates the product, and the log tells of request and answer", async () => {
    const host = startHost();
    const client = await makeClient(await hostsInDns(host));
    const result = await client.activate();
    expect(result).toMatchObject({ activated: true, code: "0x00000000", count: 100, tries: [] });
    expect(result.host).toMatchObject({
      address: "127.0.0.1",
      source: "dns",
      target: { host: `kms1.${DOMAIN}`, port: host.port },
    });
    expect(await client.status()).toMatchObject({ status: 1, licensed: true });
    expect(eventLines()).toEqual([
      `12288 0x00000000 0x00000000 kms1.${DOMAIN}:${host.port}`,
      "12289 0x00000000 0x00000000 activated 1, count 100",
    ]);
  });

  test("is told who asks, in which state, and for how many", async () => {
    const host = startHost();
    const client = await makeClient(await hostsInDns(host), { now: () => START });
    await client.activate();
    expect(host.requests[0]).toMatchObject({
      application: product.application,
      product: product.id,
      machine: { name: "pc-1.corp.test", fingerprint: fingerprintOf("pc-1"), virtual: true },
      status: 2,
      minutesLeft: 30 * 1440,
      required: 25,
    });
    expect(host.requests[0]?.ticket).toBeUndefined();
    expect(attemptEvents()[0]?.info).toContain(`, ${host.requests[0]?.cmid}, `);
    expect(attemptEvents()[0]?.info).toEndWith(`, 1, 2, 43200, ${product.id}, 25`);
  });

  test("is asked first the next time, without DNS, with its ticket and a new nonce", async () => {
    const host = startHost();
    const dns = await hostsInDns(host);
    const client = await makeClient(dns);
    await client.activate();
    const questions = dns.questions.filter((question) => question.startsWith("SRV")).length;
    await client.activate();
    expect(dns.questions.filter((question) => question.startsWith("SRV")).length).toBe(questions);
    const [first, second] = host.requests;
    expect(second?.cmid).toBe(first?.cmid ?? "");
    expect(second?.ticket).toBe("ticket-1");
    expect(second?.nonce).not.toBe(first?.nonce ?? "");
    expect(second?.status).toBe(1);
  });

  test("is looked for in DNS each time when caching is off", async () => {
    const dns = await hostsInDns(startHost());
    const client = await makeClient(dns);
    await client.configure({ hostCaching: false });
    await client.activate();
    await client.activate();
    expect(dns.questions.filter((question) => question === `SRV ${SRV}`).length).toBe(2);
  });
});

describe("every target is tried before the client gives up", () => {
  test("a dead host is followed by the next priority", async () => {
    const dead = DEAD_PORT;
    const host = startHost();
    const result = await (await makeClient(await hostsInDns({ port: dead }, host))).activate();
    expect(result.activated).toBe(true);
    expect(result.tries.map(({ host, code }) => `${host} ${code}`)).toEqual([
      `kms1.${DOMAIN}:${dead} 0x8007274D`,
    ]);
    expect(eventLines().slice(0, 2)).toEqual([
      `12288 0x8007274D 0x00000000 kms1.${DOMAIN}:${dead}`,
      `12288 0x00000000 0x00000000 kms2.${DOMAIN}:${host.port}`,
    ]);
  });

  test("a dead cached host leads back to DNS", async () => {
    const first = startHost();
    const client = await makeClient(await hostsInDns(first));
    await client.activate();
    first.stop();
    const second = startHost();
    const moved = await hostsInDns(second);
    const result = await (await reopen(moved)).activate();
    expect(result.activated).toBe(true);
    expect((await store.read()).state.cachedHost?.port).toBe(second.port);
  });

  test("all addresses of a host are tried, and one entry of the log tells of it", async () => {
    const host = startHost();
    const name = `kms1.${DOMAIN}`;
    const dns = await serveDns({
      [SRV]: [srvRecord(DOMAIN, name, host.port)],
      [name]: [
        addressRecord(name, "127.0.0.2"),
        addressRecord(name, "127.0.0.3"),
        addressRecord(name, "127.0.0.1"),
      ],
    });
    const result = await (await makeClient(dns)).activate();
    expect(result.host?.address).toBe("127.0.0.1");
    expect(eventLines().length).toBe(2);
  });

  test("a host without an address is a try of its own", async () => {
    const host = startHost();
    const dns = await serveDns({
      [SRV]: [
        srvRecord(DOMAIN, `gone.${DOMAIN}`, 1688),
        srvRecord(DOMAIN, `kms.${DOMAIN}`, host.port, { priority: 1 }),
      ],
      [`kms.${DOMAIN}`]: [addressRecord(`kms.${DOMAIN}`, "127.0.0.1")],
    });
    const result = await (await makeClient(dns)).activate();
    expect(result.activated).toBe(true);
    expect(result.tries[0]).toMatchObject({ host: `gone.${DOMAIN}:1688`, name: "HOST_NAME_NOT_RESOLVED" });
  });

  test("when all fail, each is named with its own code", async () => {
    const dead = DEAD_PORT;
    const skewed = startHost({ refusal: "CLOCK_SKEW" });
    const client = await makeClient(await hostsInDns({ port: dead }, skewed));
    const result = await client.activate();
    expect(result).toMatchObject({ activated: false, code: "0xC004F074", name: "NO_HOST_CONTACTED" });
    expect(result.tries.map(({ code }) => code)).toEqual(["0x8007274D", "0xC004F06C"]);
    expect(result.message).toContain("The host refuses with CLOCK_SKEW (0xC004F06C)");
    expect((await productState())?.lastAttempt?.code).toBe("0xC004F074");
    expect((await productState())?.nextAttempt ?? 0).toBeGreaterThan(Date.now() + 100 * MINUTE);
  });
});

describe("without a host in DNS", () => {
  test("the result says that there is no record", async () => {
    const result = await (await makeClient(await serveDns({}))).activate();
    expect(result).toMatchObject({ code: "0x8007232B", activated: false });
    expect(result.message).toContain(SRV);
    expect(eventLines()).toEqual(["12288 0x8007232B 0x01000000"]);
  });

  test("a server that fails is told from a record that is not there", async () => {
    const result = await (await makeClient(await serveDns({ [SRV]: 2 }))).activate();
    expect(result.code).toBe("0x8007232A");
  });

  test("a machine without a domain sends no query at all", async () => {
    const dns = await serveDns({});
    const result = await (await makeClient(dns, { suffixes: [] })).activate();
    expect(result.code).toBe("0x8007007B");
    expect(dns.questions).toEqual([]);
    expect(eventLines()).toEqual(["12288 0x8007007B 0x01000000"]);
  });

  test("a cached host that is dead and a zone that lost its record are both told", async () => {
    const host = startHost();
    await (await makeClient(await hostsInDns(host))).activate();
    host.stop();
    const name = `kms1.${DOMAIN}`;
    const emptied = await serveDns({ [name]: [addressRecord(name, "127.0.0.1")] });
    const result = await (await reopen(emptied)).activate();
    expect(result.code).toBe("0xC004F074");
    expect(result.message).toContain("DNS gave no other host");
    expect(eventLines().slice(2)).toEqual([
      `12288 0x8007274D 0x00000000 kms1.${DOMAIN}:${host.port}`,
      "12288 0x8007232B 0x01000000",
    ]);
    expect((await store.read()).state.cachedHost?.port).toBe(host.port);
  });

  test("the registered domain is looked in before the machine's own", async () => {
    const host = startHost();
    const dns = await serveDns({
      "_muster._tcp.lab.test": [srvRecord("lab.test", "kms.lab.test", host.port)],
      "kms.lab.test": [addressRecord("kms.lab.test", "127.0.0.1")],
    });
    const client = await makeClient(dns);
    await client.configure({ lookupDomain: "lab.test" });
    expect((await client.activate()).activated).toBe(true);
    expect(dns.questions[0]).toBe("SRV _muster._tcp.lab.test");
    expect(dns.questions).not.toContain(`SRV ${SRV}`);
  });
});

describe("a registered host", () => {
  test("is the only one asked, and is not cached", async () => {
    const host = startHost();
    const dns = await hostsInDns(startHost());
    const client = await makeClient(dns);
    await register(client, host.port);
    const result = await client.activate();
    expect(result.host?.source).toBe("registered");
    expect(dns.questions).toEqual([]);
    expect((await store.read()).state.cachedHost).toBeUndefined();
  });

  test("that is dead is not made good by DNS", async () => {
    const client = await makeClient(await hostsInDns(startHost()));
    await register(client, DEAD_PORT);
    expect(await client.activate()).toMatchObject({ code: "0xC004F074", activated: false });
  });
});

describe("a count that is too small", () => {
  test("is told, the ticket and the intervals are kept, and nothing is licensed", async () => {
    const host = startHost({ count: 3 });
    const client = await makeClient(await hostsInDns(host));
    const result = await client.activate();
    expect(result).toMatchObject({
      activated: false,
      code: "0xC004F038",
      name: "COUNT_INSUFFICIENT",
      count: 3,
      required: 25,
    });
    expect(result.message).toBe(
      `kms1.${DOMAIN}:${host.port} has counted 3 machines, this one included; Orchard Client needs 25.`,
    );
    const { state } = await store.read();
    expect(state.ticket).toBe("ticket-1");
    expect(state.cachedHost).toBeUndefined();
    expect(state.products[product.id]?.intervals).toEqual({ activation: 120, renewal: 10_080 });
    expect(await client.status()).toMatchObject({ status: 2, licensed: false });
    expect(eventLines()[1]).toBe("12289 0x00000000 0x04000000 activated 0, count 3");
  });

  test("does not end the search: another host may have counted enough", async () => {
    const [few, many] = [startHost({ count: 3 }), startHost({ count: 30 })];
    const result = await (await makeClient(await hostsInDns(few, many))).activate();
    expect(result).toMatchObject({ activated: true, count: 30 });
    expect(many.requests[0]?.ticket).toBe("ticket-1");
  });

  test("everywhere is told of the host that is nearest to enough", async () => {
    const hosts = [startHost({ count: 3 }), startHost({ count: 20 }), startHost({ count: 7 })];
    expect((await (await makeClient(await hostsInDns(...hosts))).activate()).count).toBe(20);
  });

  test("at a renewal leaves the lease there was", async () => {
    let count = 30;
    const host = startHost({
      twist: (answer) => (count < 25 ? without(answer, "lease", { count, code: "0xC004F038" }) : answer),
    });
    const client = await makeClient(await hostsInDns(host));
    await client.activate();
    count = 3;
    expect((await client.activate()).activated).toBe(false);
    expect((await client.status()).licensed).toBe(true);
  });
});

describe("a host that is not the vendor's", () => {
  const rogue = { ...makeDocuments(), client: documents.client, server: documents.server };

  test("is named, and the next one activates", async () => {
    const [impostor, host] = [startHost({}, rogue), startHost()];
    const result = await (await makeClient(await hostsInDns(impostor, host))).activate();
    expect(result.activated).toBe(true);
    expect(result.tries[0]).toMatchObject({
      host: `kms1.${DOMAIN}:${impostor.port}`,
      name: "HOST_NOT_TRUSTED",
    });
    expect(eventLines()[0]).toBe(`12288 0x800B0109 0x00000000 kms1.${DOMAIN}:${impostor.port}`);
  });

  test.each([
    ["that grants", 100],
    ["that counts too few", 3],
  ])("%s leaves no trace in the store but the failed attempt", async (_, count) => {
    const impostor = startHost({ count, twist: (answer) => ({ ...answer, rearm: true }) }, rogue);
    const client = await makeClient(await hostsInDns(impostor));
    const result = await client.activate();
    expect(result.code).toBe("0xC004F074");
    const { state } = await store.read();
    expect(state.ticket).toBeUndefined();
    expect(state.cachedHost).toBeUndefined();
    expect(state.cmid).toBe(impostor.requests[0]?.cmid ?? "");
    expect(state.products[product.id]).toMatchObject({
      grant: undefined,
      intervals: undefined,
      host: undefined,
    });
    expect(attemptEvents().map(({ id }) => id)).toEqual([12288]);
  });

  test.each<[string, Partial<ActivationRequest>]>([
    ["another machine", { cmid: newId() }],
    ["another product", { product: documents.server.id }],
    ["an earlier request", { nonce: "AAAAAAAAAAAAAAAAAAAAAA" }],
  ])("the lease of %s is none, though the host is the vendor's", async (_, change) => {
    const about = { count: 100, ticket: 1, port: 1688, now: START };
    const host = startHost({
      twist: (answer, request) => {
        const { lease } = makeAnswer(documents, { ...request, ...change }, about);
        return { ...answer, lease };
      },
    });
    const result = await (await makeClient(await hostsInDns(host))).activate();
    expect(result).toMatchObject({ activated: false, code: "0xC004F074" });
    expect((await productState())?.grant).toBeUndefined();
  });

  test.each([
    ["an answer to another request", { lease: "replayed" }],
    ["an answer without a ticket", { ticket: undefined }],
    ["intervals beyond what a host may set", { activationInterval: 1e9 }],
  ])("%s counts as a failed try", async (_, change) => {
    const host = startHost({ twist: (answer) => ({ ...answer, ...change }) });
    const result = await (await makeClient(await hostsInDns(host))).activate();
    expect(result).toMatchObject({ activated: false, code: "0xC004F074" });
    expect((await productState())?.grant).toBeUndefined();
  });
});

describe("a host that knows another machine by this CMID", () => {
  test("makes the client take a new one and ask again at once, without a ticket", async () => {
    const host = startHost({
      twist: (answer, { cmid }) =>
        cmid === host.requests[0]?.cmid
          ? without(answer, "lease", { rearm: true, code: "0xC004F038" })
          : answer,
    });
    const client = await makeClient(await hostsInDns(host));
    const result = await client.activate();
    expect(result.activated).toBe(true);
    expect(host.requests.length).toBe(2);
    expect(host.requests[1]?.cmid).not.toBe(host.requests[0]?.cmid ?? "");
    expect(host.requests[1]?.ticket).toBeUndefined();
    expect((await store.read()).state.cmid).toBe(host.requests[1]?.cmid ?? "");
    expect((await store.read()).state.rearms).toBe(0);
  });

  test("can do so only once an attempt", async () => {
    const host = startHost({
      twist: (answer) => without(answer, "lease", { rearm: true, code: "0xC004F038" }),
    });
    const result = await (await makeClient(await hostsInDns(host))).activate();
    expect(host.requests.length).toBe(2);
    expect(result.activated).toBe(false);
    expect((await productState())?.nextAttempt ?? 0).toBeGreaterThan(Date.now() + 100 * MINUTE);
  });

  test("and then fails leaves an attempt that waits for its time like any other", async () => {
    const first = startHost({ count: 3 });
    const second = startHost({
      twist: (answer) =>
        second.requests.length > 1 ? {} : without(answer, "lease", { rearm: true, code: "0xC004F038" }),
    });
    await (await makeClient(await hostsInDns(first, second))).activate();
    expect((await productState())?.nextAttempt ?? 0).toBeGreaterThan(Date.now() + 100 * MINUTE);
  });
});

test("a host that asks to be left alone is left alone when no other answers", async () => {
  const host = startHost({ refusal: "SLOW_DOWN", retryAfter: 3 * 3600 });
  await (await makeClient(await hostsInDns(host))).activate();
  expect((await productState())?.nextAttempt ?? 0).toBeGreaterThan(Date.now() + 179 * MINUTE);
});

test("the CMID is made by the first request, and the grace of a product starts with it", async () => {
  let now = START;
  const client = await makeClient(await hostsInDns(startHost({ count: 3 })), { now: () => now });
  expect((await store.read()).state.cmid).toBeUndefined();
  now = START + 20 * MINUTE;
  await client.activate();
  expect((await store.read()).state.cmid).toBeDefined();
  expect((await productState())?.firstSeen).toBe(now);
  now = START + 40 * MINUTE;
  await client.activate();
  expect((await productState())?.firstSeen).toBe(START + 20 * MINUTE);
});

test("an attempt without an answer is called off at once", async () => {
  const dns = await serveDns({
    [SRV]: [srvRecord(DOMAIN, `kms.${DOMAIN}`, silentPort())],
    [`kms.${DOMAIN}`]: [addressRecord(`kms.${DOMAIN}`, "127.0.0.1")],
  });
  const client = await makeClient(dns);
  const stop = new AbortController();
  const attempt = client.activate(undefined, stop.signal);
  setTimeout(() => stop.abort(), 100);
  expect(attempt).rejects.toThrow("abort");
  await attempt.catch(() => undefined);
  expect((await productState())?.lastAttempt).toBeUndefined();
});

function silentPort(): number {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  closing.push(() => server.stop(true));
  return server.port;
}

/** The same store in a client that was started anew, with another view of DNS. */
async function reopen(dns: FakeDns): Promise<Client> {
  return createClient({
    store,
    machine: { name: "pc-1.corp.test", fingerprint: fingerprintOf("pc-1"), virtual: true },
    dns: [dns.server],
    suffixes: [DOMAIN],
    timeout: 60_000,
  });
}

function without(answer: object, member: string, change: object): object {
  const { [member]: _, ...rest } = answer as Record<string, unknown>;
  return { ...rest, ...change };
}
