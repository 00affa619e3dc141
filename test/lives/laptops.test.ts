import { expect, test } from "bun:test";
import { days, hours } from "../../src/fleet/simulator/duration.ts";
import type { SimulatedMachine } from "../../src/fleet/simulator/machine.ts";
import { simulate, type World } from "../../src/fleet/simulator/world.ts";
import { eventFields } from "../../src/protocol/events.ts";

/** An office of five, and a laptop that belongs to it. */
async function office(): Promise<{ world: World; laptop: SimulatedMachine }> {
  const world = simulate({ policy: { required: 5 } });
  await world.host();
  world.fleet(5);
  const [laptop] = world.fleet(1, { name: "laptop" });
  if (laptop === undefined) throw new Error("there is a laptop");
  await world.run(days(1));
  return { world, laptop };
}

test("a laptop that is away for 200 days expires, is back, and one request heals it", async () => {
  const { world, laptop } = await office();
  await using _ = world;
  laptop.goesAway(days(200));
  await world.run(days(179));
  expect(await laptop.status()).toBe("Licensed");
  await world.run(days(8));
  expect(await laptop.status()).toBe("Additional grace period");
  await world.run(days(12));
  expect(await laptop.status()).toBe("Additional grace period");

  const before = laptop.requests;
  await world.run(days(2));
  expect(await laptop.status()).toBe("Licensed");
  expect(laptop.requests - before).toBe(1);
});

test("a laptop that is away for 300 days is in Notification, and heals all the same", async () => {
  const { world, laptop } = await office();
  await using _ = world;
  laptop.goesAway(days(300));
  await world.run(days(299));
  expect(await laptop.license()).toMatchObject({ name: "Notification", reason: "GRACE_EXPIRED" });
  await world.run(days(1) + hours(2.3));
  expect(await laptop.status()).toBe("Licensed");
});

test("away, a laptop looks for its host a dozen times a day, and each time its log says why it failed", async () => {
  const { world, laptop } = await office();
  await using _ = world;
  const before = laptop.requests;
  laptop.goesAway();
  await world.run(days(100));
  expect(laptop.peaks.attempts).toBeLessThanOrEqual(14);
  expect(laptop.requests - before).toBe(0);
  const [last] = laptop.events.filter(({ id }) => id === 12288).slice(-1);
  expect(eventFields(12288, last?.info ?? "").code).toBe("0x8007232B");
});

test("a laptop that was switched off for 200 days asks as soon as it boots in the office", async () => {
  const { world, laptop } = await office();
  await using _ = world;
  const before = laptop.requests;
  laptop.switchesOff(days(200));
  await world.run(days(200));
  expect(laptop.requests - before).toBe(1);
  expect(await laptop.status()).toBe("Licensed");
});

test("a laptop that counted no more counts again, and the office never noticed", async () => {
  const { world, laptop } = await office();
  await using _ = world;
  const [host] = world.hosts;
  laptop.goesAway(days(40));
  await world.run(days(39));
  expect(await host?.figures()).toMatchObject({ unique: 5, count: 5 });
  await world.run(days(2));
  expect(await host?.figures()).toMatchObject({ unique: 6, count: 6 });
});
