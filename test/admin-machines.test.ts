import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { storePath } from "../src/host/folder.ts";
import { startAdmin } from "./admin.ts";
import { insertMachines, makeMachine } from "./machines.ts";
import { makeRequest, NOW } from "./requests.ts";
import { post } from "./system.ts";

setDefaultTimeout(180_000);

interface Machine {
  readonly application: string;
  readonly cmid: string;
  readonly name: string;
  readonly state: string;
  readonly note: string;
  readonly rearm: boolean;
  readonly events: { readonly id: number; readonly info: string }[];
}
interface Page {
  readonly machines: Machine[];
  readonly total?: number;
  readonly next?: string;
}
interface Events {
  readonly events: { readonly row: number; readonly id: number; readonly info: string }[];
}
interface Status {
  readonly applications: { readonly current: number; readonly unique: number; readonly required: number[] }[];
  readonly leased: number;
  readonly daysLeft: number;
  readonly licensed: boolean;
}

describe("GET /v1/machines", () => {
  test("finds, filters, sorts and leafs", async () => {
    const { ask, enrol, product } = await startAdmin();
    await enrol(30);
    const all = await ask<Page>("GET", "/v1/machines?sort=name&order=asc&limit=7");
    expect([all.body.total, all.body.machines.length]).toEqual([30, 7]);
    const names: string[] = [];
    for (let page = all.body; ; ) {
      names.push(...page.machines.map(({ name }) => name));
      if (!page.next) break;
      page = (await ask<Page>("GET", `/v1/machines?sort=name&order=asc&limit=7&cursor=${page.next}`)).body;
      expect(page.total).toBeUndefined();
    }
    expect(names).toEqual(Array.from({ length: 30 }, (_, at) => `pc-${at}`).sort());
    const found = await ask<Page>("GET", "/v1/machines?search=PC-2&state=licensed");
    expect(found.body.machines.map(({ name }) => name).sort()).toEqual([
      "pc-24",
      "pc-25",
      "pc-26",
      "pc-27",
      "pc-28",
      "pc-29",
    ]);
    expect((await ask<Page>("GET", `/v1/machines?product=${product.product}`)).body.total).toBe(30);
    expect((await ask<Page>("GET", `/v1/machines?product=${product.application}`)).body.total).toBe(0);
  });

  test("sorts by the next renewal as it shows it, page by page, on either way", async () => {
    const { ask, deployment, product } = await startAdmin();
    const machines = Array.from({ length: 40 }, (_, at) =>
      makeMachine({
        application: product.application,
        product: product.product,
        name: `pc-${at}`,
        lastSeen: Date.now() - ((at * 7919) % 40) * 3_600_000,
        leaseExpires: at % 3 === 0 ? 0 : Date.now() + (at + 1) * 86_400_000,
      }),
    );
    insertMachines(storePath(deployment.hostFolder), machines);
    const leaf = async (order: string) => {
      const shown: { readonly cmid: string; readonly nextRenewal: string }[] = [];
      for (let next: string | undefined = ""; next !== undefined; ) {
        const cursor: string = next && `&cursor=${next}`;
        const path = `/v1/machines?sort=nextRenewal&order=${order}&limit=9${cursor}`;
        const { body } = await ask<Page & { machines: typeof shown }>("GET", path);
        shown.push(...body.machines);
        next = body.next;
      }
      return shown;
    };
    const early = await leaf("asc");
    const moments = early.map(({ nextRenewal }) => nextRenewal);
    expect(moments).toEqual(moments.toSorted());
    expect(new Set(early.map(({ cmid }) => cmid)).size).toBe(40);
    expect((await leaf("desc")).map(({ cmid }) => cmid)).toEqual(early.map(({ cmid }) => cmid).reverse());
  });

  test("stays right over 100,000 machines, page by page, while clients are answered", async () => {
    const { ask, url, product, deployment } = await startAdmin();
    const { application } = product;
    const machines = Array.from({ length: 100_000 }, (_, at) =>
      makeMachine({
        application,
        name: `pc-${at}`,
        lastSeen: NOW + (at % 1000),
        leaseExpires: at % 2 === 0 ? 1 : 0,
      }),
    );
    insertMachines(storePath(deployment.hostFolder), machines);
    const asking = Promise.all(
      Array.from({ length: 20 }, () => post(url, makeRequest(product, { now: Date.now() }))),
    );
    const first = await ask<Page>("GET", "/v1/machines?state=expired&sort=lastSeen&order=asc&limit=1000");
    const second = await ask<Page>(
      "GET",
      `/v1/machines?state=expired&sort=lastSeen&order=asc&limit=1000&cursor=${first.body.next}`,
    );
    expect(first.body.total).toBe(50_000);
    const seen = new Set([...first.body.machines, ...second.body.machines].map(({ cmid }) => cmid));
    expect(seen.size).toBe(2000);
    const [one] = (await ask<Page>("GET", "/v1/machines?search=pc-77777")).body.machines;
    expect(one?.cmid).toBe(machines[77_777]?.cmid ?? "");
    expect((await asking).map(({ status }) => status)).toEqual(Array(20).fill(200));
  });

  test.each([
    ["limit=0", "limit"],
    ["limit=1001", "limit"],
    ["limit=many", "limit"],
    ["sort=fingerprint", "sort"],
    ["order=up", "order"],
    ["state=fine", "state"],
    ["product=x", "product"],
    ["serach=pc", "serach"],
    [`search=${"x".repeat(256)}`, "search"],
    ["cursor=x", "cursor"],
    [`cursor=${Buffer.from('["name","asc","pc-1","a","b"]').toString("base64url")}`, "cursor"],
  ])("refuses %p by the name of what is wrong", async (query, name) => {
    const { ask } = await startAdmin();
    const { status, body } = await ask("GET", `/v1/machines?${query}`);
    expect([status, body.name]).toEqual([400, "BAD_REQUEST"]);
    expect(body.detail).toContain(name);
  });
});

