import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { until } from "../muster.ts";
import type { Told } from "./clients.ts";
import { startDawdlers } from "./dawdlers.ts";
import { type BadNetwork, type Story, startBadNetwork } from "./network.ts";
import type { CableFaults, CableFigures } from "./switch.ts";
import { faultTable } from "./table.ts";

/** Real clients and hosts on bad cables. Whatever arrives late, twice or not at all, the count stays right. */

setDefaultTimeout(600_000);

const table = faultTable();

let network: BadNetwork;
let story: Story;

beforeAll(async () => {
  network = await startBadNetwork(7);
});
afterEach(() => story?.end());
afterAll(() => network?.remove());

const named = (prefix: string, machines: number) =>
  Array.from({ length: machines }, (_, at) => `${prefix}-${at}`);

type Weather = [what: string, faults: CableFaults, figure: keyof CableFigures];

const WEATHER: readonly Weather[] = [
  ["Packets lost: 1%", { loss: 1 }, "lost"],
  ["Packets late: 50 ± 20 ms", { delay: 50, jitter: 20 }, "delayed"],
  ["Packets overtaking: 25%", { delay: 30, jitter: 10, reorder: 25 }, "reordered"],
  ["Packets doubled: 50%", { duplicate: 50 }, "duplicated"],
  ["Packets damaged: 2%", { corrupt: 2 }, "corrupted"],
];
/** These take their time: what is lost is sent again after seconds. */
const STORMS: readonly Weather[] = [
  ["Packets lost: 10%", { loss: 10 }, "lost"],
  ["Packets lost: 30%", { loss: 30 }, "lost"],
  ["Packets late: 500 ± 200 ms", { delay: 500, jitter: 200 }, "delayed"],
  [
    "Packets lost, late, overtaking, doubled and damaged",
    { loss: 10, delay: 30, jitter: 20, reorder: 10, duplicate: 20, corrupt: 2 },
    "duplicated",
  ],
];
const isNight = process.env.FAULTS_KILLS !== undefined;
const MACHINES = isNight ? 60 : 10;

describe(`${MACHINES} clients and a host that many take, each counted once, with`, () => {
  test.each(isNight ? [...WEATHER, ...STORMS] : WEATHER)(
    "%s",
    async (fault, faults, figure) => {
      // Two seats fewer than machines, so that some are refused however often they ask.
      const seats = MACHINES - 2;
      story = await network.begin({ seats, overage: "deny" });
      await story.startHost(network.kms01);
      const figures = () => network.cables.figures();
      const before = await figures();
      // What DNS loses is asked for again after seconds; that is for the night.
      const servers = isNight ? ["kms01", "dns"] : ["kms01"];
      await network.cables.set(faults, ["office", "branch"], servers);
      await network.cables.set(faults, servers, ["office", "branch"]);
      const ask = async (order: { tries: number; timeout?: number }) => {
        const each = [
          story.activate(network.office, named("pc", MACHINES / 2), order),
          story.activate(network.branch, named("nb", MACHINES / 2), order),
        ];
        return (await Promise.all(each)).flat().filter(({ result }) => result.activated).length;
      };
      // Until luck had it that it happened to a packet.
      do {
        expect(
          await ask(isNight ? { tries: 40, timeout: 8000 } : { tries: 6, timeout: 4000 }),
        ).toBeLessThanOrEqual(seats);
      } while ((await figures())[figure] === before[figure]);
      const after = await figures();
      expect((await story.judge()).faults).toEqual([]);

      // Whoever was given a seat without learning of it has it still.
      await network.cables.mend();
      expect(await ask({ tries: 3 })).toBe(seats);
      const judged = await story.judge();
      expect(judged.faults).toEqual([]);
      table.add(fault, "SQLite", after[figure] - before[figure], judged);
    },
    600_000,
  );
});

const mended = (from: string, to: string) => network.cables.set({}, [from], [to]);
const codes = (told: readonly Pick<Told, "result">[]) => told.map(({ result }) => result.code);
const triesOf = (told: readonly Pick<Told, "result">[]) =>
  told.map(({ result }) => result.tries.map(({ host, name }) => `${host} ${name}`));
const KMS01 = "kms01.corp.example:1688";

