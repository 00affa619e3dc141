import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Client, createClient } from "../src/client/index.ts";
import { type Deployment, deploy } from "../src/fleet/deployment.ts";
import { storePath } from "../src/host/folder.ts";
import { openHostStore } from "../src/host/folder-store.ts";
import { type ExportOptions, exportHost } from "../src/host/moving/export-store.ts";
import { type ImportOptions, importHost } from "../src/host/moving/import-store.ts";
import { moveHost } from "../src/host/moving/move-store.ts";
import type { HostConfig } from "../src/host/run.ts";
import { hostStatus } from "../src/host/status.ts";
import { eventFields } from "../src/protocol/events.ts";
import { type Bind, startBind } from "./bind.ts";
import { makeFolder } from "./folders.ts";
import { type HostProcess, muster, startHostProcess, stopHostProcess, until } from "./muster.ts";
import { makeDatabase } from "./postgres.ts";
import { problemOf } from "./problems.ts";
import { fingerprintOf, makeRequest } from "./requests.ts";
import { post, startHost, stopHost } from "./system.ts";

setDefaultTimeout(300_000);

const MAIN = join(import.meta.dir, "..", "src", "cli", "main.ts");
const ZONE = "corp.example";
const servers: Bind[] = [];

afterEach(async () => {
  for (const bind of servers.splice(0)) await bind.stop();
});

/** Two hosts of one customer, each with a folder, a key and a licence of its own. */
async function makeHosts() {
  const deployment = await deploy(makeFolder(), {
    hostName: "kms01",
    others: ["kms02"],
    now: Date.now(),
  });
  const [old = "", other = ""] = deployment.hostFolders;
  return { deployment, old, other };
}

const PLAIN = ["--port", "0", "--no-dns", "--no-admin", "--rate-limit", "0"];

/** Who does it, and when. */
const DOING = { by: "root", clock: Date.now };

const exportTo = (file: string, folder: string, options: Partial<ExportOptions> = {}) =>
  exportHost(folder, file, { ...DOING, isHandOver: true, patience: 60_000, ...options });

const importFrom = (file: string, folder: string, options: Partial<ImportOptions> = {}) =>
  importHost(folder, file, { ...DOING, isReplacing: false, isCopy: false, ...options });

const move = (folder: string, to: string) => moveHost(folder, to, { ...DOING, isReplacing: false });

