import { expect, test } from "bun:test";
import fc from "fast-check";
import { days, hours, minutes } from "../../src/fleet/simulator/duration.ts";
import type { HostBackup } from "../../src/fleet/simulator/host.ts";
import { HARDWARE_KINDS, type SimulatedMachine, type Snapshot } from "../../src/fleet/simulator/machine.ts";
import { simulate, type World } from "../../src/fleet/simulator/world.ts";
import { findProduct, openCatalogue } from "../../src/protocol/catalogue.ts";
import { verifyLease } from "../../src/protocol/lease.ts";
import { Problem } from "../../src/protocol/problems.ts";

/** Whatever befalls a world: at a moment, to one of its machines or hosts, by so much. */
interface Fault {
  readonly kind: keyof typeof FAULTS;
  readonly day: number;
  readonly machine: number;
  readonly amount: number;
}

/** What a schedule remembers to put back later. */
interface Memory {
  readonly snapshots: Snapshot[];
  backup: HostBackup | undefined;
}

const REQUIRED = 4;
const MACHINES = 6;
const LENGTH = 50;
const MONTH = 30;
const WINDOW = 10;
/** Short, so that leases, graces and counts end within the schedule. */
const policy = {
  required: REQUIRED,
  lease: 20 * 1440,
  initialGrace: 10 * 1440,
  additionalGrace: 10 * 1440,
  countWindow: WINDOW * 1440,
};

type Happening = (world: World, machine: SimulatedMachine, amount: number, memory: Memory) => unknown;

/** Every fault of the simulator. `amount` is 0 to 30, days where it is a time. */
const FAULTS = {
  hostDown: ({ hosts }, _, amount) => hosts[0]?.isUp && hosts[0].goesDown(days(amount)),
  hostRebuilt: ({ hosts }) => hosts[0]?.rebuild(),
  hostBackedUp: async ({ hosts }, _, __, memory) => {
    memory.backup = await hosts[0]?.backUp();
  },
  hostRestored: ({ hosts }, _, __, { backup }) => backup && hosts[0]?.restore(backup),
  hostClock: ({ hosts }, _, amount) => hosts[0]?.setsClock(days(amount - 15)),
  hostClockRight: ({ hosts }) => hosts[0]?.setsClock(0),
  away: (_, machine, amount) => machine.goesAway(days(amount)),
  noNetwork: (_, machine, amount) => machine.losesNetwork(days(amount)),
  off: (_, machine, amount) => machine.switchesOff(days(amount)),
  lostAnswers: (_, machine, amount) => machine.losesItsAnswers(days(amount)),
  clock: (_, machine, amount) => machine.setsClock(days(amount - 15)),
  clockRight: (_, machine) => machine.setsClock(0),
  hardware: (_, machine, amount) => machine.replacesHardware(...HARDWARE_KINDS.slice(0, 1 + (amount % 7))),
  snapshot: async (_, machine, __, { snapshots }) => void snapshots.push(await machine.snapshot()),
  restored: (_, machine, amount, { snapshots }) => {
    const snapshot = snapshots[amount % Math.max(1, snapshots.length)];
    return snapshot && machine.restores(snapshot);
  },
  reimaged: (_, machine) => machine.isReimaged(),
  rearmed: (_, machine) => machine.rearms(),
} as const satisfies Record<string, Happening>;

const faults = fc.array(
  fc.record({
    kind: fc.constantFrom(...(Object.keys(FAULTS) as (keyof typeof FAULTS)[])),
    day: fc.integer({ min: 1, max: LENGTH }),
    machine: fc.nat(MACHINES - 1),
    amount: fc.nat(MONTH),
  }),
  { minLength: 1, maxLength: 30 },
);

/** Lives through a schedule, and looks at the world after each fault and at each noon. */
async function live(seed: number, schedule: readonly Fault[], look: (world: World) => Promise<void>) {
  await using world = simulate({ seed, policy });
  await world.host();
  const fleet = world.fleet(MACHINES);
  const memory: Memory = { snapshots: [], backup: undefined };
  for (const { kind, day, machine, amount } of schedule) {
    world.onDay(day, async () => {
      const befallen = fleet[machine];
      const deed: Happening = FAULTS[kind];
      if (befallen) await unlessRefused(() => deed(world, befallen, amount, memory));
      await look(world);
    });
  }
  for (let day = 0; day < LENGTH + 10; day++) world.onDay(day, () => look(world), 12);
  await world.run(days(LENGTH + 10));
  return {
    requests: fleet.map(({ peaks }) => peaks.requests),
    attempts: fleet.map(({ peaks }) => peaks.attempts),
  };
}

