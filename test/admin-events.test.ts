import { describe, expect, test } from "bun:test";
import { EVENTS } from "../src/protocol/events.ts";
import { DAY } from "../src/protocol/time.ts";
import { startAdmin } from "./admin.ts";
import { until } from "./muster.ts";

interface Events {
  readonly events: { readonly row: number; readonly id: number; readonly info: string }[];
  readonly older: number | null;
  readonly newer: number | null;
}

describe("GET /v1/events", () => {
  test("gives the newest, the next after a row, and the last before one", async () => {
    const { ask, enrol } = await startAdmin();
    const requests = await enrol(5);
    const rows = async (query: string) =>
      (await ask<Events>("GET", `/v1/events?${query}`)).body.events.map(({ row }) => row);
    expect(await rows("limit=2")).toEqual([4, 5]);
    expect(await rows("after=1&limit=2")).toEqual([2, 3]);
    expect(await rows("before=4&limit=2")).toEqual([2, 3]);
    expect(await rows(`cmid=${requests[2]?.cmid}`)).toEqual([3]);
    expect(await rows("id=12400")).toEqual([]);
    expect(await rows(`since=${new Date(Date.now() + DAY).toISOString()}`)).toEqual([]);
    for (const wrong of ["id=1", "id=x", "since=yesterday", "after=-1", "follow=yes"]) {
      expect((await ask("GET", `/v1/events?${wrong}`)).status).toBe(400);
    }
  });

  test("leafs both ways, and says where there is more", async () => {
    const { ask, enrol } = await startAdmin();
    await enrol(5);
    const page = async (query: string) => {
      const { events, older, newer } = (await ask<Events>("GET", `/v1/events?limit=2${query}`)).body;
      return [events.map(({ row }) => row), older, newer];
    };
    expect(await page("")).toEqual([[4, 5], 4, null]);
    expect(await page("&before=4")).toEqual([[2, 3], 2, 3]);
    expect(await page("&before=2")).toEqual([[1], null, 1]);
    expect(await page("&after=1")).toEqual([[2, 3], 2, 3]);
    expect(await page("&after=3")).toEqual([[4, 5], 4, null]);
    expect(await page("&after=5")).toEqual([[], null, null]);
  });

  test("finds several ids, and a part of a machine's name", async () => {
    const { ask, enrol } = await startAdmin();
    await enrol(3);
    await ask("PATCH", "/v1/settings", { duplicates: "rearm" });
    const rows = async (query: string) =>
      (await ask<Events>("GET", `/v1/events?${query}`)).body.events.map(({ row }) => row);
    expect(await rows("id=12290,12402")).toEqual([1, 2, 3, 4]);
    expect(await rows("id=12402,12400")).toEqual([4]);
    expect(await rows("search=PC-1")).toEqual([2]);
    expect(await rows(`until=${new Date(Date.now() - DAY).toISOString()}`)).toEqual([]);
    expect((await ask("GET", "/v1/events?id=12290,1")).status).toBe(400);
  });

  test("are explained in both languages, every one that Muster writes", async () => {
    const { ask } = await startAdmin();
    const kinds = async (lang: string) =>
      (
        await ask<{ kinds: { id: number; message: string; meaning: string }[] }>(
          "GET",
          `/v1/event-kinds?lang=${lang}`,
        )
      ).body.kinds;
    const [english, japanese] = [await kinds("en"), await kinds("ja")];
    expect(english.map(({ id }) => id)).toEqual(Object.keys(EVENTS).map(Number));
    for (const { message, meaning } of japanese) expect(message + meaning).toMatch(/[ぁ-ん].*。$/);
  });

  test("goes on after the row that a browser has seen when its connection was lost", async () => {
    const { enrol, admin } = await startAdmin();
    await enrol(3);
    const headers = { authorization: `Bearer ${admin.token}`, "last-event-id": "2" };
    const response = await fetch(`${admin.url}/v1/events?follow=true&after=0`, { headers });
    const reader = response.body?.getReader();
    let text = "";
    while (!text.includes("data: ")) text += new TextDecoder().decode((await reader?.read())?.value);
    await reader?.cancel();
    expect(text.match(/^id: \d+$/gm)).toEqual(["id: 3"]);
  });

  test("follows: each new event once, as server-sent events, until the host ends", async () => {
    const { ask, enrol, admin, host } = await startAdmin();
    await enrol(3);
    const headers = { authorization: `Bearer ${admin.token}` };
    const response = await fetch(`${admin.url}/v1/events?follow=true&after=1`, { headers });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    let text = "";
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
    })();
    await until("the old events have come", () => text.includes("id: 3\n"));
    await ask("PATCH", "/v1/settings", { duplicates: "rearm" });
    await until("the new event has come", () => text.includes("id: 4\n"));
    await host.stop();
    await reading;
    expect(text.match(/^id: \d+$/gm)).toEqual(["id: 2", "id: 3", "id: 4"]);
    const sent = text.match(/^data: .*$/gm)?.map((line) => JSON.parse(line.slice(6)).id);
    expect(sent).toEqual([12290, 12290, 12402]);
  });
});