test("an answer that never arrives leaves its machine counted once, with one seat, however often it asks", async () => {
  story = await network.begin({ seats: 6, overage: "deny" });
  await story.startHost(network.kms01);
  expect(codes(await story.activate(network.branch, named("nb", 5), { tries: 30 }))).toEqual(
    Array(5).fill("0x00000000"),
  );

  const before = await story.stored();

  // The host hears the office; the office hears nothing from the moment its connection stands.
  await network.cables.set({ largest: 200 }, ["kms01"], ["office"]);
  for (const _ of [1, 2]) {
    const told = await story.activate(network.office, ["pc-0"], { timeout: 1500 });
    expect(codes(told)).toEqual(["0xC004F074"]);
    expect(triesOf(told)).toEqual([[`${KMS01} CONNECTION_TIMED_OUT`]]);
  }
  // It takes the request, be it after the client has gone.
  await until("both requests are stored", async () => (await story.stored()).received >= before.received + 2);
  const { machines, received } = await story.stored();
  expect(machines.length).toBe(6);
  expect(received - before.received).toBe(2);
  expect(story.eventsOf("pc-0")).toEqual(Array(2).fill(`12288 0x8007274C ${KMS01}`));
  const { lastAttempt, nextAttempt } = story.stateOf("pc-0").products[story.product.product] ?? {};
  expect(lastAttempt?.name).toBe("NO_HOST_CONTACTED");
  expect(nextAttempt).toBeGreaterThan(Date.now() + 100 * 60_000);

  await mended("kms01", "office");
  const told = await story.activate(network.office, ["pc-0", "pc-1"]);
  expect(codes(told)).toEqual(["0x00000000", "0xC004F074"]);
  expect(triesOf(told)[1]).toEqual([`${KMS01} SEATS_EXHAUSTED`]);
  const judged = await story.judge();
  expect(judged.faults).toEqual([]);
  table.add("Answers that never arrive", "SQLite", 2, judged);
});

test("a cable that is pulled in the middle of it and put back costs the tries of that time, and no lease", async () => {
  story = await network.begin();
  await story.startHost(network.kms01);
  const names = named("pc", 8);
  await story.activate(network.office, names, { tries: 30 });
  const grants = () => names.map((name) => story.stateOf(name).products[story.product.product]?.grant);
  expect(grants()).not.toContain(undefined);

  const pulls = [0, 15, 30, 50];
  for (const [at, pause] of pulls.entries()) {
    const before = grants();
    const asked = story.activate(network.office, [...names, `new-${at}`], { timeout: 700 });
    await Bun.sleep(pause);
    await network.cables.set({ loss: 100 }, ["office"], ["kms01"]);
    for (const { name, result } of await asked) {
      if (!result.activated) expect(triesOf([{ result }])).toEqual([[`${KMS01} CONNECTION_TIMED_OUT`]]);
      // What a program is told of its licence does not change by that.
      const had = before[names.indexOf(name)];
      const has = story.stateOf(name).products[story.product.product]?.grant;
      if (!result.activated) expect(has).toEqual(had);
    }
    await mended("office", "kms01");
  }
  const all = [...names, ...pulls.map((_, at) => `new-${at}`)];
  expect(codes(await story.activate(network.office, all))).toEqual(Array(all.length).fill("0x00000000"));
  const judged = await story.judge();
  expect(judged.faults).toEqual([]);
  table.add("Cable pulled and put back", "SQLite", pulls.length, judged);
});

test("a way that loses large packets without a word is told as a host that does not answer", async () => {
  story = await network.begin();
  await story.startHost(network.kms01);
  await network.cables.set({ largest: 300 }, ["office"], ["kms01"]);
  const [told] = await story.activate(network.office, ["pc-0"], { timeout: 1000 });
  expect(told && triesOf([told])).toEqual([[`${KMS01} CONNECTION_TIMED_OUT`]]);
  expect((await story.stored()).machines).toEqual([]);
  await mended("office", "kms01");
  await story.activate(network.office, named("pc", 5), { tries: 30 });
  const judged = await story.judge();
  expect(judged.faults).toEqual([]);
  table.add("Large packets lost without a word", "SQLite", 1, judged);
});

test("hundreds of clients that never finish a request hold up none of the others", async () => {
  story = await network.begin();
  await story.startHost(network.kms01);
  const dawdlers = await startDawdlers(network.branch, network.kms01, 400);
  try {
    const told = await story.activate(network.office, named("pc", 20), { tries: 30 });
    expect(codes(told)).toEqual(Array(20).fill("0x00000000"));
    expect(told.flatMap(({ result }) => result.tries)).toEqual([]);
    const { machines } = await story.stored();
    expect(machines.length).toBe(20);
  } finally {
    await dawdlers.stop();
  }
  const judged = await story.judge();
  expect(judged.faults).toEqual([]);
  table.add("Clients that never finish", "SQLite", 400, judged);
});