/** The sentence that a call is refused with. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const { message, exit } = await problemOf(call);
  expect(exit).toBe(2);
  return message;
}

async function countOf(folder: string) {
  const { leased, applications } = await hostStatus(folder, Date.now());
  return { leased, unique: applications[0]?.unique };
}

async function withStore<T>(folder: string, use: (store: Awaited<ReturnType<typeof openHostStore>>) => T) {
  const store = await openHostStore(folder);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

describe("thirty machines and a new host", () => {
  test("are counted on, each once, with the tickets they hold, there on PostgreSQL and back on SQLite", async () => {
    const bind = await startBind({ zone: ZONE, records: ["kms01 A 127.0.0.1", "kms02 A 127.0.0.1"] });
    servers.push(bind);
    const { deployment, old, other } = await makeHosts();
    const published = (name: string) => [
      ...["--port", "0", "--no-admin", "--rate-limit", "0", "--dns-domain", ZONE],
      ...["--dns-server", bind.server, "--tsig-key", bind.keyFile, "--dns-target", `${name}.${ZONE}`],
    ];
    const inDns = (...records: string[]) =>
      until(`DNS has ${records.join() || "no host"}`, async () => {
        return (await bind.dig(`_muster._tcp.${ZONE}`, "SRV")).join() === records.join();
      });
    const start = async (folder: string, name: string) => {
      const host = await startHostProcess(folder, ...published(name));
      await inDns(`0 0 ${new URL(host.url).port} ${name}.${ZONE}.`);
      return host;
    };

    const oldHost = await start(old, "kms01");
    const clients = await Promise.all(
      Array.from({ length: 30 }, (_, at) => makeClient(deployment, bind, at)),
    );
    await Promise.all(clients.map((client) => client.activate()));
    await renewAll(clients, "kms01");
    const secret = await withStore(old, (store) => store.ticketSecret());

    const file = join(makeFolder(), "kms01.store.gz");
    const { exit, out } = await muster("host", "export", "--hand-over", "-o", file, "--data", old);
    expect([exit, statSync(file).mode & 0o777]).toEqual([0, 0o600]);
    expect(out).toContain("The hosts of this store are quiet");
    await inDns();
    // In between nobody is activated, and nobody loses a lease.
    const between = await clients[0]?.activate();
    expect([between?.activated, between?.tries[0]?.name]).toEqual([false, "HANDED_OVER"]);
    expect((await clients[0]?.status())?.licensed).toBe(true);

    const url = await makeDatabase();
    const taken = await muster("host", "import", file, "--store", url, "--data", other);
    expect([taken.exit, taken.err]).toEqual([0, ""]);
    expect(taken.out).toContain("Count of Muster Demo: 30 before, 30 after\nverified: ");
    const newHost = await start(other, "kms02");
    expect(await countOf(other)).toEqual({ leased: 30, unique: 30 });
    await renewAll(clients, "kms02");
    await stopHostProcess(oldHost);
    const again = await muster("host", "run", "--no-dns", "--data", old);
    expect([again.exit, again.err.includes("--take-back")]).toEqual([2, true]);

    await stopHostProcess(newHost);
    const back = await muster("host", "move", "--to", "sqlite", "--json", "--data", other);
    expect([back.exit, back.err]).toEqual([0, ""]);
    expect(JSON.parse(back.out)).toMatchObject({
      verified: true,
      rows: { machine: 30 },
      store: storePath(other),
    });
    expect(existsSync(join(other, "store-address"))).toBe(false);
    await start(other, "kms02");
    await renewAll(clients, "kms02");

    await withStore(other, async (store) => {
      expect(Buffer.from(await store.ticketSecret())).toEqual(Buffer.from(secret));
      const machines = await store.machines(100);
      expect(machines.length).toBe(30);
      // One more ticket with each answer: none was unknown, and none was shown by two.
      expect(
        machines.every(
          ({ ticket, previousTicket, requests }) => ticket === requests && previousTicket === requests - 1,
        ),
      ).toBe(true);
      expect(await store.events({ id: 12400 })).toEqual([]);
      const told = await store.events({ id: [12416, 12417] });
      expect(told.map(({ id, machine }) => `${id} ${machine}`)).toEqual([
        "12416 kms01",
        "12417 kms02",
        "12416 kms02",
        "12417 kms02",
      ]);
    });
  });
});

async function makeClient({ products, catalogue }: Deployment, bind: Bind, at: number): Promise<Client> {
  const name = `pc-${at}.${ZONE}`;
  const client = createClient({
    dir: makeFolder(),
    dns: [bind.server],
    suffixes: [ZONE],
    timeout: 60_000,
    machine: { name, fingerprint: fingerprintOf(name), virtual: false },
  });
  await client.install(products[0]?.setupKey ?? "", catalogue);
  return client;
}

async function renewAll(clients: readonly Client[], host: string): Promise<void> {
  const results = await Promise.all(clients.map((client) => client.activate()));
  const said = results.map(({ activated, count, host }) => [activated, count, host?.target.host]);
  expect(said).toEqual(clients.map(() => [true, 30, `${host}.${ZONE}`]));
}

describe.each([
  ["SQLite", async () => "sqlite"],
  ["PostgreSQL", makeDatabase],
])("a host on %s", (_, makeStore) => {
  test("is copied and then handed over under load, and no activation that it answered is left out", async () => {
    const { deployment, old, other } = await makeHosts();
    const host = await startHostProcess(old, "--store", await makeStore(), ...PLAIN);
    const load = startLoad(deployment, host, 8);
    await until("some are counted", () => load.answered.size > 100);
    const before = new Set(load.answered);
    const copy = join(makeFolder(), "copy.store.gz");
    const { census } = await exportTo(copy, old, { isHandOver: false });
    // A machine and its event are written together, so both are of one moment.
    expect(census.tables.machine.rows).toBe(census.tables.event.rows);
    const after = load.answered.size;
    await until("it goes on", () => load.answered.size > after + 50);
    expect(load.refused).toEqual([]);

    const file = join(makeFolder(), "kms01.store.gz");
    await exportTo(file, old);
    const refusals = load.refused.length;
    await until("all are sent away", () => load.refused.length > refusals + 16);
    await load.stop();
    expect(load.refused.at(-1)).toEqual({ status: 503, retryAfter: "60" });

    expect(await refusal(importFrom(copy, other))).toContain("--hand-over");
    await importFrom(copy, other, { isCopy: true });
    expect(await lacking(other, before)).toEqual([]);
    await importFrom(file, other, { isReplacing: true });
    expect(await lacking(other, load.answered)).toEqual([]);
  });
});

/** Which of some machines a host's store does not have. */
async function lacking(folder: string, cmids: ReadonlySet<string>): Promise<string[]> {
  const machines = await withStore(folder, (store) => store.machines(1_000_000));
  const stored = new Set(machines.map(({ cmid }) => cmid));
  return [...cmids].filter((cmid) => !stored.has(cmid));
}

