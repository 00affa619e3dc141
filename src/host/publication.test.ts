import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import { type Bind, startBind } from "../../test/bind.ts";
import { makeFolder } from "../../test/folders.ts";
import { until } from "../../test/muster.ts";
import { problemIn } from "../../test/problems.ts";
import { readTsigKeyFile, type TsigKey } from "./dns/index.ts";
import { keepInDns, type Publication, type PublicationParts } from "./publication.ts";
import type { Publishing } from "./publisher.ts";
import { openSqliteStore } from "./sqlite/store.ts";

const ZONE = "corp.example";
let bind: Bind;
let keys: { right: TsigKey; wrong: TsigKey };
const publications: Publication[] = [];

beforeEach(async () => {
  bind = await startBind({ zone: ZONE, records: ["_muster._tcp SRV 0 0 1688 kms02"] });
  keys = { right: await readTsigKeyFile(bind.keyFile), wrong: await readTsigKeyFile(bind.wrongKeyFile) };
});
afterEach(async () => {
  for (const publication of publications.splice(0)) await publication.stop();
  await bind.stop();
});

const OTHER = `0 0 1688 kms02.${ZONE}.`;
const seen = async () => (await bind.dig(`_muster._tcp.${ZONE}`, "SRV")).filter((record) => record !== OTHER);

/** A host's means of publishing, with a clock that runs when the test says so. */
function makeParts() {
  const folder = makeFolder();
  const store = openSqliteStore({ path: join(folder, "host.sqlite"), machine: "kms01" });
  const troubles: string[] = [];
  const waits: { minutes: number; run: () => void; isCancelled: boolean }[] = [];
  const parts: PublicationParts = {
    folder,
    store,
    clock: Date.now,
    onTrouble: (sentence) => troubles.push(sentence),
    later(milliseconds, run) {
      const wait = { minutes: milliseconds / 60_000, run, isCancelled: false };
      waits.push(wait);
      return () => {
        wait.isCancelled = true;
      };
    },
  };
  const failures = async () => (await store.events({ id: 12293 })).map(({ info }) => info);
  return { parts, troubles, waits, failures };
}

function publish(parts: PublicationParts, change: Partial<Publishing> = {}): Publication {
  const publishing = { domains: [ZONE], target: `kms01.${ZONE}`, server: bind.server, tsigKey: keys.right };
  const publication = keepInDns({ ...publishing, ...change }, parts);
  publications.push(publication);
  return publication;
}

test("DNS follows what is wanted, one thing after the other, and another host's record stays", async () => {
  const publication = publish(makeParts().parts);
  const wanted: [on: boolean, port: number, records: string[]][] = [
    [true, 1688, [`0 0 1688 kms01.${ZONE}.`]],
    [true, 1700, [`0 0 1700 kms01.${ZONE}.`]],
    [false, 1700, []],
    [false, 1701, []],
    [true, 1701, [`0 0 1701 kms01.${ZONE}.`]],
  ];
  for (const [on, port, records] of wanted) {
    publication.want({ on, port });
    await publication.attempted();
    expect(await seen()).toEqual(records);
  }
  for (const port of [1702, 1703, 1704]) publication.want({ on: port !== 1703, port });
  await publication.attempted();
  expect(await seen()).toEqual([`0 0 1704 kms01.${ZONE}.`]);
  expect(await bind.dig(`_muster._tcp.${ZONE}`, "SRV")).toContain(OTHER);
});

test("what cannot be taken out is told, tried again later each time, and taken out when it can", async () => {
  const { parts, troubles, waits, failures } = makeParts();
  const first = publish(parts);
  first.want({ on: true, port: 1688 });
  await first.attempted();
  await first.stop();

  const second = publish(parts, { tsigKey: keys.wrong });
  second.want({ on: false, port: 1688 });
  await second.attempted();
  waits[0]?.run();
  await until("the second attempt has failed", () => waits.length === 2);
  expect(waits.map(({ minutes }) => minutes)).toEqual([1, 2]);
  expect(await failures()).toEqual([`0x80072338, ${ZONE}`, `0x80072338, ${ZONE}`]);
  expect(troubles[0]).toEndWith(
    "Its record of this host is still there; it is taken out as soon as that works.",
  );
  expect(await seen()).toHaveLength(1);
  await second.stop();
  expect(waits[1]?.isCancelled).toBe(true);

  const third = publish(parts);
  third.want({ on: false, port: 1688 });
  await third.attempted();
  expect(await seen()).toEqual([]);
});

test("a host that was never published has nothing to take out, and asks no server", async () => {
  const { parts, troubles, failures } = makeParts();
  const publication = publish(parts, { tsigKey: keys.wrong });
  publication.want({ on: false, port: 1688 });
  await publication.attempted();
  expect([troubles, await failures()]).toEqual([[], []]);
});

test.each<[what: string, change: Partial<Publishing>]>([
  ["a domain that is none", { domains: ["corp..example"] }],
  ["a target that is none", { target: "" }],
  ["a server that is none", { server: "one:two:three" }],
  ["a priority that is none", { priority: 70_000 }],
])("%s is refused at once", (_, change) => {
  expect(problemIn(() => publish(makeParts().parts, change)).name).toBe("BAD_INPUT");
});
