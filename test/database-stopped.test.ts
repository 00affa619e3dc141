import { expect, onTestFinished, setDefaultTimeout, test } from "bun:test";
import { SQL } from "bun";
import { deploy } from "../src/fleet/deployment.ts";
import { openPostgresStore } from "../src/host/postgres/store.ts";
import type { ActivationRequest } from "../src/protocol/messages.ts";
import { makeFolder } from "./folders.ts";
import { type HostProcess, startHostProcess, until } from "./muster.ts";
import { startPostgres } from "./postgres.ts";
import { makeRequest } from "./requests.ts";
import { post } from "./system.ts";

setDefaultTimeout(300_000);

async function startHosts() {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  const store = await postgres.makeDatabase();
  const names = { hostName: "kms01", others: ["kms02"], now: Date.now() };
  const { hostFolders, products } = await deploy(makeFolder(), names);
  const [desktop] = products;
  const options = ["--store", store, "--port", "0", "--admin-port", "0", "--no-dns", "--rate-limit", "0"];
  const [one, other] = await Promise.all(hostFolders.map((folder) => startHostProcess(folder, ...options)));
  if (!one || !other || !desktop) throw new Error("there are two hosts, and a product");
  const ask = (host: HostProcess, request: ActivationRequest = makeRequest(desktop, { now: Date.now() })) =>
    post(host.url, request);
  return { postgres, store, one, other, desktop, ask };
}

test("a host that is stopped while it holds the lock does not keep the other one from answering", async () => {
  const { store, one, other, desktop, ask } = await startHosts();
  const isIn = `SELECT pid FROM pg_stat_activity WHERE state = 'idle in transaction' AND application_name = 'muster'`;
  const sql = new SQL(store, { max: 1 });
  onTestFinished(() => sql.close());
  const answered: string[] = [];
  let isOn = true;
  const load = Array.from({ length: 4 }, async () => {
    while (isOn) {
      const request = makeRequest(desktop, { now: Date.now() });
      if ((await ask(one, request)).status === 200) answered.push(request.cmid);
    }
  });
  await until("it is stopped in the middle of a batch", async () => {
    process.kill(one.pid, "SIGSTOP");
    await Bun.sleep(20);
    const isHeld = (await sql.unsafe(isIn)).length > 0;
    if (!isHeld) process.kill(one.pid, "SIGCONT");
    return isHeld;
  });
  const { status, body } = await ask(other);
  expect(status).toBe(200);
  expect(body.count).toBeGreaterThan(0);
  process.kill(one.pid, "SIGCONT");
  const before = answered.length;
  await until("the stopped one goes on", () => answered.length > before + 10);
  isOn = false;
  await Promise.all(load);

  const opened = await openPostgresStore({ url: store, machine: "test" });
  onTestFinished(() => opened.close());
  await opened.register({ id: desktop.application, countWindow: 30 * 24 * 60 });
  const stored = (await opened.machines(1_000_000)).map(({ cmid }) => cmid);
  expect(answered.filter((cmid) => !stored.includes(cmid))).toEqual([]);
  expect((await opened.figures(desktop.application, Date.now())).unique).toBe(stored.length);
});

test("a database that started again between two requests is noticed by nobody, one that is silent makes the hosts refuse at once", async () => {
  const { postgres, one, other, ask } = await startHosts();
  for (const host of [one, other]) expect((await ask(host)).status).toBe(200);
  // The hosts do not look meanwhile, however long it takes: after seconds they would know.
  for (const host of [one, other]) process.kill(host.pid, "SIGSTOP");
  await postgres.kill();
  await postgres.start();
  for (const host of [one, other]) process.kill(host.pid, "SIGCONT");
  for (const host of [one, other]) expect((await ask(host)).status).toBe(200);
  for (const host of [one, other]) expect(host.errors()).not.toContain("cannot write to its store");

  postgres.pause();
  const refused = await ask(one);
  expect([refused.status, refused.headers.get("retry-after"), refused.body.name]).toEqual([
    503,
    "30",
    "STORE_UNAVAILABLE",
  ]);
  // Who comes now does not wait for as long again: this takes hours where each of them does.
  for (let times = 0; times < 500; times++) expect((await ask(one)).status).toBe(503);
  expect((await fetch(`${one.admin}/healthz`)).status).toBe(503);
  postgres.resume();
  await until("the host goes on", async () => (await ask(one)).status === 200);
  await until("health is back", async () => (await fetch(`${one.admin}/healthz`)).status === 200);
  await until("the log tells it", () => one.errors().includes("The store takes requests again."));
  expect(one.errors().match(/cannot write to its store/g)?.length).toBe(1);
});
