import { expect, test } from "bun:test";
import { days, hours } from "../../src/fleet/simulator/duration.ts";
import { simulate } from "../../src/fleet/simulator/world.ts";

const MORNING = 8;

test("desktops that are made anew each morning count once a day each, as in KMS, and are gone after 30 days", async () => {
  await using world = simulate();
  const host = await world.host();
  const pool = world.fleet(10, { name: "vdi", virtual: true });
  for (let day = 1; day < 60; day++) world.onDay(day, () => forEach(pool, (pc) => pc.isReimaged()), MORNING);
  await world.run(days(2) + hours(MORNING + 3));
  expect(await host.figures()).toMatchObject({ unique: 30 });
  for (const pc of pool) expect(await pc.status()).toBe("Licensed");

  await world.run(days(50));
  // The mornings of 30 days: no more, however long it goes on.
  expect(await host.figures()).toMatchObject({ count: 50, unique: 300 });
  expect(world.diary.days[50]?.requests).toBe(10);
  await world.run(days(40));
  expect(await host.figures()).toMatchObject({ unique: 10 });
});

test("with the folder on a disk that is kept, each desktop counts once for good and asks once a week", async () => {
  await using world = simulate({ policy: { required: 10 } });
  const host = await world.host();
  const pool = world.fleet(10, { name: "vdi", virtual: true });
  for (let day = 1; day < 60; day++) {
    world.onDay(day, () => forEach(pool, async (pc) => pc.restores(await pc.snapshot())), MORNING);
  }
  await world.run(days(60));
  expect(await host.figures()).toMatchObject({ unique: 10, leased: 10 });
  expect(await host.events(12400)).toEqual([]);
  for (const pc of pool) expect(pc.requests).toBeLessThanOrEqual(14);
});

test("with the folder sealed into the image, the pool is one machine, and each morning tells so", async () => {
  await using world = simulate({ policy: { required: 5 } });
  const host = await world.host();
  const [golden] = world.fleet(1, { name: "golden" });
  await world.run(hours(3));
  const image = await golden?.snapshot();
  golden?.switchesOff();
  const pool = world.fleet(10, { name: "vdi", virtual: true, snapshot: image });
  for (let day = 1; day < 10; day++) {
    world.onDay(day, () => forEach(pool, async (pc) => image && pc.restores(image)), MORNING);
  }
  await world.run(days(10));
  expect(await host.figures()).toMatchObject({ unique: 1 });
  expect((await host.events(12400)).length).toBeGreaterThan(90);
  for (const pc of pool) expect(await pc.status()).toBe("Initial grace period");
});

test("every morning's CMID takes a seat for as long as its lease lasts, so that seats run out", async () => {
  await using world = simulate({ policy: { required: 5 }, seats: 50, overage: "deny" });
  const host = await world.host();
  const pool = world.fleet(10, { name: "vdi", virtual: true });
  for (let day = 1; day < 10; day++) world.onDay(day, () => forEach(pool, (pc) => pc.isReimaged()), MORNING);
  await world.run(days(9));
  expect(await host.figures()).toMatchObject({ leased: 50 });
  for (const pc of pool) expect(await pc.status()).toBe("Initial grace period");
  expect((await host.events(12290)).at(-1)?.info).toStartWith("0xC004C020");
});

test("the CMIDs of mornings long past are forgotten when they neither count nor hold a lease", async () => {
  await using world = simulate({ policy: { required: 5, lease: 40 * 1440 } });
  const host = await world.host();
  await host.configure("retention-days", "60");
  const pool = world.fleet(10, { name: "vdi", virtual: true });
  for (let day = 1; day < 30; day++) world.onDay(day, () => forEach(pool, (pc) => pc.isReimaged()), MORNING);
  const known = async () => (await host.store.machines(10_000)).length;
  await world.run(days(60));
  expect(await known()).toBe(300);
  await world.run(days(35));
  expect(await known()).toBe(10);
  expect(await host.figures()).toMatchObject({ unique: 10, leased: 10 });
  for (const pc of pool) expect(await pc.status()).toBe("Licensed");
});

async function forEach<T>(items: readonly T[], deed: (item: T) => unknown): Promise<void> {
  for (const item of items) await deed(item);
}
