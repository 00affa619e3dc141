import { expect, test } from "bun:test";
import { days, hours, minutes } from "../../src/fleet/simulator/duration.ts";
import type { SimulatedHost } from "../../src/fleet/simulator/host.ts";
import type { SimulatedMachine } from "../../src/fleet/simulator/machine.ts";
import { simulate, type World } from "../../src/fleet/simulator/world.ts";
import { eventFields } from "../../src/protocol/events.ts";

async function office(): Promise<{ world: World; host: SimulatedHost; pc: SimulatedMachine }> {
  const world = simulate({ policy: { required: 5 } });
  const host = await world.host();
  const [pc] = world.fleet(5);
  if (pc === undefined) throw new Error("there are five machines");
  await world.run(days(1));
  return { world, host, pc };
}

const duplicates = async (host: SimulatedHost) =>
  (await host.events(12400)).map(({ info }) => eventFields(12400, info));

test("a machine that goes back to a snapshot is told of with one name twice, and goes on", async () => {
  const { world, host, pc } = await office();
  await using _ = world;
  const snapshot = await pc.snapshot();
  await world.run(days(30));
  await pc.restores(snapshot);
  const [told] = await duplicates(host);
  const [one, other] = (told?.names ?? "").split("; ");
  expect(one).toBe("pc-001.corp.example");
  expect(other).toBe(one);
  expect(new Set((told?.fingerprints ?? "").split("; ")).size).toBe(1);
  expect(await pc.status()).toBe("Licensed");

  await world.run(days(60));
  expect(await duplicates(host)).toHaveLength(1);
  expect(await host.figures()).toMatchObject({ unique: 5 });
  expect(pc.peaks.requests).toBeLessThanOrEqual(2);
});

test("going back by one renewal looks like a lost answer, and nothing is told", async () => {
  const { world, host, pc } = await office();
  await using _ = world;
  const snapshot = await pc.snapshot();
  await world.run(days(8));
  await pc.restores(snapshot);
  expect(await duplicates(host)).toEqual([]);
  expect(await pc.status()).toBe("Licensed");
});

test("a host that makes duplicates take a new CMID leaves a restored snapshot alone", async () => {
  const { world, host, pc } = await office();
  await using _ = world;
  await host.configure("duplicates", "rearm");
  const snapshot = await pc.snapshot();
  const { cmid } = snapshot.state;
  await world.run(days(30));
  await pc.restores(snapshot);
  expect(await duplicates(host)).toHaveLength(1);
  expect((await pc.snapshot()).state.cmid).toBe(cmid);
  await world.run(days(1));
  expect(await pc.status()).toBe("Licensed");
});

test("a snapshot from before the lease ended gives back no more than what the host gives now", async () => {
  const { world, host, pc } = await office();
  await using _ = world;
  const snapshot = await pc.snapshot();
  host.goesDown();
  await world.run(days(200));
  expect(await pc.status()).toBe("Additional grace period");
  await pc.restores(snapshot);
  expect(await pc.status()).toBe("Additional grace period");
});

test("a cloned classroom shares one CMID: the count stands still, and the host names who shares it", async () => {
  await using world = simulate();
  const host = await world.host();
  const [golden] = world.fleet(1, { name: "golden" });
  await world.run(hours(2));
  golden?.switchesOff();
  const room = world.fleet(29, { name: "room", snapshot: await golden?.snapshot() });
  await world.run(days(3));
  expect(await host.figures()).toMatchObject({ unique: 1, count: 1 });
  for (const pc of room) expect(await pc.status()).toBe("Initial grace period");
  const names = (await duplicates(host)).flatMap(({ names = "" }) => names.split("; "));
  // The golden machine is not among them: it never came back to ask with an old ticket.
  expect(new Set(names).size).toBe(29);

  for (const pc of room) await pc.rearms();
  await world.run(hours(5));
  // Their 29 new CMIDs, and for 30 days more the one they shared.
  expect(await host.figures()).toMatchObject({ unique: 30 });
  for (const pc of room) expect(await pc.status()).toBe("Licensed");
});

test("with duplicates told to take a new CMID, a cloned classroom mends itself in a day", async () => {
  await using world = simulate();
  const host = await world.host();
  await host.configure("duplicates", "rearm");
  const [golden] = world.fleet(1, { name: "golden" });
  await world.run(hours(2));
  golden?.switchesOff();
  const room = world.fleet(29, { name: "room", snapshot: await golden?.snapshot() });
  await world.run(days(1));
  for (const pc of room) expect(await pc.status()).toBe("Licensed");
  const cmids = await Promise.all(room.map(async (pc) => (await pc.snapshot()).state.cmid));
  expect(new Set(cmids).size).toBe(29);
  for (const pc of room) expect(pc.peaks.requests).toBeLessThanOrEqual(15);
});

test("a month of lost answers costs nothing: the host knows the machine by its last two tickets", async () => {
  const { world, host, pc } = await office();
  await using _ = world;
  pc.losesItsAnswers(days(30));
  await world.run(days(32));
  expect(await duplicates(host)).toEqual([]);
  expect(await host.figures()).toMatchObject({ unique: 5 });
  expect(await pc.license()).toMatchObject({ status: 1 });
  expect(pc.peaks.requests).toBeLessThanOrEqual(14);
});

test("a machine that is set up anew counts twice for 30 days, and once from then on", async () => {
  const { world, host, pc } = await office();
  await using _ = world;
  await pc.isReimaged();
  await world.run(minutes(1));
  expect(await host.figures()).toMatchObject({ unique: 6, leased: 6 });
  await world.run(days(30));
  expect(await host.figures()).toMatchObject({ unique: 5 });
});
