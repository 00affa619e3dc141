import { expect, onTestFinished, test } from "bun:test";
import { SQL } from "bun";
import { deploy } from "../src/fleet/deployment.ts";
import { openPostgresStore } from "../src/host/postgres/store.ts";
import { makeFolder } from "./folders.ts";
import { muster, startHostProcess, until } from "./muster.ts";
import { type PostgresServer, startPostgres } from "./postgres.ts";
import { makeRequest } from "./requests.ts";
import { post, startSystem, stopHost } from "./system.ts";

async function run(url: string, statement: string): Promise<Record<string, unknown>[]> {
  await using sql = new SQL(url, { max: 1 });
  return [...(await sql.unsafe<Record<string, unknown>[]>(statement))];
}

/** A primary with a standby that follows it, and a database with the address of each and of both. */
async function startPair({ isSynchronous }: { isSynchronous: boolean }) {
  const primary = await startPostgres();
  onTestFinished(() => primary.stop());
  const atPrimary = await primary.makeDatabase();
  const standby = await startPostgres({ standbyOf: primary });
  onTestFinished(() => standby.stop());
  const atStandby = atPrimary.replace(`:${primary.port}/`, `:${standby.port}/`);
  // Said to the primary alone: a standby that takes over has none of its own to wait for.
  if (isSynchronous) {
    await run(atPrimary, "ALTER SYSTEM SET synchronous_standby_names = '*'");
    await run(atPrimary, "SELECT pg_reload_conf()");
    await until("the standby follows", async () => {
      const [row] = await run(atPrimary, "SELECT sync_state FROM pg_stat_replication");
      return row?.sync_state === "sync";
    });
  }
  const servers = `127.0.0.1:${primary.port},127.0.0.1:${standby.port}/`;
  const store = `${atPrimary.replace(/127[^/]*\//, servers)}?target_session_attrs=read-write`;
  return { primary, standby, atPrimary, atStandby, store };
}

async function fail(primary: PostgresServer, standby: PostgresServer): Promise<void> {
  await primary.kill();
  standby.promote();
}

test("hosts go on by themselves when a synchronous standby takes over, with all that they acknowledged and no other's", async () => {
  const { primary, standby, atPrimary, atStandby, store } = await startPair({ isSynchronous: true });
  const names = { hostName: "kms01", others: ["kms02"], now: Date.now() };
  const { hostFolders, products } = await deploy(makeFolder(), names);
  const [desktop] = products;
  if (desktop === undefined) throw new Error("a deployment has products");
  const options = ["--port", "0", "--no-admin", "--no-dns", "--rate-limit", "0"];
  const [folder = ""] = hostFolders;

  const alone = await muster("host", "run", "--data", folder, "--store", atStandby, ...options);
  expect([alone.exit, alone.out]).toEqual([1, ""]);
  expect(alone.err).toContain("it is a standby, which only reads until it is promoted");

  const hosts = await Promise.all(
    hostFolders.map((each) => startHostProcess(each, "--store", store, ...options)),
  );
  const answered: string[] = [];
  const byHost = new Map<(typeof hosts)[number], number>();
  const names503 = new Set<string>();
  let isOn = true;
  const load = [...hosts, ...hosts, ...hosts, ...hosts].map(async (host) => {
    while (isOn) {
      const request = makeRequest(desktop, { now: Date.now() });
      const { status, body } = await post(host.url, request);
      if (status === 200) {
        answered.push(request.cmid);
        byHost.set(host, (byHost.get(host) ?? 0) + 1);
      } else {
        names503.add(`${status} ${body.name}`);
        await Bun.sleep(50);
      }
    }
  });
  await until("many are counted", () => answered.length > 100);
  await fail(primary, standby);
  const before = new Map(byHost);
  await until("both hosts go on", () =>
    hosts.every((host) => (byHost.get(host) ?? 0) > (before.get(host) ?? 0) + 50),
  );
  isOn = false;
  await Promise.all(load);
  // Who came while nobody took over was told to come again.
  expect([...names503].filter((each) => each !== "503 STORE_UNAVAILABLE")).toEqual([]);

  const opened = await openPostgresStore({ url: atStandby, machine: "test" });
  onTestFinished(() => opened.close());
  await opened.register({ id: desktop.application, countWindow: 30 * 24 * 60 });
  const stored = new Set((await opened.machines(1_000_000)).map(({ cmid }) => cmid));
  expect(answered.filter((cmid) => !stored.has(cmid))).toEqual([]);
  const figures = await opened.figures(desktop.application, Date.now());
  expect([figures.unique, figures.requests.total]).toEqual([stored.size, stored.size]);
  const rows = (await opened.events({})).map(({ row }) => row);
  expect(rows).toEqual(rows.map((_, at) => at + 1));

  // The old primary comes back, and nobody has told it that it is one no more.
  await primary.start();
  const [old] = await run(atPrimary, "SELECT count(*)::integer AS machines FROM machine");
  await run(
    atStandby,
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'muster'",
  );
  for (const [at, host] of hosts.entries()) {
    const { status, body } = await post(host.url, makeRequest(desktop, { now: Date.now() }));
    expect([status, body.count]).toEqual([200, Math.min(50, stored.size + 1 + at)]);
  }
  expect(await run(atPrimary, "SELECT count(*)::integer AS machines FROM machine")).toEqual([old ?? {}]);
});