/** First activations without a pause, as many at once as told. */
function startLoad({ products }: Deployment, host: HostProcess, lanes: number) {
  const [product] = products;
  if (!product) throw new Error("a deployment has products");
  const answered = new Set<string>();
  const refused: { status: number; retryAfter: string | null }[] = [];
  let isOn = true;
  const running = Array.from({ length: lanes }, async () => {
    while (isOn) {
      const request = makeRequest(product, { now: Date.now() });
      const { status, headers } = await post(host.url, request);
      if (status === 200) answered.add(request.cmid);
      else {
        refused.push({ status, retryAfter: headers.get("retry-after") });
        await Bun.sleep(10);
      }
    }
  });
  return {
    answered,
    refused,
    async stop() {
      isOn = false;
      await Promise.all(running);
    },
  };
}

/** A folder whose host has counted some machines and is stopped. */
async function serveSome(
  deployment: Deployment,
  folder: string,
  machines = 3,
  store?: string,
): Promise<void> {
  const host = await serve(deployment, folder, { store });
  for (let at = 0; at < machines; at++) await ask(deployment, host.listener.url, `pc-${at}`);
  await stopHost(host);
}

const serve = (deployment: Deployment, hostFolder: string, options: Partial<HostConfig> = {}) =>
  startHost({ ...deployment, hostFolder }, { onTrouble: () => {}, ...options });

async function ask({ products }: Deployment, url: string, name = "pc-1"): Promise<number> {
  const [product] = products;
  if (!product) throw new Error("a deployment has products");
  return (await post(url, makeRequest(product, { now: Date.now(), name }))).status;
}

test("a host that is to change its store is not begun at 0 unnoticed, in either direction", async () => {
  const { deployment, old } = await makeHosts();
  await serveSome(deployment, old);
  const url = await makeDatabase();
  const told = await refusal(serve(deployment, old, { store: url }));
  expect(told).toContain("has 3 machines and ");
  expect(told).toContain(`take them along with: muster host move --to ${url} --data ${old} (`);
  expect(existsSync(join(old, "store-address"))).toBe(false);
  expect(await countOf(old)).toMatchObject({ unique: 3 });

  expect(await move(old, url)).toMatchObject({ from: storePath(old) });
  // What it left is marked, so it is not served from again by a slip.
  expect(await refusal(serve(deployment, old, { store: "sqlite" }))).toContain("was handed over");
  await serveSome(deployment, old, 1);
  expect(await countOf(old)).toMatchObject({ unique: 4 });

  const empty = await makeDatabase();
  expect(await refusal(serve(deployment, old, { store: empty }))).toContain("has 4 machines and ");
});

test("a second host joins on the database that the first was moved to, and neither carries it away from the other", async () => {
  const { deployment, old, other } = await makeHosts();
  await serveSome(deployment, old);
  const url = await makeDatabase();
  await move(old, url);
  await serve(deployment, old);
  await serveSome(deployment, other, 2, url);
  expect(await countOf(old)).toMatchObject({ unique: 5 });
  expect(await countOf(other)).toMatchObject({ unique: 5 });
  expect(await refusal(move(other, "sqlite"))).toContain("kms01 serves from postgres://");
  expect(await refusal(move(old, "sqlite"))).toContain("A host is running on");
});

