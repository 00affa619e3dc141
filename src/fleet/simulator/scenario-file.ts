import { existsSync } from "node:fs";
import { basename, extname } from "node:path";
import { parse } from "smol-toml";
import * as z from "zod";
import { problem } from "../../protocol/problems.ts";
import { readBounded } from "../../vendor/files.ts";
import { hours } from "./duration.ts";
import { HARDWARE_KINDS } from "./machine.ts";
import type { Scenario } from "./scenario.ts";
import { befall, Cast } from "./scenario-events.ts";

const LONGEST = 3650;
const MOST_MACHINES = 5000;
const LARGEST = 1 << 20;

const name = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,31}$/, "must be letters, digits and hyphens");
const day = z.int().min(0).max(LONGEST);
const count = z.int().min(1);
const when = {
  day,
  hour: z.int().min(0).max(23).default(0),
  /** Again after so many days, until the day named by `until` or the end. */
  every: count.max(LONGEST).optional(),
  until: day.optional(),
};
const onHost = { ...when, host: name.optional() };
const onMachines = {
  ...when,
  /** A group, one machine of it (`laptop-003`), or `all`. */
  machines: z.string().min(1).max(64),
  /** Only the first so many of the group. */
  first: count.optional(),
};
const lasting = { days: z.number().positive().max(LONGEST) };
const clock = {
  hours: z
    .number()
    .min(-24 * LONGEST)
    .max(24 * LONGEST),
};

const EVENT = z.discriminatedUnion("what", [
  z.strictObject({ what: z.literal("host-down"), ...onHost, ...lasting }),
  z.strictObject({ what: z.literal("host-rebuilt"), ...onHost }),
  z.strictObject({ what: z.literal("host-backed-up"), ...onHost }),
  z.strictObject({ what: z.literal("host-restored"), ...onHost }),
  z.strictObject({ what: z.literal("host-clock"), ...onHost, ...clock }),
  z.strictObject({ what: z.literal("duplicates"), ...onHost, policy: z.enum(["report", "rearm"]) }),
  z.strictObject({ what: z.literal("away"), ...onMachines, ...lasting }),
  z.strictObject({ what: z.literal("no-network"), ...onMachines, ...lasting }),
  z.strictObject({ what: z.literal("off"), ...onMachines, ...lasting }),
  z.strictObject({ what: z.literal("answers-lost"), ...onMachines, ...lasting }),
  z.strictObject({ what: z.literal("clock"), ...onMachines, ...clock }),
  z.strictObject({
    what: z.literal("hardware"),
    ...onMachines,
    parts: z
      .array(z.enum(HARDWARE_KINDS))
      .min(1)
      .default(["mac", "board_serial", "product_serial", "product_uuid"]),
  }),
  z.strictObject({ what: z.literal("snapshot"), ...onMachines }),
  z.strictObject({ what: z.literal("restored"), ...onMachines }),
  z.strictObject({ what: z.literal("reimaged"), ...onMachines }),
  z.strictObject({ what: z.literal("rearmed"), ...onMachines }),
  z.strictObject({ what: z.literal("cloned"), ...onMachines, name, number: count.max(MOST_MACHINES) }),
]);

/** What can befall machines and hosts in a scenario file. */
export const MACHINE_EVENTS = EVENT.options.filter((one) => "machines" in one.shape).map(whatOf);
export const HOST_EVENTS = EVENT.options.filter((one) => !("machines" in one.shape)).map(whatOf);

function whatOf({ shape }: (typeof EVENT.options)[number]): string {
  return shape.what.value;
}

const FILE = z.strictObject({
  name: z.string().min(1).max(64).optional(),
  summary: z.string().max(200).default("A scenario of one's own."),
  days: count.max(LONGEST).default(180),
  seed: z.int().min(0).optional(),
  hosts: count.max(20).default(1),
  seats: z.int().min(0).optional(),
  overage: z.enum(["allow", "deny"]).optional(),
  /** For how many days a host licence is valid, and whether hosts renew it. */
  "licence-days": count.max(LONGEST).default(365),
  "licence-renewed": z.boolean().default(true),
  /** What is to differ from the default policy, in minutes; its bounds are checked with the catalogue. */
  policy: z.record(z.string(), z.int()).default({}),
  machines: z
    .array(
      z.strictObject({
        name,
        number: count.max(MOST_MACHINES),
        product: z.enum(["client", "server"]).default("client"),
        virtual: z.boolean().default(false),
        day: day.default(0),
        /** They are switched on within so many hours. */
        within: z.number().min(0).max(720).default(1),
      }),
    )
    .min(1),
  events: z.array(EVENT).max(1000).default([]),
});

