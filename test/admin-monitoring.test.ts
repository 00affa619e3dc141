import { describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { DAY } from "../src/protocol/time.ts";
import { startAdmin } from "./admin.ts";
import { until } from "./muster.ts";
import { makeRequest } from "./requests.ts";
import { post } from "./system.ts";

describe("GET /healthz", () => {
  type Health = { status: string; reasons?: string[] };
  const health = async ({ ask }: Awaited<ReturnType<typeof startAdmin>>): Promise<[number, Health]> => {
    const { status, body } = await ask<Health>("GET", "/healthz", undefined, {});
    return [status, body];
  };

  test("is 200 while all is well", async () => {
    expect(await health(await startAdmin())).toEqual([200, { status: "ok" }]);
  });

  test("is 503 when the licence is over", async () => {
    let now = Date.now();
    const system = await startAdmin({ clock: () => now });
    now += 800 * DAY;
    expect(await health(system)).toEqual([503, { status: "failing", reasons: ["LICENSE_EXPIRED"] }]);
  });

  test("is 503 when the licence is gone, once the host has seen that", async () => {
    const system = await startAdmin();
    rmSync(join(system.deployment.hostFolder, "host-licence.jws"));
    await system.host.reload();
    expect(await health(system)).toEqual([503, { status: "failing", reasons: ["HOST_NOT_ACTIVATED"] }]);
  });

  test("is 503 when the last publication failed", async () => {
    // Nothing answers at port 9 of this machine, so the update ends at once or in time.
    const publishing = { domains: ["corp.example"], target: "kms01.corp.example", server: "127.0.0.1:9" };
    const system = await startAdmin({ publishing, onTrouble: () => {} });
    await system.host.published;
    const [status, body] = await health(system);
    expect([status, body]).toEqual([
      503,
      { status: "failing", reasons: [expect.stringMatching(/^DNS_|^CONNECTION_/)] },
    ]);
    const shown = await system.ask("GET", "/v1/status");
    expect(shown.body).toMatchObject({ publishing: [{ domain: "corp.example", published: false }] });
    expect((await system.ask("GET", "/metrics")).text).toContain(
      'muster_dns_published{domain="corp.example"} 0',
    );
  });
});

describe("GET /metrics", () => {
  /** The samples of Prometheus' text format by name and labels. */
  const samplesOf = (text: string) =>
    Object.fromEntries(
      text
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
    );

  test("counts requests by what became of them, and shows counts, seats, licence and events", async () => {
    const { ask, enrol, url, product } = await startAdmin({ onTrouble: () => {} });
    await enrol(26);
    await post(url, "{");
    await post(url, makeRequest(product, { now: Date.now() - DAY }));
    await until("the events are measured", async () =>
      (await ask("GET", "/metrics")).text.includes('muster_events_total{id="12290"} 27'),
    );
    const { text, headers } = await ask("GET", "/metrics");
    expect(headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
    const samples = samplesOf(text);
    const application = `application="${product.application}",name="Muster Demo"`;
    expect(samples).toMatchObject({
      'muster_requests_total{name="OK",code="0x00000000"}': 2,
      'muster_requests_total{name="COUNT_INSUFFICIENT",code="0xC004F038"}': 24,
      'muster_requests_total{name="BAD_REQUEST",code="0x80070057"}': 1,
      'muster_requests_total{name="CLOCK_SKEW",code="0xC004F06C"}': 1,
      muster_batch_requests_sum: 27,
      muster_batch_requests_count: samples.muster_commit_duration_seconds_count ?? 0,
      [`muster_current_count{${application}}`]: 26,
      [`muster_unique_machines{${application}}`]: 26,
      muster_leases: 2,
      muster_license_valid: 1,
      muster_event_log_events: 27,
      'muster_events_total{id="12404"}': 0,
    });
    expect(samples).not.toHaveProperty("muster_seats");
    expect(samples.muster_license_days_left).toBeGreaterThan(300);
    for (const value of Object.values(samples)) expect(value).not.toBeNaN();
    for (const line of text.split("\n")) {
      expect(line).toMatch(/^$|^# (HELP|TYPE) [a-z_]+ .+$|^[a-z_]+(\{([a-z]+="[^"]*",?)+\})? [-+.e\d]+$/);
    }
  });

  test("knows a limit of seats when the licence has one", async () => {
    const { ask } = await startAdmin({ seats: 40 });
    expect(samplesOf((await ask("GET", "/metrics")).text).muster_seats).toBe(40);
  });

  test("counts event 12404 when more machines hold a lease than there are seats", async () => {
    const { ask, enrol } = await startAdmin({ seats: 1 });
    await enrol(27);
    await until("it is counted", async () =>
      (await ask("GET", "/metrics")).text.includes('muster_events_total{id="12404"} 1'),
    );
  });
});
