import { describe, expect, test } from "bun:test";
import { Resolver } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type DeploymentOptions, deploy } from "../src/fleet/deployment.ts";
import { startSystem } from "../src/fleet/system.ts";
import { tokenPath } from "../src/host/folder.ts";
import { openPostgresStore } from "../src/host/postgres/store.ts";
import { MINUTE } from "../src/protocol/time.ts";
import { makeFolder } from "./folders.ts";
import { muster, startHostProcess, until } from "./muster.ts";
import { makeDatabase, startPostgres } from "./postgres.ts";
import { problemOf } from "./problems.ts";
import { makeRequest } from "./requests.ts";
import { post } from "./system.ts";

/** Two hosts of one customer, each a process of its own, on one database. */
async function startPair(store: string, options: Partial<DeploymentOptions> = {}) {
  const names = { hostName: "kms01", others: ["kms02"] };
  const deployment = await deploy(makeFolder(), { ...names, now: Date.now(), ...options });
  const start = (folder: string) =>
    startHostProcess(
      folder,
      "--store",
      store,
      "--port",
      "0",
      "--admin-port",
      "0",
      "--no-dns",
      "--rate-limit",
      "0",
    );
  const hosts = await Promise.all(deployment.hostFolders.map(start));
  const [one, other] = hosts;
  const [desktop, server] = deployment.products;
  if (!one || !other || !desktop || !server) throw new Error("there are two hosts and two products");
  return { deployment, hosts: [one, other] as const, desktop, server };
}

const half = <T>(hosts: readonly [T, T], at: number): T => (at % 2 === 0 ? hosts[0] : hosts[1]);

test("30 machines split between two hosts are counted from 1 to 30, and all renew at one when the other is killed", async () => {
  const { deployment, hosts, desktop } = await startPair(await makeDatabase());
  const requests = Array.from({ length: 30 }, (_, at) =>
    makeRequest(desktop, { name: `pc-${at}`, now: Date.now() }),
  );
  const first = await Promise.all(requests.map((request, at) => post(half(hosts, at).url, request)));
  const counts = first.map(({ body }) => body.count).sort((one, two) => one - two);
  expect(counts).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
  expect(first.filter(({ body }) => body.lease !== undefined).length).toBe(6);

  process.kill(hosts[0].pid, "SIGKILL");
  const again = await Promise.all(
    requests.map((request, at) => {
      const ticket = first[at]?.body.ticket;
      return post(hosts[1].url, { ...request, ...(ticket === undefined ? {} : { ticket }) });
    }),
  );
  expect(again.map(({ status, body }) => [status, body.count, body.lease !== undefined])).toEqual(
    Array(30).fill([200, 30, true]),
  );

  const [, survivor = ""] = deployment.hostFolders;
  const status = await muster("host", "status", "--json", "--data", survivor);
  expect(JSON.parse(status.out)).toMatchObject({ name: "kms02", leased: 30, applications: [{ unique: 30 }] });
  const events = await muster("events", "--role", "host", "--json", "--last", "1000", "--data", survivor);
  const told = events.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { id: number; machine: string });
  // No ticket of the other host is taken for that of a cloned machine.
  expect(told.filter(({ id }) => id === 12400)).toEqual([]);
  expect(told.filter(({ id, machine }) => id === 12290 && machine === "kms01").length).toBe(15);
  expect(told.filter(({ id, machine }) => id === 12290 && machine === "kms02").length).toBe(45);
});

test("400 machines that ask two hosts at once for 50 seats get exactly 50 leases", async () => {
  const { hosts, server } = await startPair(await makeDatabase(), { seats: 50, overage: "deny" });
  // A host whose first batches take long sends some away uncounted, who come again.
  const ask = async (at: number): ReturnType<typeof post> => {
    const answer = await post(half(hosts, at).url, makeRequest(server, { now: Date.now() }));
    return answer.body.name === "HOST_BUSY" ? ask(at) : answer;
  };
  const answers = await Promise.all(Array.from({ length: 400 }, (_, at) => ask(at)));
  const leases = answers.filter(({ body }) => body.lease !== undefined);
  expect(leases.length).toBe(50);
  expect(answers.filter(({ status, body }) => status === 200 && body.lease === undefined).length).toBe(4);
  expect(answers.filter(({ body }) => body.name === "SEATS_EXHAUSTED").length).toBe(346);
});

