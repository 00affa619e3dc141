import { expect, test } from "bun:test";
import { days, hours, minutes } from "../../src/fleet/simulator/duration.ts";
import { simulate } from "../../src/fleet/simulator/world.ts";

test("a host that is rebuilt counts from 0, and nobody loses a lease while it does", async () => {
  await using world = simulate();
  const host = await world.host();
  const fleet = world.fleet(30);
  await world.run(days(30));
  await host.rebuild();
  expect(await host.figures()).toMatchObject({ unique: 0, count: 0, leased: 0 });
  for (let day = 1; day <= 14; day++) {
    await world.run(days(1));
    for (const pc of fleet) expect(await pc.status()).toBe("Licensed");
  }
  expect(await host.figures()).toMatchObject({ unique: 30, leased: 30 });
  for (const pc of fleet) expect(pc.peaks.requests).toBeLessThanOrEqual(14);
});

test("a host that is restored from an old backup takes everybody for who they are", async () => {
  await using world = simulate();
  const host = await world.host();
  const fleet = world.fleet(30);
  await world.run(days(10));
  const backup = await host.backUp();
  await world.run(days(60));
  await host.restore(backup);
  await world.run(days(10));
  expect(await host.events(12400)).toEqual([]);
  expect(await host.figures()).toMatchObject({ unique: 30, count: 30 });
  for (const pc of fleet) expect(await pc.status()).toBe("Licensed");
});

test("a host whose licence ends grants nothing, and its machines live on until their leases end", async () => {
  await using world = simulate({ policy: { required: 5 }, licenseDays: 90 });
  const host = await world.host();
  const fleet = world.fleet(5);
  host.renewsLicense = false;
  await world.run(days(91));
  const reports = (await host.events(12401)).map(({ info }) => info);
  expect(reports[0]).toStartWith("0x00000000, ");
  expect(reports.at(-1)).toStartWith("0x800B0101, ");
  await world.run(days(8));
  expect((await host.events(12290)).at(-1)?.info).toStartWith("0xC004F041");
  for (const pc of fleet) expect(await pc.status()).toBe("Licensed");
  await world.run(days(175));
  for (const pc of fleet) expect(await pc.status()).toBe("Additional grace period");
});

test("a host that renews its licence in time goes on for years", async () => {
  await using world = simulate({ policy: { required: 5 }, licenseDays: 90 });
  await world.host();
  const fleet = world.fleet(5);
  await world.run(days(800));
  for (const pc of fleet) expect(await pc.status()).toBe("Licensed");
  expect(world.samples.slice(1).every(({ byStatus }) => byStatus.get(1) === 5)).toBe(true);
});

test("of two hosts, whose counts are their own, one too small sends a machine on to the other", async () => {
  await using world = simulate();
  const [first, second] = [await world.host(), await world.host()];
  const fleet = world.fleet(30);
  await world.run(days(1));
  for (const pc of fleet) expect(await pc.status()).toBe("Licensed");
  // Every machine that was refused for the count was counted by both.
  expect((await first.figures()).unique + (await second.figures()).unique).toBeGreaterThan(30);
  await world.run(days(180));
  for (const { byStatus } of world.samples) expect(byStatus.get(1)).toBe(30);
});

test("one of two hosts dies, and nobody notices", async () => {
  await using world = simulate();
  const first = await world.host();
  await world.host();
  const fleet = world.fleet(60);
  await world.run(days(20));
  first.goesDown();
  await world.run(days(200));
  for (const pc of fleet) expect(await pc.status()).toBe("Licensed");
});

test("after a power cut everybody boots at once; those that are due ask once, and a week later they are spread", async () => {
  await using world = simulate();
  await world.host();
  const fleet = world.fleet(200);
  await world.run(days(30));
  for (const pc of fleet) pc.switchesOff(days(10));
  await world.run(days(10) + minutes(1));
  const storm = world.diary.days[40];
  expect(storm?.busiestMinute).toBe(200);
  await world.run(days(30));
  const after = world.diary.days.slice(55);
  expect(Math.max(...after.map(({ busiestMinute }) => busiestMinute))).toBeLessThan(20);
  for (const pc of fleet) expect(await pc.status()).toBe("Licensed");
});

test("a host whose clock is 5 hours wrong refuses everybody until it is right", async () => {
  await using world = simulate({ policy: { required: 5 } });
  const host = await world.host();
  const fleet = world.fleet(5);
  await world.run(days(1));
  host.setsClock(hours(5));
  await world.run(days(10));
  expect((await host.events(12290)).at(-1)?.info).toStartWith("0xC004F06C");
  for (const pc of fleet) expect(await pc.license()).toMatchObject({ status: 1, reason: undefined });
  host.setsClock(0);
  await world.run(hours(2.3));
  for (const pc of fleet) expect((await pc.license()).minutesLeft).toBeGreaterThan(179 * 1440);
});
