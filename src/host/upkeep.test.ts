import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { makeFolder } from "../../test/folders.ts";
import { insertMachines, makeMachine } from "../../test/machines.ts";
import { NOW } from "../../test/requests.ts";
import { newId } from "../protocol/ids.ts";
import { DAY } from "../protocol/time.ts";
import { silentLog } from "./log.ts";
import type { Situation } from "./situation.ts";
import { openSqliteStore } from "./sqlite/store.ts";
import { forgetUnseen, startUpkeep } from "./upkeep.ts";

const APPLICATION = newId();

function openWith(daysAgo: readonly number[]) {
  const path = join(makeFolder(), "host.sqlite");
  const store = openSqliteStore({ path, machine: "kms01" });
  store.register({ id: APPLICATION, countWindow: 43_200 });
  insertMachines(
    path,
    daysAgo.map((days) => makeMachine({ application: APPLICATION, lastSeen: NOW - days * DAY })),
  );
  return store;
}

const situationOf = (retentionDays: number, countDays: number, eventLogSize = 20): Situation =>
  ({
    grant: { catalogue: { products: [{ policy: { countWindow: countDays * 24 * 60 } }] } },
    settings: { retentionDays, eventLogSize },
  }) as unknown as Situation;

describe("machines that were not seen for long", () => {
  test.each([
    ["by the setting", 365, 30, 2],
    ["by a shorter setting", 60, 30, 4],
    ["never before they have left the count, whatever the setting", 1, 90, 3],
  ])("are forgotten %s", async (_, retention, counted, forgotten) => {
    const store = openWith([0, 29, 31, 61, 92, 366, 400]);
    expect(await forgetUnseen(store, situationOf(retention, counted), NOW)).toBe(forgotten);
    const events = await store.events({ id: 12406 });
    expect(events.map(({ info }) => info)).toEqual([`${forgotten}, ${retention}`]);
    await store.close();
  });

  test("leave no event when there are none", async () => {
    const store = openWith([0, 364]);
    expect(await forgetUnseen(store, situationOf(365, 30), NOW)).toBe(0);
    expect(await store.events({})).toEqual([]);
    await store.close();
  });
});

test("upkeep begins at once, keeps the log within its size, and ends when it is told", async () => {
  const store = openWith([400]);
  const info = `0x00000000, ${"x".repeat(2000)}`;
  await store.record(
    Array.from({ length: 2000 }, () => ({ id: 12294, cmid: undefined, info }) as const),
    NOW,
  );
  const upkeep = startUpkeep({
    store,
    situation: () => situationOf(365, 30, 1),
    clock: () => NOW,
    log: silentLog(),
  });
  while (upkeep.events().events === 0 || (await store.events({ id: 12406 })).length === 0) await Bun.sleep(5);
  await upkeep.stop();
  expect(upkeep.events().bytes).toBeLessThanOrEqual(1_000_000);
  expect((await store.machines(10)).length).toBe(0);
  const left = await store.events({});
  await Bun.sleep(20);
  expect(await store.events({})).toEqual(left);
  await store.close();
});

test("upkeep goes on after a failure, and says what it was", async () => {
  const store = openWith([]);
  const said: string[] = [];
  const log = { ...silentLog(), warn: (text: string) => said.push(text) } as never;
  let tries = 0;
  const failing = Object.assign(Object.create(store), {
    keepEventsWithin: async () => {
      tries++;
      throw new Error("the disk is full");
    },
  });
  const upkeep = startUpkeep({
    store: failing,
    situation: () => situationOf(365, 30),
    clock: () => NOW,
    log,
  });
  while (tries < 2) await Bun.sleep(50);
  await upkeep.stop();
  expect(said[0]).toBe("the disk is full");
  await store.close();
});