test("hosts whose database is killed say so, lose nothing that they answered, and go on when it is back", async () => {
  const postgres = await startPostgres();
  try {
    const store = await postgres.makeDatabase();
    const { deployment, hosts, desktop } = await startPair(store);
    const [one] = hosts;
    const answered = new Set<string>();
    const refused: { status: number; retryAfter: string | null; name: string }[] = [];
    let isOn = true;
    const load = Array.from({ length: 16 }, async (_, at) => {
      while (isOn) {
        const request = makeRequest(desktop, { now: Date.now() });
        const { status, body, headers } = await post(half(hosts, at).url, request);
        if (status === 200) answered.add(request.cmid);
        else refused.push({ status, retryAfter: headers.get("retry-after"), name: body.name });
        if (status !== 200) await Bun.sleep(20);
      }
    });
    await until("many are counted", () => answered.size > 200);
    await postgres.kill();
    await until("the hosts refuse", () => refused.length > 20);
    expect(refused.at(-1)).toEqual({ status: 503, retryAfter: "30", name: "STORE_UNAVAILABLE" });
    const health = () => fetch(`${one.admin}/healthz`);
    await until("health tells it", async () => (await health()).status === 503);
    expect(await (await health()).json()).toMatchObject({ reasons: ["STORE_UNAVAILABLE"] });
    const token = readFileSync(tokenPath(deployment.hostFolder), "utf8").trim();
    const metrics = await fetch(`${one.admin}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    expect(await metrics.text()).toContain("muster_store_writable 0");

    await postgres.start();
    const before = answered.size;
    await until("the hosts go on", () => answered.size > before + 200);
    isOn = false;
    await Promise.all(load);
    await until("health is back", async () => (await health()).status === 200);

    const opened = await openPostgresStore({ url: store, machine: "test" });
    try {
      await opened.register({ id: desktop.application, countWindow: 30 * 24 * 60 });
      const stored = new Set((await opened.machines(1_000_000)).map(({ cmid }) => cmid));
      expect([...answered].filter((cmid) => !stored.has(cmid))).toEqual([]);
      expect((await opened.figures(desktop.application, Date.now())).unique).toBe(stored.size);
      await until("both have told how long it was away", async () => {
        return (await opened.events({ id: 12409, since: Date.now() - 10 * MINUTE })).length === 2;
      });
    } finally {
      await opened.close();
    }
    // Said once, not with each request.
    expect(one.errors().match(/cannot write to its store/g)?.length).toBe(1);
  } finally {
    await postgres.stop();
  }
});

describe("muster up with two hosts", () => {
  const free = { machines: 30, hosts: 2, port: 0, dnsPort: 0, adminPort: 0, onTrouble: () => {} };

  test("puts both into DNS, and their machines are activated by one count", async () => {
    const system = await startSystem({ ...free, store: await makeDatabase() });
    try {
      const resolver = new Resolver();
      resolver.setServers([system.zone.address]);
      const records = await resolver.resolveSrv(`_muster._tcp.${system.domain}`);
      const published = records.map(({ name, port }) => `${name}:${port}`).sort();
      const [one, two] = system.hosts.map(({ listener }) => listener.port);
      expect(published).toEqual([`kms01.${system.domain}:${one}`, `kms02.${system.domain}:${two}`]);
      expect((await system.fleet.settled()).licensed).toBe(30);
      for (const { store } of system.hosts) {
        expect(await store.figures(system.product.application, Date.now())).toMatchObject({ unique: 30 });
        expect(await store.leased(Date.now())).toBe(30);
      }
    } finally {
      await system.stop();
    }
  });

  test("uses a folder that was kept of one host, and adds the other one with the same seats", async () => {
    const folder = makeFolder();
    await (await startSystem({ ...free, folder, hosts: 1, seats: 27, overage: "deny" })).stop();
    const system = await startSystem({ ...free, folder, store: await makeDatabase() });
    try {
      const seats = system.hosts.map(({ situation }) => situation().grant.license?.seats);
      expect(seats).toEqual([27, 27]);
      expect((await system.fleet.settled()).licensed).toBe(27);
    } finally {
      await system.stop();
    }
  });

  test("is refused without a store that they can share", async () => {
    expect((await problemOf(startSystem({ ...free, folder: makeFolder() }))).name).toBe("BAD_INPUT");
  });
});

test("a password in the store's address stays out of what the host prints, and is kept in a file of its owner", async () => {
  const url = (await makeDatabase()).replace("muster@", "muster:swordfish@");
  const { hostFolder } = await deploy(makeFolder(), { hostName: "kms01", now: Date.now() });
  const host = await startHostProcess(hostFolder, "--store", url, "--port", "0", "--no-admin", "--no-dns");
  expect(host.errors()).toContain("The password in --store can be read in the list of processes");
  expect(host.errors()).not.toContain("swordfish");
  expect((await Bun.file(join(hostFolder, "store-address")).stat()).mode & 0o777).toBe(0o600);
  const wrong = await muster("host", "run", "--data", hostFolder, "--store", "postgres://a:swordfish@/");
  expect([wrong.exit, wrong.err.includes("swordfish")]).toEqual([2, false]);
});