/** What befalls a world at one moment, as a scenario file says it. */
export type ScenarioEvent = z.infer<typeof EVENT>;

type ScenarioText = z.infer<typeof FILE>;

/** True for a path that `readScenarioFile` can read. */
export function isScenarioFile(path: string): boolean {
  return [".toml", ".json"].includes(extname(path).toLowerCase()) && existsSync(path);
}

/** A scenario from a TOML or JSON file. Throws BAD_INPUT naming what is wrong. */
export function readScenarioFile(path: string): Scenario {
  return readScenario(readBounded(path, LARGEST), path);
}

/** A scenario from the text of a TOML or JSON file; `path` says which of the two. Throws BAD_INPUT. */
export function readScenario(text: string, path: string): Scenario {
  const parsed = checkShape(parseText(text, path), path);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.length ? `${issue.path.join(".")}: ` : "";
    throw problem("BAD_INPUT", `The scenario ${path} cannot be used: ${place}${issue?.message}; correct it.`);
  }
  checkFile(parsed.data, path);
  return toScenario(parsed.data, path);
}

function checkShape(value: unknown, path: string): ReturnType<typeof FILE.safeParse> {
  try {
    return FILE.safeParse(value);
  } catch (cause) {
    // The checker itself stumbles over an object with a `length` in the place of a list.
    throw problem("BAD_INPUT", `The scenario ${path} cannot be used: a list in it is none; correct it.`, {
      cause,
    });
  }
}

function toScenario(file: ScenarioText, path: string): Scenario {
  const { seed, seats, overage, days, policy } = file;
  return {
    name: file.name ?? basename(path, extname(path)),
    summary: file.summary,
    days,
    world: {
      policy,
      licenseDays: file["licence-days"],
      ...(seed === undefined ? {} : { seed }),
      ...(seats === undefined ? {} : { seats }),
      ...(overage === undefined ? {} : { overage }),
    },
    async play(world) {
      const cast = new Cast(world);
      for (let number = 0; number < file.hosts; number++) {
        const host = await world.host();
        host.renewsLicense = file["licence-renewed"];
      }
      for (const { number, day: start, within, ...group } of file.machines) {
        world.onDay(start, () =>
          cast.add(group.name, world.fleet(number, { ...group, within: hours(within) })),
        );
      }
      for (const event of file.events) {
        const last = event.until ?? days;
        for (let at = event.day; at <= last; at += event.every ?? Number.POSITIVE_INFINITY)
          world.onDay(at, () => befall(cast, event), event.hour);
      }
    },
  };
}

/** What the shapes alone do not say: that names are there, and that the whole stays within bounds. */
function checkFile({ machines, events, hosts }: ScenarioText, path: string): void {
  const groups = [...machines, ...events.filter((event) => event.what === "cloned")].map((one) => one.name);
  const total = machines.reduce((sum, { number }) => sum + number, 0);
  const known = new Set([...groups, "all"]);
  const wrong =
    (total > MOST_MACHINES && `there are ${total} machines, and ${MOST_MACHINES} are the most`) ||
    (new Set(groups).size < groups.length && "two groups of machines have one name") ||
    events
      .map((event, at) => {
        if (
          "machines" in event &&
          !known.has(event.machines.replace(/-\d+$/, "")) &&
          !known.has(event.machines)
        )
          return `events.${at}: there are no machines ${event.machines}`;
        if ("host" in event && event.host !== undefined && !isHost(event.host, hosts))
          return `events.${at}: there is no host ${event.host}; they are called kms01 and so on`;
        return undefined;
      })
      .find((sentence) => sentence !== undefined);
  if (wrong) throw problem("BAD_INPUT", `The scenario ${path} cannot be used: ${wrong}; correct it.`);
}

function isHost(host: string, hosts: number): boolean {
  const number = Number(/^kms0(\d+)$/.exec(host)?.[1] ?? 0);
  return number >= 1 && number <= hosts;
}

function parseText(text: string, path: string): unknown {
  try {
    return extname(path).toLowerCase() === ".json" ? JSON.parse(text) : parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : "";
    throw problem("BAD_INPUT", `The scenario ${path} cannot be read: ${reason}; correct it.`, {
      cause: error,
    });
  }
}
