import { DAY, HOUR, MINUTE, type World } from "./world.ts";

/** What every deployment has, and what is no fault of it. To be put in before its time passes. */
export function addNoise(world: World): void {
  for (const [name, probability, add] of NOISE) {
    if (!world.random.chance(probability)) continue;
    add(world);
    world.noise.push(name);
  }
}

const NOISE: readonly (readonly [name: string, probability: number, add: (world: World) => void])[] = [
  ["a host restarts", 0.4, restartHost],
  ["clients restart", 0.5, restartClients],
  ["laptops are away", 0.6, goAway],
  ["machines are renamed", 0.3, rename],
  ["machines are rearmed", 0.3, rearm],
  ["clocks are off by less than is allowed", 0.4, setClocksOff],
  ["the first try fails now and then", 0.4, failFirst],
  ["DNS fails now and then", 0.3, failDns],
  ["the network comes late", 0.4, comeLate],
  ["the host cannot check whether it is genuine", 0.4, ticketNoise],
  ["clients are pinned to the right host", 0.2, pinSome],
];

function restartHost({ random, hosts, start, now }: World): void {
  for (const host of hosts) {
    const from = random.between(start / MINUTE, (now - 3 * DAY) / MINUTE) * MINUTE;
    const until = from + random.between(4, 50) * MINUTE;
    host.downtimes.push({ from, until });
    host.events.push(
      { time: until, id: 900, level: 4, data: ["TriggerStarted:6"] },
      { time: until + 3000, id: 902, level: 4, data: [host.build] },
      { time: until + 20_000, id: 12321, level: 3, data: ["HR=0xC004F011"] },
    );
    if (random.chance(0.6)) {
      host.events.push(
        { time: until + 6000, id: 12293, level: 2, data: ["0x8007232A", host.zone] },
        { time: until + random.between(5, 30) * MINUTE, id: 12294, level: 4, data: [host.zone] },
      );
    }
  }
}

function restartClients({ random, clients, start, now }: World): void {
  for (const client of clients) {
    if (!random.chance(0.3)) continue;
    const time = random.between(start / MINUTE, now / MINUTE) * MINUTE;
    client.absences.push({ from: time, until: time + 5 * MINUTE, isOff: true });
    client.events.push(
      { time, id: 903, level: 4, data: [] },
      { time: time + 4 * MINUTE, id: 900, level: 4, data: ["TriggerStarted:0"] },
    );
  }
}

function goAway({ random, clients, start, now }: World): void {
  for (const client of clients) {
    if (client.kind !== "laptop" || !random.chance(0.3)) continue;
    const from = random.between(Math.floor(start / DAY), Math.floor(now / DAY)) * DAY + 17 * HOUR;
    const days = random.pick([3, 3, 9, 16, 21]);
    // Who is at home with the machine switched on may not be there when evidence is taken: that would be a fault to find.
    const isOff = from + days * DAY > now - DAY || random.chance(0.5);
    client.absences.push({ from, until: from + days * DAY, isOff });
  }
}

function rename({ random, clients, start, now }: World): void {
  for (const client of random.shuffled(clients).slice(0, random.between(1, 2))) {
    const [bare = "", ...rest] = client.name.split(".");
    const time = random.between(start / MINUTE, (now - DAY) / MINUTE) * MINUTE;
    client.changes.push({ time, name: [`${bare}x`, ...rest].join(".") });
  }
}

function rearm({ random, clients, start, now }: World): void {
  for (const client of random.shuffled(clients).slice(0, random.between(1, 2))) {
    const time = random.between(start / MINUTE, (now - DAY) / MINUTE) * MINUTE;
    client.changes.push({ time, cmid: random.uuid() });
  }
}

function setClocksOff({ random, clients }: World): void {
  for (const client of clients) {
    if (random.chance(0.05)) client.ahead = random.pick([-HOUR, HOUR, -2 * HOUR, 3 * HOUR, -17 * MINUTE]);
  }
}

function failFirst(world: World): void {
  const { reach } = world.rules;
  world.rules = {
    ...world.rules,
    reach: (client, host, time) =>
      reach(client, host, time) ||
      (time < world.now - DAY && world.random.chance(0.04) ? world.random.pick([0x800706ba, 0xc0020017]) : 0),
  };
}

function failDns(world: World): void {
  const { discover } = world.rules;
  world.rules = {
    ...world.rules,
    discover: (client, time) =>
      time < world.now - DAY && world.random.chance(0.03)
        ? world.random.pick([0x8007232a, 0x8007232b, 0x8007267c])
        : discover(client, time),
  };
}

/** The service wakes before the network does: 8198, and a success a minute later. */
function comeLate({ random, clients }: World): void {
  for (const client of clients) {
    if (random.chance(0.4))
      client.lateCode = random.pick(["0x8007232B", "0x8007007B", "0x8007267C", "0xC004F074"]);
  }
}

function ticketNoise({ random, hosts, start, now }: World): void {
  for (const host of hosts) {
    for (let time = start; time < now; time += random.between(1, 7) * DAY) {
      host.events.push(
        { time, id: 8200, level: 2, data: ["hr=0x80072EE7"] },
        {
          time: time + 300,
          id: 8208,
          level: 2,
          data: ["hr=0x80072EE7", "{99d92734-d682-4d71-983e-d6ec3f16059f}"],
        },
      );
    }
  }
}

function pinSome({ random, clients }: World): void {
  for (const client of clients) {
    const host = client.licences[0]?.cached;
    if (host !== undefined && random.chance(0.1)) client.pin = random.pick([host.name, `${host.name}:1688`]);
  }
}
