import { expect, test } from "bun:test";
import { days, hours, minutes } from "../../src/fleet/simulator/duration.ts";
import type { SimulatedMachine } from "../../src/fleet/simulator/machine.ts";
import { simulate, type World } from "../../src/fleet/simulator/world.ts";
import { eventFields } from "../../src/protocol/events.ts";

async function office(): Promise<{ world: World; pc: SimulatedMachine }> {
  const world = simulate({ policy: { required: 5 } });
  await world.host();
  const [pc] = world.fleet(5);
  if (pc === undefined) throw new Error("there are five machines");
  await world.run(days(30));
  return { world, pc };
}

const setBackEvents = (pc: SimulatedMachine) =>
  pc.events.filter(({ id }) => id === 12410).map(({ info }) => eventFields(12410, info));

test("a clock that is set back is noticed at once, told by host and machine, and heals when it is set right", async () => {
  const { world, pc } = await office();
  await using _ = world;
  pc.setsClock(-days(60));
  await world.run(minutes(1));
  expect(await pc.license()).toMatchObject({
    status: 1,
    licensed: true,
    reason: "CLOCK_SKEW",
    code: "0xC004F06C",
  });
  expect((await pc.license()).message).toContain("set it right");
  expect(setBackEvents(pc)).toMatchObject([
    { code: "0xC004F06C", clientTime: expect.stringMatching(/^2025/) },
  ]);
  const refusals = (await world.hosts[0]?.events(12290))?.filter(({ info }) => info.startsWith("0xC004F06C"));
  expect(refusals).toHaveLength(1);

  await world.run(days(1));
  expect(setBackEvents(pc)).toHaveLength(1);
  pc.setsClock(0);
  await world.run(minutes(1));
  expect(await pc.license()).toMatchObject({ status: 1, reason: undefined });
});

test("turning the clock back each month wins no day: without its host a lease ends no later than signed", async () => {
  const { world, pc } = await office();
  await using _ = world;
  const { ends } = await pc.license();
  pc.losesNetwork();
  for (let month = 1; month <= 6; month++) {
    pc.setsClock(-days(30 * month + 60));
    await world.run(days(30));
    const { minutesLeft, reason } = await pc.license();
    expect(reason).toBe("CLOCK_SKEW");
    expect(minutesLeft).toBeLessThanOrEqual(180 * 1440);
    expect((await pc.license()).ends).toBe(ends);
  }
  pc.setsClock(0);
  await world.run(minutes(1));
  expect(await pc.status()).toBe("Additional grace period");
});

test("a clock that is years ahead ends the lease only until it is right again", async () => {
  const { world, pc } = await office();
  await using _ = world;
  pc.setsClock(days(3650));
  await world.run(days(3));
  expect(await pc.license()).toMatchObject({ name: "Notification", reason: "GRACE_EXPIRED" });
  pc.setsClock(0);
  await world.run(minutes(1));
  expect(await pc.license()).toMatchObject({ status: 1, reason: undefined });
  await world.run(days(30));
  expect(await pc.status()).toBe("Licensed");
  expect(pc.peaks.attempts).toBeLessThanOrEqual(14);
});

test("hosts and machines that were all years ahead, and are right again, mend each other", async () => {
  const { world } = await office();
  await using _ = world;
  const clocks = [...world.hosts, ...world.machines];
  for (const one of clocks) one.setsClock(days(200));
  await world.run(days(8));
  for (const one of clocks) one.setsClock(0);
  await world.run(minutes(1));
  for (const pc of world.machines) expect(await pc.license()).toMatchObject({ status: 1, reason: undefined });
  await world.run(days(30));
  for (const pc of world.machines) expect(await pc.license()).toMatchObject({ status: 1, reason: undefined });
});

test.each([
  ["3 hours ahead", 3],
  ["3 hours behind", -3],
])("a clock that is %s is tolerated for good", async (_, ahead) => {
  const { world, pc } = await office();
  await using __ = world;
  pc.setsClock(hours(ahead));
  await world.run(days(30));
  expect(await pc.license()).toMatchObject({ status: 1, reason: undefined });
  expect(pc.peaks.attempts).toBeLessThanOrEqual(3);
});

test("leases of an hour and a clock that is 3 hours ahead make no tight loop", async () => {
  await using world = simulate({ policy: { required: 1, lease: 60 } });
  await world.host();
  const [pc] = world.fleet(1);
  await world.run(hours(2));
  pc?.setsClock(hours(3));
  await world.run(days(2));
  expect(pc?.peaks.requests).toBeLessThanOrEqual(24 * 2.5);
});
