import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { drawBars, waitBars } from "../src/fleet/storm/histogram.ts";
import { type Play, playStorm } from "../src/fleet/storm/play.ts";
import { TimeLapse } from "../src/fleet/storm/time-lapse.ts";
import { busy } from "../src/host/host.ts";
import { listen } from "../src/host/http.ts";
import { makeFolder } from "./folders.ts";
import { startPostgres } from "./postgres.ts";
import { makeRequest } from "./requests.ts";
import { post, startSystem } from "./system.ts";

setDefaultTimeout(120_000);

const MACHINES = 1000;
const storm: Pick<Play, "number" | "startWithin" | "speed" | "late"> = {
  number: MACHINES,
  startWithin: 3000,
  // The half hour in which the retries come passes in three seconds.
  speed: 500,
  late: { silent: 1000, refusing: 1500 },
};

/** What holds whatever the machine that runs it is like: nobody is left out, forgotten, or sent away for long. */
function expectNobodyLost({ storm, leased }: Awaited<ReturnType<typeof playStorm>>): void {
  expect(storm.activated).toBe(MACHINES);
  expect(leased).toBe(MACHINES);
  expect(storm.retries.length - 1).toBeLessThanOrEqual(2);
  expect(storm.retries.reduce((sum, machines) => sum + machines, 0)).toBe(MACHINES);
}

describe("after a power cut", () => {
  test("machines that are known renew with at most two retries at a host that comes up late", async () => {
    const report = await playStorm({ ...storm, folder: makeFolder(), hosts: 1, known: true });
    expectNobodyLost(report);
    // Those that started before the host tried again, once, at the interval of two hours.
    expect(report.storm.failures).toMatchObject({
      CONNECTION_REFUSED: expect.any(Number),
      STORE_UNAVAILABLE: expect.any(Number),
    });
    expect(report.storm.retries[1]).toBeGreaterThan(0);
    expect(Math.max(...report.storm.waits)).toBeGreaterThan(108 * 60_000);
  });

  test("machines that are new are activated with at most two retries by two hosts whose database comes up late", async () => {
    const server = await startPostgres();
    const url = await server.makeDatabase();
    const database = { url, kill: server.kill, start: server.start };
    const report = await playStorm({ ...storm, folder: makeFolder(), hosts: 2, database, known: false });
    await server.stop();
    expectNobodyLost(report);
    expect(report.storm.failures).toHaveProperty("CONNECTION_REFUSED");
  });
});

test("a host that has too much to do says so at once, before it reads the request, and when to come back", async () => {
  const { deployment } = await startSystem();
  const [product] = deployment.products;
  if (product === undefined) throw new Error("a deployment has products");
  let asked = 0;
  const host = {
    admit() {
      throw busy();
    },
    activate: () => Promise.reject(new Error(`asked ${++asked} times`)),
    idle: async () => {},
  };
  const refused: string[] = [];
  const listener = listen(host, { address: "127.0.0.1", port: 0 }, ({ name }) => refused.push(name));
  const answer = await post(listener.url, makeRequest(product, { now: Date.now() }));
  await listener.stop();
  expect(answer).toMatchObject({ status: 503, body: { name: "HOST_BUSY", code: "0x800700AA" } });
  expect(answer.headers.get("retry-after")).toBe("60");
  expect([asked, refused]).toEqual([0, ["HOST_BUSY"]]);
});

test("a time-lapse clock runs as clocks do, then faster, and leaps only then", () => {
  const clock = new TimeLapse(10);
  clock.leap(1000, 9000);
  expect(clock.at(1000)).toBe(1000);
  clock.hurry(2000);
  clock.hurry(3000);
  expect([clock.at(2000), clock.at(3000)]).toEqual([2000, 12_000]);
  clock.leap(3000, 50_000);
  clock.leap(3000, 20_000);
  expect([clock.at(3000), clock.at(3100)]).toEqual([50_000, 51_000]);
});

test("waits are drawn as bars, of which none that is there disappears", () => {
  const bars = waitBars([10, 20, 30, 600, 110 * 60_000]);
  expect(bars.map(({ number }) => number)).toEqual([3, 0, 1, 0, 0, 0, 1]);
  expect(drawBars(bars, 3).split("\n")[0]).toBe("   under 0.1 s  3  ███");
  expect(
    drawBars(
      [
        { label: "many", number: 100_000 },
        { label: "one", number: 1 },
      ],
      10,
    ),
  ).toBe("many  100,000  ██████████\n one        1  ▏");
});
