import { expect, test } from "bun:test";
import { openHostStore } from "../src/host/folder-store.ts";
import { markHandedOver, takeBack } from "../src/host/moving/hand-over.ts";
import { startAdmin } from "./admin.ts";
import { muster, until } from "./muster.ts";
import { makeRequest } from "./requests.ts";
import { post } from "./system.ts";

test("a host that was handed over and still runs says so wherever it is asked, until it is taken back", async () => {
  const { ask, deployment, product, url } = await startAdmin();
  const told = async () => {
    const { status, body } = await ask<{ reasons?: string[] }>("GET", "/healthz", undefined, {});
    const { handedOver } = (await ask<{ handedOver: unknown }>("GET", "/v1/status")).body;
    const { text } = await ask("GET", "/metrics");
    return { status, reasons: body.reasons, handedOver, meter: /^muster_handed_over (\d)/m.exec(text)?.[1] };
  };
  const serving = { status: 200, reasons: undefined, handedOver: null, meter: "0" };
  expect(await told()).toEqual(serving);

  const time = Date.UTC(2026, 5, 1, 12);
  const store = await openHostStore(deployment.hostFolder);
  try {
    await markHandedOver(store, "ada", time);
    expect(await told()).toEqual({
      status: 503,
      reasons: ["HANDED_OVER"],
      handedOver: { time: new Date(time).toISOString(), by: "ada" },
      meter: "1",
    });
    const request = makeRequest(product, { now: Date.now(), name: "pc1" });
    await until("clients are refused", async () => (await post(url, request)).status === 503);
    const { body, headers } = await post(url, request);
    expect([body.name, body.code, headers.get("retry-after")]).toEqual(["HANDED_OVER", "0x80071397", "60"]);

    const [text, json] = await Promise.all([
      muster("host", "status", "--data", deployment.hostFolder),
      muster("host", "status", "--json", "--data", deployment.hostFolder),
    ]);
    expect([text.exit, json.exit]).toEqual([1, 1]);
    expect(text.out).toContain("on 2026-06-01 12:00 UTC by ada; clients get nothing here.");
    expect(JSON.parse(json.out)).toMatchObject({ handedOver: { time: new Date(time).toISOString() } });

    await takeBack(store, "ada", Date.now());
    expect(await told()).toEqual(serving);
  } finally {
    await store.close();
  }
}, 60_000);