async function unlessRefused(deed: () => unknown): Promise<void> {
  try {
    await deed();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
}

test("whatever befalls them, no more machines are counted than CMIDs asked within the window, and no count is above them", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), faults, async (seed, schedule) => {
      await live(seed, schedule, async (world) => {
        for (const host of world.hosts) {
          const { count, unique } = await host.figures();
          const since = world.now() + host.clockOffset - days(WINDOW) - minutes(1);
          const seen = await host.store.events({ id: 12290, since });
          const cmids = new Set(seen.map(({ info }) => info.split(",")[3]));
          expect(unique).toBeLessThanOrEqual(cmids.size);
          expect(count).toBeLessThanOrEqual(unique);
          expect(count).toBeLessThanOrEqual(2 * REQUIRED);
        }
      });
    }),
    { numRuns: 8 },
  );
}, 180_000);

test("whatever befalls it, a machine whose lease is in force and whose hardware is that of the lease is Licensed", async () => {
  let licensed = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(), faults, async (seed, schedule) => {
      await live(seed, schedule, async ({ machines, vendor }) => {
        const catalogue = await openCatalogue(vendor.catalogue);
        for (const machine of machines) {
          const { id } = vendor.product(machine.product);
          const { state } = await machine.snapshot();
          const stored = state.products[id];
          if (stored?.grant === undefined || stored.hardwareChanged !== undefined) continue;
          expect(findProduct(catalogue, id)).toBeDefined();
          if (!("hostLicense" in stored.grant)) continue;
          const { cmid, lease: token, hostLicense } = stored.grant;
          const { lease } = await verifyLease(token, hostLicense, { cmid, product: id }, catalogue);
          const judged = Math.max(machine.now(), state.clock.signed ?? 0);
          expect((await machine.license()).licensed).toBe(judged < lease.expires);
          if (judged < lease.expires) licensed++;
        }
      });
    }),
    { numRuns: 4 },
  );
  expect(licensed).toBeGreaterThan(100);
}, 180_000);

test("whatever befalls it, no machine asks in a tight loop", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), faults, async (seed, schedule) => {
      const { requests, attempts } = await live(seed, schedule, async () => {});
      // Every two hours less a tenth makes 14 a day. Each fault may cost one more at once, and a boot or two after it.
      for (const most of [...requests, ...attempts])
        expect(most).toBeLessThanOrEqual(14 + 3 * schedule.length);
    }),
    { numRuns: 8 },
  );
}, 180_000);

test("whatever befell it, a week after the last trouble every machine of an office is licensed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), faults, async (seed, schedule) => {
      await using world = simulate({ seed, policy });
      const host = await world.host();
      const fleet = world.fleet(MACHINES);
      const memory: Memory = { snapshots: [], backup: undefined };
      for (const { kind, day, machine, amount } of schedule) {
        const deed: Happening = FAULTS[kind];
        const befallen = fleet[machine];
        if (befallen) world.onDay(day, () => unlessRefused(() => deed(world, befallen, amount, memory)));
      }
      await world.run(days(LENGTH + MONTH + 1));
      host.setsClock(0);
      for (const machine of fleet) machine.setsClock(0);
      await world.run(days(8) + hours(3));
      for (const machine of fleet) expect(await machine.status()).toBe("Licensed");
    }),
    { numRuns: 8 },
  );
}, 180_000);

test("the same seed and schedule give the same story, to the last event", async () => {
  const tellStory = async (seed: number, schedule: readonly Fault[]) => {
    const story: unknown[] = [];
    await live(seed, schedule, async (world) => {
      const { hosts, machines } = world;
      story.push(world.now(), await Promise.all(hosts.map((host) => host.figures())));
      const last = await Promise.all(hosts.map(async (host) => (await host.events()).at(-1)));
      // The vendor makes the activation id, the last field, anew for each world.
      story.push(last.map((event) => event?.info.split(",").slice(0, -1)));
      story.push(machines.map(({ requests }) => requests));
    });
    return story;
  };
  await fc.assert(
    fc.asyncProperty(fc.nat(), faults, async (seed, schedule) => {
      expect(await tellStory(seed, schedule)).toEqual(await tellStory(seed, schedule));
    }),
    { numRuns: 2 },
  );
}, 180_000);
