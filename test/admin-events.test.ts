import { describe, expect, test } from "bun:test";
import { DAY } from "../src/protocol/time.ts";
import { startAdmin } from "./admin.ts";
import { until } from "./muster.ts";

interface Events {
  readonly events: { readonly row: number; readonly id: number; readonly info: string }[];
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