test("hosts of one database go quiet together, and the one that takes it back has all serve again", async () => {
  const { deployment, old, other } = await makeHosts();
  const store = await makeDatabase();
  const one = await serve(deployment, old, { store });
  const two = await serve(deployment, other, { store });
  expect(await ask(deployment, one.listener.url)).toBe(200);
  await exportTo(join(makeFolder(), "both.store.gz"), other);
  // Once more is no harm: they are quiet already.
  expect(await exportTo(join(makeFolder(), "again.store.gz"), old)).toMatchObject({ serving: [] });
  expect(await ask(deployment, one.listener.url)).toBe(503);
  expect(await ask(deployment, two.listener.url)).toBe(503);
  const told = await one.store.events({ id: 12416 });
  expect(told.map(({ machine }) => machine).sort()).toEqual(["kms01", "kms02"]);

  await stopHost(two);
  const again = await serve(deployment, other, { takeBack: true });
  await until("the other one serves again", async () => (await ask(deployment, one.listener.url)) === 200);
  expect(await ask(deployment, again.listener.url)).toBe(200);
  const [event] = await one.store.events({ id: 12418 });
  expect(eventFields(12418, event?.info ?? "")).toEqual({ by: "host run" });
});

test("a host that does not answer keeps a hand-over from being half done, and all serve on", async () => {
  const { deployment, old, other } = await makeHosts();
  const store = await makeDatabase();
  const one = await serve(deployment, old, { store });
  const two = await startHostProcess(other, "--store", store, ...PLAIN);
  const file = join(makeFolder(), "both.store.gz");
  await until("both are known", async () => (await one.store.hosts()).length === 2);
  process.kill(two.pid, "SIGSTOP");
  try {
    expect(await refusal(exportTo(file, old, { patience: 3000 }))).toContain(
      "kms02 did not go quiet within 3 s",
    );
  } finally {
    process.kill(two.pid, "SIGCONT");
  }
  expect(existsSync(file)).toBe(false);
  for (const url of [one.listener.url, two.url]) {
    await until("it serves", async () => (await ask(deployment, url)) === 200);
  }
});

test("an export goes from one host to the other through a pipe", async () => {
  const { deployment, old, other } = await makeHosts();
  await serveSome(deployment, old);
  const run = `"${process.execPath}" "${MAIN}" host`;
  const shell = Bun.spawn(
    ["sh", "-c", `${run} export --hand-over -o - --data "${old}" | ${run} import - --json --data "${other}"`],
    { stdout: "pipe", stderr: "pipe" },
  );
  const [out, err] = await Promise.all([
    new Response(shell.stdout).text(),
    new Response(shell.stderr).text(),
  ]);
  expect([await shell.exited, JSON.parse(out || "{}")]).toMatchObject([
    0,
    { verified: true, rows: { machine: 3 } },
  ]);
  expect(err).toContain("The hosts of this store are quiet");
  expect(await countOf(other)).toMatchObject({ unique: 3 });
});

test("a store that has machines is filled only by who says so, and one that is served from not at all", async () => {
  const { deployment, old, other } = await makeHosts();
  await serveSome(deployment, old);
  await serveSome(deployment, other, 2);
  const file = join(makeFolder(), "kms01.store.gz");
  await exportTo(file, old);
  expect(await refusal(importFrom(file, other))).toContain("has 2 machines already; ");
  expect(await countOf(other)).toMatchObject({ unique: 2 });
  const host = await serve(deployment, other);
  expect(await refusal(importFrom(file, other, { isReplacing: true }))).toContain("A host is running on");
  await stopHost(host);
  expect(await importFrom(file, other, { isReplacing: true })).toMatchObject({ replaced: 2 });
  expect(await countOf(other)).toMatchObject({ unique: 3 });

  const store = await makeDatabase();
  await serve(deployment, other, { store: "sqlite" });
  const { other: foreign } = await makeHosts();
  expect(await refusal(importFrom(file, foreign, { store }))).toContain("another vendor");
});

test.each([
  ["SQLite", async () => "sqlite"],
  ["PostgreSQL", makeDatabase],
])("an import into %s that is killed leaves what was there, or all", async (_, makeStore) => {
  const { deployment, old, other } = await makeHosts();
  await serveSome(deployment, old);
  const file = join(makeFolder(), "kms01.store.gz");
  await exportTo(file, old);
  const store = await makeStore();
  const args = ["host", "import", file, "--store", store, "--replace", "--data", other];
  const child = Bun.spawn([process.execPath, MAIN, ...args], { stdout: "ignore", stderr: "ignore" });
  await Bun.sleep(500 + Math.random() * 500);
  child.kill("SIGKILL");
  await child.exited;
  expect([0, 3]).toContain((await countOf(other)).unique ?? -1);
  await importFrom(file, other, { store, isReplacing: true });
  expect(await countOf(other)).toMatchObject({ unique: 3 });
});