test("machines that an asynchronous standby knows nothing of, or older tickets of, are counted once and are no clones", async () => {
  const { primary, standby, atStandby, store } = await startPair({ isSynchronous: false });
  const { deployment, host, url } = await startSystem({ store });
  const [, server] = deployment.products;
  if (server === undefined) throw new Error("a deployment has two products");
  const requests = Array.from({ length: 6 }, (_, at) =>
    makeRequest(server, { name: `pc-${at}`, now: Date.now() }),
  );
  const ask = async (from: number, to: number, tickets: readonly (string | undefined)[] = []) => {
    const answers: Awaited<ReturnType<typeof post>>[] = [];
    for (const [at, request] of requests.slice(from, to).entries()) {
      const ticket = tickets[from + at];
      answers.push(await post(url, { ...request, ...(ticket === undefined ? {} : { ticket }) }));
    }
    return answers;
  };
  const first = await ask(0, 4);
  expect(first.map(({ body }) => body.count)).toEqual([1, 2, 3, 4]);
  await until("the standby has them", async () => {
    const [row] = await run(atStandby, "SELECT count(*)::integer AS machines FROM machine").catch(() => []);
    return row?.machines === 4;
  });

  // What is acknowledged from now on reaches no standby.
  await standby.kill();
  const tickets = first.map(({ body }) => body.ticket);
  const lost = await ask(
    3,
    6,
    tickets.map((ticket, at) => (at === 3 ? ticket : undefined)),
  );
  expect(lost.map(({ body }) => [body.count, body.lease !== undefined])).toEqual([
    [4, false],
    [5, true],
    [6, true],
  ]);
  await primary.kill();
  await standby.start();
  standby.promote();

  for (const [at, { body }] of lost.entries()) tickets[3 + at] = body.ticket;
  await until("the host goes on", async () => (await ask(0, 1, tickets))[0]?.status === 200);
  const again = await ask(3, 6, tickets);
  expect(again.map(({ status, body }) => [status, body.count, body.lease !== undefined])).toEqual([
    [200, 4, false],
    [200, 5, true],
    [200, 6, true],
  ]);
  expect(await host.store.figures(server.application, Date.now())).toMatchObject({ unique: 6 });
  expect(await host.store.events({ id: 12400 })).toEqual([]);
  // And their new tickets hold, as do those of machines that the standby knew.
  const newer = again.map(({ body }) => body.ticket);
  const next = await ask(1, 6, [...tickets.slice(0, 3), ...newer]);
  expect(next.map(({ body }) => [body.count, body.lease !== undefined])).toEqual(Array(5).fill([6, true]));
  expect(await host.store.events({ id: 12400 })).toEqual([]);
  await stopHost(host);
});