describe("one machine", () => {
  test("is shown with its events, takes a note, and is forgotten with an event of its own", async () => {
    const { ask, enrol, product } = await startAdmin();
    const [request] = await enrol(26);
    const path = `/v1/machines/${product.application}/${request?.cmid.toUpperCase()}`;
    const shown = await ask<Machine>("GET", path);
    expect(shown.body).toMatchObject({ name: "pc-0", note: "", rearm: false, state: "unlicensed" });
    expect(shown.body.events.map(({ id }) => id)).toEqual([12290]);
    const noted = await ask<Machine>("PATCH", path, { note: "Reception" });
    expect([noted.status, noted.body.note]).toEqual([200, "Reception"]);
    expect((await ask<Page>("GET", "/v1/machines?search=reception")).body.total).toBe(1);
    // The same note again changes nothing; none is a change.
    for (const note of ["Reception", "", ""]) await ask("PATCH", path, { note });
    const notes = (await ask<Events>("GET", "/v1/events?id=12422")).body.events;
    expect(notes.map(({ info }) => info)).toEqual(Array(2).fill(`${request?.cmid}, pc-0, admin 127.0.0.1`));
    expect((await ask<Machine>("GET", path)).body.events.map(({ id }) => id)).toEqual([12290, 12422, 12422]);
    const forgotten = await ask<Machine>("DELETE", path);
    expect([forgotten.status, forgotten.body.name]).toEqual([200, "pc-0"]);
    const { body } = await ask<Status>("GET", "/v1/status");
    expect(body.applications[0]).toMatchObject({ current: 25, unique: 25 });
    const { events } = (await ask<Events>("GET", "/v1/events?id=12405")).body;
    expect(events.map(({ info }) => info)).toEqual([`${request?.cmid}, pc-0, admin 127.0.0.1`]);
    for (const method of ["GET", "DELETE"]) expect((await ask(method, path)).body.name).toBe("NOT_FOUND");
    expect((await ask("PATCH", path, { note: "x" })).body.name).toBe("NOT_FOUND");
  });

  test("that is to take a new CMID is told so once, in its next answer, and event 12407 says who wanted it", async () => {
    const { ask, enrol, product, url } = await startAdmin();
    const [first, second] = await enrol(30);
    if (!first || !second) throw new Error("there are machines");
    const path = `/v1/machines/${product.application}/${first.cmid}`;
    expect((await ask<Machine>("PATCH", path, { rearm: true })).body.rearm).toBe(true);
    expect((await ask<Machine>("PATCH", path, { rearm: true })).body.rearm).toBe(true);
    expect(
      (await post(url, makeRequest(product, { now: Date.now(), cmid: second.cmid, name: "pc-1" }))).body
        .rearm,
    ).toBeUndefined();
    const told = await post(url, makeRequest(product, { now: Date.now(), cmid: first.cmid, name: "pc-0" }));
    expect([told.status, told.body.rearm, told.body.lease, told.body.code]).toEqual([
      200,
      true,
      undefined,
      "0xC004F038",
    ]);
    const again = await post(url, makeRequest(product, { now: Date.now(), cmid: first.cmid, name: "pc-0" }));
    expect([again.body.rearm, again.body.code]).toEqual([undefined, "0x00000000"]);
    expect((await ask<Machine>("GET", path)).body.rearm).toBe(false);
    const { events } = (await ask<Events>("GET", "/v1/events?id=12407")).body;
    expect(events.map(({ info }) => info)).toEqual([`${first.cmid}, pc-0, admin 127.0.0.1`]);
  });

  test("is no worse for a note or an order that was taken back: the doctor says what it said before", async () => {
    const { ask, enrol, product } = await startAdmin();
    const [first] = await enrol(26);
    const path = `/v1/machines/${product.application}/${first?.cmid}`;
    const diagnose = async () => {
      const { body } = await ask<{ verdict: string; document: { findings: { id: string }[] } }>(
        "GET",
        "/v1/diagnosis?fresh=true",
      );
      return [body.verdict, ...body.document.findings.map(({ id }) => id)];
    };
    const before = await diagnose();
    for (const change of [{ note: "Clone of pc-2?" }, { rearm: true }, { rearm: false }]) {
      await ask("PATCH", path, change);
    }
    expect((await ask<Events>("GET", "/v1/events?id=12422,12423")).body.events.length).toBe(2);
    expect(await diagnose()).toEqual(before);
  });

  test("need not take a new CMID when the order is taken back, which event 12423 says once", async () => {
    const { ask, enrol, product, url } = await startAdmin();
    const [first] = await enrol(1);
    const path = `/v1/machines/${product.application}/${first?.cmid}`;
    await ask("PATCH", path, { rearm: true });
    await ask("PATCH", path, { rearm: false });
    const { body } = await post(
      url,
      makeRequest(product, { now: Date.now(), cmid: first?.cmid ?? "", name: "pc-0" }),
    );
    expect(body.rearm).toBeUndefined();
    await ask("PATCH", path, { rearm: false });
    const { events } = (await ask<Events>("GET", "/v1/events?id=12407,12423")).body;
    expect(events.map(({ id }) => id).sort()).toEqual([12407, 12423]);
  });
});
