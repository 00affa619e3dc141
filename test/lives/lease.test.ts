import { expect, test } from "bun:test";
import { days, hours } from "../../src/fleet/simulator/duration.ts";
import { simulate } from "../../src/fleet/simulator/world.ts";
import { problemOf } from "../problems.ts";

test("a fleet is activated within hours, and renews every week for half a year", async () => {
  await using world = simulate();
  const host = await world.host();
  const fleet = world.fleet(30);
  await world.run(days(1));
  for (const pc of fleet) expect(await pc.status()).toBe("Licensed");

  await world.run(days(181));
  for (const pc of fleet) {
    expect(await pc.license()).toMatchObject({ status: 1, minutesLeft: expect.any(Number) });
    expect((await pc.license()).minutesLeft).toBeGreaterThan(171 * 1440);
  }
  expect(await host.figures()).toMatchObject({ count: 30, unique: 30, leased: 30 });
});

test("24 machines wait in their initial grace; the 25th activates at once, and the others at their next attempt", async () => {
  await using world = simulate();
  const host = await world.host();
  const fleet = world.fleet(24);
  await world.run(days(3));
  expect(await host.figures()).toMatchObject({ count: 24 });
  for (const pc of fleet) expect(await pc.status()).toBe("Initial grace period");

  const [last] = world.fleet(1, { name: "last", within: 0 });
  await world.run(hours(0));
  expect(await last?.status()).toBe("Licensed");
  await world.run(hours(2.3));
  for (const pc of fleet) expect(await pc.status()).toBe("Licensed");
});

test("one machine too few for ever is Notification after 30 days, and one more mends them all", async () => {
  await using world = simulate({ policy: { required: 5 } });
  await world.host();
  const fleet = world.fleet(4);
  await world.run(days(31));
  for (const pc of fleet)
    expect(await pc.license()).toMatchObject({ name: "Notification", reason: "GRACE_EXPIRED" });
  world.fleet(1, { name: "last" });
  await world.run(hours(4));
  for (const pc of fleet) expect(await pc.status()).toBe("Licensed");
});

test("servers need five, and clients of the same application count for them", async () => {
  await using world = simulate();
  await world.host();
  const servers = world.fleet(2, { name: "srv", product: "server" });
  const clients = world.fleet(3);
  await world.run(days(1));
  for (const server of servers) expect(await server.status()).toBe("Licensed");
  for (const pc of clients) expect(await pc.status()).toBe("Initial grace period");
});

test("a host that is down for months costs nobody anything until the leases end, and its return mends all", async () => {
  await using world = simulate({ policy: { required: 5 } });
  const host = await world.host();
  const fleet = world.fleet(6);
  await world.run(days(1));
  host.goesDown();

  await world.run(days(170));
  for (const pc of fleet) expect(await pc.status()).toBe("Licensed");
  await world.run(days(17));
  for (const pc of fleet) expect(await pc.status()).toBe("Additional grace period");
  await world.run(days(30));
  for (const pc of fleet)
    expect(await pc.license()).toMatchObject({ name: "Notification", reason: "GRACE_EXPIRED" });

  host.comesUp();
  await world.run(hours(2.3));
  expect(await host.figures()).toMatchObject({ count: 6 });
  // All ask within two hours; those that came before the fifth ask again within two more.
  await world.run(hours(2.3));
  for (const pc of fleet) expect(await pc.status()).toBe("Licensed");
});

test("while its host is down a machine tries every two hours, neither more often nor more seldom", async () => {
  await using world = simulate();
  const host = await world.host();
  const [pc] = world.fleet(25);
  await world.run(days(1));
  host.goesDown();
  await world.run(days(30));
  const { attempts, requests } = pc?.peaks ?? { attempts: 0, requests: 0 };
  expect(attempts).toBeGreaterThanOrEqual(12);
  expect(attempts).toBeLessThanOrEqual(14);
  expect(requests).toBeLessThanOrEqual(3);
});

test("rearming gives a new grace period only as often as the product allows", async () => {
  await using world = simulate({ policy: { rearms: 2 } });
  await world.host();
  const [pc] = world.fleet(1);
  if (pc === undefined) throw new Error("there is one machine");
  for (const left of [1, 0]) {
    await world.run(days(29));
    expect(await pc.status()).toBe("Initial grace period");
    expect(await pc.rearms()).toBe(left);
  }
  await world.run(days(29));
  expect((await problemOf(pc.rearms())).name).toBe("REARM_LIMIT");
  await world.run(days(2));
  expect(await pc.status()).toBe("Notification");
});
