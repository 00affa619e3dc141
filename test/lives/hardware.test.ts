import { expect, test } from "bun:test";
import { days, hours, minutes } from "../../src/fleet/simulator/duration.ts";
import type { HardwareKind, SimulatedMachine } from "../../src/fleet/simulator/machine.ts";
import { simulate, type World } from "../../src/fleet/simulator/world.ts";
import { eventFields } from "../../src/protocol/events.ts";

/** What a new mainboard brings with it. */
const MAINBOARD: readonly HardwareKind[] = ["board_serial", "product_serial", "product_uuid", "mac"];

async function office(): Promise<{ world: World; pc: SimulatedMachine }> {
  const world = simulate({ policy: { required: 5 } });
  await world.host();
  const [pc] = world.fleet(5);
  if (pc === undefined) throw new Error("there are five machines");
  await world.run(days(30));
  return { world, pc };
}

test("a new mainboard in the office is a renewal, and nobody sees more of it", async () => {
  const { world, pc } = await office();
  await using _ = world;
  const before = pc.requests;
  await pc.replacesHardware(...MAINBOARD);
  expect(await pc.license()).toMatchObject({ status: 1, reason: undefined });
  expect(pc.requests - before).toBe(1);
  await world.run(days(30));
  expect(await pc.license()).toMatchObject({ status: 1, reason: undefined });
  expect(pc.events.filter(({ id }) => id === 12411)).toHaveLength(1);
});

test("a new mainboard far from the office gives 30 days, then Notification; one request heals it", async () => {
  const { world, pc } = await office();
  await using _ = world;
  pc.goesAway();
  await pc.replacesHardware(...MAINBOARD);
  expect(await pc.license()).toMatchObject({
    name: "Additional grace period",
    reason: "HARDWARE_CHANGED",
    code: "0xC004F00F",
    minutesLeft: 30 * 1440,
  });
  const [told] = pc.events.filter(({ id }) => id === 12411).map(({ info }) => eventFields(12411, info));
  expect(told).toMatchObject({
    code: "0xC004F00F",
    changed: "mac; board_serial; product_serial; product_uuid",
  });

  await world.run(days(31));
  expect(await pc.license()).toMatchObject({ name: "Notification", reason: "HARDWARE_CHANGED" });
  pc.comesBack();
  await world.run(hours(2.3));
  expect(await pc.license()).toMatchObject({ name: "Licensed", reason: undefined });
});

test.each<[string, HardwareKind[]]>([
  ["a network card", ["mac"]],
  ["a processor", ["cpu"]],
  ["a network card and a processor", ["mac", "cpu"]],
  ["three of seven things", ["mac", "cpu", "product_serial"]],
])("replacing %s raises no alarm", async (_, kinds) => {
  const { world, pc } = await office();
  await using __ = world;
  pc.goesAway();
  await pc.replacesHardware(...kinds);
  await world.run(days(60));
  expect(await pc.license()).toMatchObject({ status: 1, reason: undefined });
  expect(pc.events.filter(({ id }) => id === 12411)).toHaveLength(0);
});

test("parts that are replaced one after the other, with renewals in between, never add up to an alarm", async () => {
  const { world, pc } = await office();
  await using _ = world;
  for (const kind of [...MAINBOARD, "cpu", "sys_vendor"] as const) {
    await pc.replacesHardware(kind);
    await world.run(days(8));
    expect(await pc.license()).toMatchObject({ status: 1, reason: undefined });
  }
  expect(pc.events.filter(({ id }) => id === 12411)).toHaveLength(0);
});

test("a folder that is copied to another machine far away licenses it for no longer than a grace", async () => {
  const { world, pc } = await office();
  await using _ = world;
  const [copy] = world.fleet(1, { name: "copy", within: 0, snapshot: await pc.snapshot() });
  copy?.goesAway();
  await world.run(minutes(1));
  expect(await copy?.license()).toMatchObject({ status: 3, reason: "HARDWARE_CHANGED" });
  await world.run(days(30));
  expect(await copy?.license()).toMatchObject({ status: 5, reason: "HARDWARE_CHANGED" });
});
