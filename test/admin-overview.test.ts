import { describe, expect, test } from "bun:test";
import { DAY, MINUTE } from "../src/protocol/time.ts";
import { startAdmin } from "./admin.ts";
import { makeDatabase } from "./postgres.ts";
import { makeRequest } from "./requests.ts";
import { post, startHost, stopHost } from "./system.ts";

const START = Math.floor(Date.now() / DAY) * DAY;

describe("GET /v1/activity", () => {
  interface Activity {
    readonly days: readonly { day: string; received: number; failed: number; leased: number }[];
  }

  test("has every day, the requests of each, and the most leases at once", async () => {
    let now = START + 6 * 60 * MINUTE;
    const { ask, product, server, url } = await startAdmin({ clock: () => now });
    const send = (name: string, of = product) => post(url, makeRequest(of, { now, name }));
    for (let at = 0; at < 6; at++) await send(`pc-${at}`, server);
    await post(url, makeRequest(product, { now: now - DAY, name: "pc-late" }));
    now += 2 * DAY;
    await send("pc-9");
    const { days } = (await ask<Activity>("GET", "/v1/activity?days=4")).body;
    const day = (at: number) => new Date(START + at * DAY).toISOString().slice(0, 10);
    expect(days).toEqual([
      { day: day(-1), received: 0, failed: 0, leased: 0 },
      { day: day(0), received: 7, failed: 1, leased: 2 },
      { day: day(1), received: 0, failed: 0, leased: 0 },
      { day: day(2), received: 1, failed: 0, leased: 2 },
    ]);
    expect((await ask<Activity>("GET", "/v1/activity")).body.days).toHaveLength(30);
  });
});

describe("renewals", () => {
  interface Machines {
    readonly machines: readonly { name: string; nextRenewal: string; overdue: boolean; lastSeen: string }[];
    readonly total: number;
  }

  test("are counted, listed and told of each machine by the intervals in force", async () => {
    let now = START;
    const { ask, server, url } = await startAdmin({ clock: () => now });
    for (let at = 0; at < 6; at++) await post(url, makeRequest(server, { now, name: `srv-${at}` }));
    const [figures, week] = [
      await ask("GET", "/v1/renewals"),
      await ask<Machines>("GET", "/v1/machines?renewal=week&sort=name&order=asc"),
    ];
    expect(figures.body).toMatchObject({ day: 0, week: 2, overdue: 0, failing: 4 });
    expect(week.body.machines.map(({ name, nextRenewal }) => [name, Date.parse(nextRenewal)])).toEqual([
      ["srv-4", START + 7 * DAY],
      ["srv-5", START + 7 * DAY],
    ]);
    await ask("PATCH", "/v1/settings", { "renewal-interval": 60 });
    now += 67 * MINUTE;
    const overdue = (await ask<Machines>("GET", "/v1/machines?renewal=overdue")).body;
    expect([overdue.total, overdue.machines.every((machine) => machine.overdue)]).toEqual([2, true]);
    expect((await ask("GET", "/v1/renewals")).body).toMatchObject({ day: 0, week: 0, overdue: 2 });
  });
});

describe("GET /v1/hosts", () => {
  interface Hosts {
    readonly hosts: readonly { name: string; state: string; isSelf: boolean; stopped: string | null }[];
  }

  test("has the host itself when it is alone", async () => {
    const { ask } = await startAdmin();
    const { hosts } = (await ask<Hosts>("GET", "/v1/hosts")).body;
    expect(hosts).toMatchObject([{ name: "kms01", state: "running", isSelf: true, stopped: null }]);
  });

  test("has every host of a shared count, and tells which were stopped and which are gone", async () => {
    const store = await makeDatabase();
    let now = START;
    const { ask, deployment } = await startAdmin({
      others: ["kms02", "kms03"],
      store,
      clock: () => now,
    });
    const [, second = "", third = ""] = deployment.hostFolders;
    const open = (hostFolder: string, clock: () => number) =>
      startHost({ ...deployment, hostFolder }, { store, clock });
    const stopping = await open(second, () => now);
    // A host that noted itself and was not heard of since.
    await open(third, () => START - 10 * MINUTE);
    const listed = async () => (await ask<Hosts>("GET", "/v1/hosts")).body.hosts;
    while ((await listed()).length < 3) await Bun.sleep(20);
    await stopHost(stopping);
    now += MINUTE;
    const hosts = await listed();
    expect(hosts.map(({ name, state, isSelf }) => [name, state, isSelf])).toEqual([
      ["kms01", "running", true],
      ["kms02", "stopped", false],
      ["kms03", "gone", false],
    ]);
  });
});
