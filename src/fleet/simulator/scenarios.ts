import { days, hours } from "./duration.ts";
import type { SimulatedMachine } from "./machine.ts";
import type { Scenario } from "./scenario.ts";
import type { World } from "./world.ts";

/** The stories that are shipped. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "fleet",
    summary: "200 machines are activated and renew every week for half a year.",
    days: 180,
    async play(world) {
      await world.host();
      world.fleet(200, { within: days(1) });
      world.tell("200 machines are switched on for the first time");
    },
  },
  {
    name: "threshold",
    summary: "24 machines wait for the 25th, some beyond their grace, and all are activated by it.",
    days: 56,
    async play(world) {
      await world.host();
      world.fleet(24);
      world.onDay(40, () => {
        world.fleet(1, { name: "last" });
        world.tell("the 25th machine is switched on");
      });
    },
  },
  {
    name: "laptops",
    summary: "20 of 60 machines are away for 200 days: leases end, and one request heals each.",
    days: 224,
    async play(world) {
      await world.host();
      world.fleet(40);
      const laptops = world.fleet(20, { name: "laptop" });
      world.onDay(7, () => {
        for (const laptop of laptops) laptop.goesAway(days(200));
        world.tell("20 laptops leave the office");
      });
      world.onDay(207, () => world.tell("the laptops are back"));
    },
  },
  {
    name: "host-down",
    summary: "The only host is down for 220 days: leases end, then graces, and its return mends all.",
    days: 252,
    async play(world) {
      const host = await world.host();
      world.fleet(30);
      world.onDay(14, () => host.goesDown(days(220)));
    },
  },
  {
    name: "host-rebuilt",
    summary: "The host is set up anew and counts from 0; nobody loses a lease while it does.",
    days: 56,
    async play(world) {
      const host = await world.host();
      world.fleet(60);
      world.onDay(21, () => host.rebuild());
    },
  },
  {
    name: "old-backup",
    summary:
      "The host is restored from a backup that is two months old; it takes everybody for who they are.",
    days: 112,
    async play(world) {
      const host = await world.host();
      world.fleet(60);
      world.onDay(14, async () => {
        const backup = await host.backUp();
        world.tell("the host is backed up");
        world.onDay(75, () => host.restore(backup));
      });
    },
  },
  {
    name: "licence-ends",
    summary:
      "Nobody renews the host licence: renewals are refused, and the machines live on until their leases end.",
    days: 196,
    world: { licenseDays: 60 },
    async play(world) {
      const host = await world.host();
      host.renewsLicense = false;
      world.fleet(40);
      world.onDay(60, () => world.tell("the host licence ends"));
    },
  },
  {
    name: "two-hosts",
    summary:
      "Two hosts split the count of 40 machines; one too small sends a machine on to the other, and one dies.",
    days: 112,
    async play(world) {
      const first = await world.host();
      await world.host();
      world.fleet(40);
      world.onDay(60, () => first.goesDown());
    },
  },
  {
    name: "power-cut",
    summary: "Storm after a power cut: 500 machines boot in the same minute, and spread again by themselves.",
    days: 70,
    async play(world) {
      await world.host();
      const fleet = world.fleet(500, { within: days(1) });
      world.onDay(28, () => {
        for (const pc of fleet) pc.switchesOff(days(8));
        world.tell("the power fails");
      });
      world.onDay(36, () => world.tell("the power is back"));
    },
  },
  {
    name: "classroom",
    summary: "A cloned classroom: 30 machines share one CMID and count as one, until each is rearmed.",
    days: 28,
    async play(world) {
      await world.host();
      const [golden] = world.fleet(1, { name: "golden" });
      world.onDay(1, async () => {
        const room = world.fleet(30, { name: "room", snapshot: await golden?.snapshot() });
        world.tell("30 machines are cloned from one that had asked already");
        world.onDay(14, async () => {
          for (const pc of room) await pc.rearms();
          world.tell("the 30 machines are rearmed");
        });
      });
      world.onDay(1, () => golden?.switchesOff());
    },
  },
  {
    name: "vdi",
    summary:
      "40 desktops are made anew each morning: each morning's CMIDs count for 30 days and hold a lease for 180.",
    days: 84,
    async play(world) {
      await world.host();
      const pool = world.fleet(40, { name: "vdi", virtual: true });
      world.tell("from now on 40 desktops are made anew each morning, with empty folders");
      eachMorning(world, 1, 56, pool, (pc) => pc.isReimaged());
      world.onDay(56, () => world.tell("the desktops are kept from now on"));
    },
  },
  {
    name: "vdi-kept",
    summary:
      "40 desktops are made anew each morning and keep their folder on another disk: they count as 40.",
    days: 84,
    async play(world) {
      await world.host();
      const pool = world.fleet(40, { name: "vdi", virtual: true });
      eachMorning(world, 1, 84, pool, async (pc) => pc.restores(await pc.snapshot()));
    },
  },
  {
    name: "seats",
    summary:
      "60 machines share 50 seats that may not be exceeded: ten wait, and ten set up anew make more wait.",
    days: 56,
    world: { seats: 50, overage: "deny" },
    async play(world) {
      await world.host();
      const fleet = world.fleet(60, { within: days(1) });
      world.onDay(21, async () => {
        world.tell("ten machines are set up anew");
        for (const pc of fleet.slice(0, 10)) await pc.isReimaged();
      });
    },
  },
  {
    name: "clocks",
    summary:
      "Clocks go wrong by years, forward and back; nothing is won by it, and all heal when they are right.",
    days: 84,
    async play(world) {
      await world.host();
      const fleet = world.fleet(40);
      const set = (machines: readonly SimulatedMachine[], ahead: number) => {
        for (const pc of machines) pc.setsClock(ahead);
      };
      world.onDay(14, () => {
        set(fleet.slice(0, 10), -days(365));
        set(fleet.slice(10, 20), days(365));
        world.tell("ten clocks are set back by a year, ten others are set forward");
      });
      world.onDay(49, () => {
        set(fleet, 0);
        world.tell("all clocks are right again");
      });
    },
  },
  {
    name: "hardware",
    summary: "Ten machines get new mainboards: in the office nobody notices, far from it 30 days remain.",
    days: 112,
    async play(world) {
      await world.host();
      const fleet = world.fleet(30);
      world.onDay(14, async () => {
        for (const pc of fleet.slice(5, 10)) pc.goesAway(days(70));
        const mainboard = ["board_serial", "product_serial", "product_uuid", "mac"] as const;
        for (const pc of fleet.slice(0, 10)) await pc.replacesHardware(...mainboard);
        world.tell("five machines in the office and five far from it get new mainboards");
      });
      world.onDay(84, () => world.tell("the five are back"));
    },
  },
];

const MORNING = hours(8);

function eachMorning(
  world: World,
  from: number,
  until: number,
  pool: readonly SimulatedMachine[],
  deed: (pc: SimulatedMachine) => Promise<unknown>,
): void {
  for (let day = from; day < until; day++) {
    world.after(days(day) + MORNING, async () => {
      for (const pc of pool) await deed(pc);
    });
  }
}
