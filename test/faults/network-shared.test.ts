import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { seededRandom } from "../../src/fleet/simulator/random.ts";
import { makeDatabase } from "../postgres.ts";
import type { Told } from "./clients.ts";
import { type BadNetwork, type Story, type StoryOptions, srvOf, startBadNetwork } from "./network.ts";
import { faultTable } from "./table.ts";

/** Two hosts of one count on a network that falls apart between them, their database and their clients. */

setDefaultTimeout(600_000);

const table = faultTable();

let network: BadNetwork;
let story: Story;

beforeAll(async () => {
  network = await startBadNetwork(11);
});
afterEach(() => story?.end());
afterAll(() => network?.remove());

const named = (prefix: string, machines: number) =>
  Array.from({ length: machines }, (_, at) => `${prefix}-${at}`);
const codes = (told: readonly Told[]) => told.map(({ result }) => result.code);
const SEED = process.env.FAULTS_SEED ?? "network";
const CUT = { loss: 100 };

async function beginShared(options: Pick<StoryOptions, "seats" | "overage"> = {}) {
  probes.length = 0;
  const database = await makeDatabase();
  const records = [srvOf("kms01"), srvOf("kms02")];
  story = await network.begin({ database, records, others: ["kms02"], ...options });
  await Promise.all([story.startHost(network.kms01, 0), story.startHost(network.kms02, 1)]);
}

/** The machines that only ask to see who answers. */
const probes: string[] = [];

/** Lets new machines ask, one after the other, until one is answered, or refused a seat, by a host. */
async function untilAnswers(host: string): Promise<void> {
  for (let at = 0; at < 120; at++) {
    const probe = `probe-${host}-${at}`;
    probes.push(probe);
    const [told] = await story.activate(network.branch, [probe], { timeout: 3000 });
    const { host: answering, tries = [] } = told?.result ?? {};
    if (answering?.target.host.startsWith(host)) return;
    if (tries.some((each) => each.host.startsWith(host) && each.name === "SEATS_EXHAUSTED")) return;
    await Bun.sleep(100);
  }
  throw new Error(`${host} answers nobody.`);
}

test("a host that is cut off from the database and from the other one answers nobody, and the other one all", async () => {
  await beginShared();
  await story.activate(network.office, named("pc", 10), { tries: 30 });

  await network.cables.set(CUT, ["kms01"], ["db", "kms02"]);
  await network.cables.set(CUT, ["db", "kms02"], ["kms01"]);
  const during = await story.activate(network.office, [...named("pc", 10), ...named("nb", 10)], {
    tries: 10,
    timeout: 1500,
  });
  expect(codes(during)).toEqual(Array(20).fill("0x00000000"));
  expect(new Set(during.map(({ result }) => result.host?.target.host))).toEqual(
    new Set(["kms02.corp.example"]),
  );

  await network.cables.mend();
  await untilAnswers("kms01");
  expect(codes(await story.activate(network.office, named("pc", 10)))).toEqual(Array(10).fill("0x00000000"));
  const judged = await story.judge();
  expect(judged.faults).toEqual([]);
  table.add("Host cut off from its database", "PostgreSQL", 1, judged);
});

test("a database whose answers do not arrive at one host is of use to the other again within seconds", async () => {
  await beginShared();
  await story.activate(network.office, named("pc", 10), { tries: 30 });
  await network.cables.set(CUT, ["db"], ["kms01"]);
  const during = await story.activate(network.office, [...named("pc", 10), ...named("nb", 10)], {
    tries: 20,
    timeout: 1500,
  });
  expect(codes(during)).toEqual(Array(20).fill("0x00000000"));
  await network.cables.mend();
  await untilAnswers("kms01");
  const judged = await story.judge();
  expect(judged.faults).toEqual([]);
  table.add("Answers of the database lost", "PostgreSQL", 1, judged);
});

test("two hosts whose ways to the database come and go give out no seat twice and forget none", async () => {
  const isNight = process.env.FAULTS_KILLS !== undefined;
  const [machines, cuts] = isNight ? [120, 100] : [24, 4];
  const seats = machines / 2;
  await beginShared({ seats, overage: "deny" });
  const random = seededRandom(SEED).next;
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  const offices = [network.office, network.branch];
  const ask = (timeout?: number) =>
    Promise.all(
      offices.map((office, at) => {
        const names = named(`pc-${at}`, machines / offices.length);
        return story.activate(office, names, timeout === undefined ? {} : { timeout });
      }),
    );
  for (let cut = 0; cut < cuts; cut++) {
    const host = pick(["kms01", "kms02"]);
    const [from, to] = pick([
      [[host], ["db"]],
      [["db"], [host]],
      [
        [host, "db"],
        [host, "db"],
      ],
    ]);
    const asked = ask(1500);
    await Bun.sleep(random() * 100);
    await network.cables.set(CUT, from, to);
    await Bun.sleep(random() * 1000);
    await network.cables.mend();
    await asked;
    expect((await story.judge()).faults).toEqual([]);
  }
  await untilAnswers("kms01");
  await untilAnswers("kms02");
  // Whoever was given a seat without learning of it has it still.
  await story.activate(network.branch, probes);
  await ask();
  expect(story.ledger().askers.filter(({ leaseExpires }) => leaseExpires > 0).length).toBe(seats);
  const judged = await story.judge();
  expect(judged.faults).toEqual([]);
  table.add("Way to the database comes and goes", "PostgreSQL", cuts, judged);
}, 600_000);
