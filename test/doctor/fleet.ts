import type { Files } from "./evidence.ts";
import { type Wishes, worldOf } from "./fleet/build.ts";
import { filesOf, PARTS, type Part, someClients } from "./fleet/hand-over.ts";
import { live } from "./fleet/live.ts";
import { addNoise } from "./fleet/noise.ts";
import { DAY, type World, type WorldClient, type WorldHost } from "./fleet/world.ts";

/** A fleet that is well, as an administrator hands it over. */
export interface HealthyFleet {
  readonly files: Files;
  /** Whether the evidence suffices to say that it is well. */
  readonly suffices: boolean;
  /** What is in it, for messages of tests. */
  readonly about: string;
}

/** A healthy fleet: another one for each seed, with all the noise that deployments have. */
export function healthyFleet(seed: number, wishes: Wishes = {}): HealthyFleet {
  const world = worldOf(seed, wishes);
  addNoise(world);
  live(world);
  const { random } = world;
  const parts = new Set(PARTS.filter((part) => random.chance(LIKELIHOOD[part])));
  if (![..."host-dlv host-log client-dlv client-log".split(" ")].some((part) => parts.has(part as Part)))
    parts.add("client-dlv");
  const watched = someClients(random, world.clients.filter(isWell(world)), random.between(1, 3));
  const hosts = random.chance(0.8) ? world.hosts : world.hosts.slice(0, 1);
  const language = random.pick(["en", "en", "ja", "ja2", "xx"] as const);
  return {
    files: filesOf(world, { parts, clients: watched, hosts, language }),
    suffices:
      parts.has("client-dlv") ||
      // In a language that is not known, a host only tells that it is activated by its clients.
      (language !== "xx" && parts.has("host-dlv") && !parts.has("client-log") && hosts.some(isLarge)),
    about: `seed ${seed}: ${world.clients.length} clients, ${world.hosts.length} hosts, ${[...parts].join(" ")}; ${world.noise.join(", ")}; watched ${watched.map(({ name }) => name).join(" ")}`,
  };
}

const LIKELIHOOD: Readonly<Record<Part, number>> = {
  "host-dlv": 0.6,
  "host-log": 0.6,
  "host-application": 0.35,
  "client-dlv": 0.6,
  "client-log": 0.5,
  "client-ato": 0.2,
  srv: 0.5,
  address: 0.2,
  port: 0.3,
  ipconfig: 0.3,
  routes: 0.2,
  setupact: 0.1,
  clock: 0.15,
  mak: 0.1,
  ospp: 0.2,
  note: 0.2,
  copy: 0.15,
};

/** Of whom evidence is taken: who is activated, and has not been failing for longer than a renewal takes. */
function isWell({ now }: World) {
  return ({ licences }: WorldClient) =>
    licences.every(
      ({ status, lastSuccess, lastFailure }) =>
        status === 1 && (lastFailure === undefined || now - lastSuccess < 7.5 * DAY),
    );
}

function isLarge({ seen, largest }: WorldHost): boolean {
  return largest === 25 && (seen.get("Windows")?.size ?? 0) >= 60;
}
