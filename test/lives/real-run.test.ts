import { expect, test } from "bun:test";
import { type Client, createClient, createMemoryStore, type MemoryStore } from "../../src/client/index.ts";
import { hours } from "../../src/fleet/simulator/duration.ts";
import { simulate } from "../../src/fleet/simulator/world.ts";
import { eventFields, type LoggedEvent } from "../../src/protocol/events.ts";
import { fingerprintOf } from "../requests.ts";
import { startSystem } from "../system.ts";

const MACHINES = 27;

/** What a machine was told, answer after answer, and what it makes of it. */
async function outcome(events: readonly LoggedEvent[], status: Client["status"]) {
  const told = events.map(({ id, info }) => {
    const {
      clientTime: _,
      host: __,
      cmid: ___,
      product: ____,
      minutesLeft,
      ...fields
    } = eventFields(id, info);
    return { id, ...fields, daysLeft: daysOf(Number(minutesLeft ?? 0)) };
  });
  const { name, minutesLeft } = await status();
  return { told, name, daysLeft: daysOf(minutesLeft) };
}

/** Days begun: the two runs take different times for the same, hours at most. */
const daysOf = (minutes: number) => Math.ceil(minutes / 1440);

/** The machines ask one after the other, by real sockets and the real clock; those that are refused ask once more. */
async function realRun() {
  const { deployment, host } = await startSystem();
  const [product] = deployment.products;
  const machines = await Promise.all(
    Array.from({ length: MACHINES }, async (_, at) => {
      const store: MemoryStore = createMemoryStore();
      const client = createClient({
        store,
        machine: { name: `pc-${at}`, fingerprint: fingerprintOf(`pc-${at}`), virtual: false },
        dns: {
          srv: async () => [{ name: "kms01", port: host.listener.port, priority: 0, weight: 0 }],
          addresses: async () => ["127.0.0.1"],
        },
        suffixes: ["corp.example"],
        timeout: 60_000,
      });
      await client.install(product?.setupKey ?? "", deployment.catalogue);
      return { store, client };
    }),
  );
  for (const { client } of machines) await client.activate();
  for (const { client } of machines) if (!(await client.status()).licensed) await client.activate();
  return Promise.all(machines.map(({ store, client }) => outcome(store.events, () => client.status())));
}

async function virtualRun() {
  await using world = simulate();
  await world.host();
  const fleet = world.fleet(MACHINES, { within: 0 });
  await world.run(hours(3));
  return Promise.all(fleet.map((pc) => outcome(pc.events, () => pc.license())));
}

test("a fleet on the virtual clock is told, answer by answer, what a fleet on sockets and the real clock is told", async () => {
  const real = await realRun();
  const told = (run: typeof real) =>
    run.map((one) => ({ ...one, told: one.told.filter(({ id }) => id === 12288 || id === 12289) }));
  expect(told(await virtualRun())).toEqual(told(real));
  expect(real.filter(({ told }) => told.length > 3)).toHaveLength(24);
});
