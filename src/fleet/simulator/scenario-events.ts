import { Problem } from "../../protocol/problems.ts";
import { days, hours } from "./duration.ts";
import type { HostBackup, SimulatedHost } from "./host.ts";
import type { SimulatedMachine, Snapshot } from "./machine.ts";
import type { ScenarioEvent } from "./scenario-file.ts";
import type { World } from "./world.ts";

/** Who plays in a scenario file: its groups of machines by name, and what was put aside of them. */
export class Cast {
  readonly world: World;
  readonly snapshots = new Map<SimulatedMachine, Snapshot>();
  readonly backups = new Map<SimulatedHost, HostBackup>();
  private readonly groups = new Map<string, readonly SimulatedMachine[]>();

  constructor(world: World) {
    this.world = world;
  }

  add(name: string, machines: readonly SimulatedMachine[]): void {
    this.groups.set(name, machines);
  }

  /** A group, one machine, or all; only the first so many of them. */
  machines(name: string, first = Number.POSITIVE_INFINITY): readonly SimulatedMachine[] {
    const group = this.groups.get(name);
    const all = this.world.machines;
    return (name === "all" ? all : (group ?? all.filter((one) => one.name === name))).slice(0, first);
  }

  /** The host of this name; without a name, the first. */
  host(name: string | undefined): SimulatedHost | undefined {
    return name === undefined ? this.world.hosts[0] : this.world.hosts.find((host) => host.name === name);
  }
}

/** Lets an event of a scenario file happen now, and tells of it. A refusal, such as REARM_LIMIT, is told too. */
export async function befall(cast: Cast, event: ScenarioEvent): Promise<void> {
  if ("machines" in event) return befallMachines(cast, event);
  const host = cast.host(event.host);
  if (host === undefined) return;
  switch (event.what) {
    case "host-down":
      return host.goesDown(days(event.days));
    case "host-rebuilt":
      return host.rebuild();
    case "host-backed-up":
      cast.backups.set(host, await host.backUp());
      return cast.world.tell(`${host.name} is backed up`);
    case "host-restored": {
      const backup = cast.backups.get(host);
      return backup === undefined ? cast.world.tell(`${host.name} has no backup`) : host.restore(backup);
    }
    case "host-clock":
      host.setsClock(hours(event.hours));
      return cast.world.tell(`the clock of ${host.name} is set ${offset(event.hours)}`);
    case "duplicates":
      await host.configure("duplicates", event.policy);
      return cast.world.tell(`${host.name} is told to ${event.policy} duplicates`);
  }
}

type MachinesEvent = Extract<ScenarioEvent, { machines: string }>;

async function befallMachines(cast: Cast, event: MachinesEvent): Promise<void> {
  const machines = cast.machines(event.machines, event.first);
  let refused = 0;
  for (const machine of machines) {
    try {
      await befallMachine(cast, event, machine);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      refused++;
    }
    if (event.what === "cloned") break;
  }
  const who = event.first === undefined ? event.machines : `${machines.length} of ${event.machines}`;
  cast.world.tell(`${who}: ${describe(event)}${refused === 0 ? "" : `; ${refused} are refused`}`);
}

async function befallMachine(cast: Cast, event: MachinesEvent, machine: SimulatedMachine): Promise<void> {
  switch (event.what) {
    case "away":
      return machine.goesAway(days(event.days));
    case "no-network":
      return machine.losesNetwork(days(event.days));
    case "off":
      return machine.switchesOff(days(event.days));
    case "answers-lost":
      return machine.losesItsAnswers(days(event.days));
    case "clock":
      return machine.setsClock(hours(event.hours));
    case "hardware":
      return machine.replacesHardware(...event.parts);
    case "snapshot":
      return void cast.snapshots.set(machine, await machine.snapshot());
    case "restored": {
      const snapshot = cast.snapshots.get(machine);
      return snapshot && machine.restores(snapshot);
    }
    case "reimaged":
      return machine.isReimaged();
    case "rearmed":
      return void (await machine.rearms());
    case "cloned": {
      const { name, number } = event;
      return cast.add(name, cast.world.fleet(number, { name, snapshot: await machine.snapshot() }));
    }
  }
}

function describe(event: MachinesEvent): string {
  switch (event.what) {
    case "away":
      return `away for ${event.days} days`;
    case "no-network":
      return `without network for ${event.days} days`;
    case "off":
      return `switched off for ${event.days} days`;
    case "answers-lost":
      return `answers get lost for ${event.days} days`;
    case "clock":
      return `clock set ${offset(event.hours)}`;
    case "hardware":
      return `${event.parts.join(", ")} replaced`;
    case "snapshot":
      return "snapshot taken";
    case "restored":
      return "back at the snapshot";
    case "reimaged":
      return "set up anew";
    case "rearmed":
      return "rearmed";
    case "cloned":
      return `cloned ${event.number} times, as ${event.name}`;
  }
}

function offset(ahead: number): string {
  return ahead === 0 ? "right" : `${Math.abs(ahead)} hours ${ahead > 0 ? "forward" : "back"}`;
}
