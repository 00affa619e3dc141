import { describe, expect, test } from "bun:test";
import { makeMachine } from "../../test/machines.ts";
import { NOW } from "../../test/requests.ts";
import { STORES, type StorePlace } from "../../test/stores.ts";
import { newId } from "../protocol/ids.ts";
import { DAY } from "../protocol/time.ts";
import type { Machine } from "./machine.ts";

const APPLICATION = newId();

async function openWith(place: StorePlace, machines: readonly Machine[]) {
  const open = async () => {
    const store = await place.open();
    await store.register({ id: APPLICATION, countWindow: 43_200 });
    return store;
  };
  await (await open()).close();
  await place.insert(machines);
  const store = await open();
  const figures = async () => {
    const { unique } = await store.figures(APPLICATION, NOW);
    return { unique, leased: await store.leased(NOW) };
  };
  return { store, figures };
}

const told = (machines: number) => [{ id: 12406, cmid: undefined, info: `${machines}, 365` }] as const;

describe.each(STORES)("forgetting a machine in %s", (_, makePlace) => {
  test("takes it out of the count, gives its seat back and leaves its event, in one step", async () => {
    const machines = [1, 2, 3].map((at) =>
      makeMachine({ application: APPLICATION, name: `pc-${at}`, leaseExpires: NOW + DAY }),
    );
    const { store, figures } = await openWith(await makePlace(), machines);
    const [first] = machines;
    if (!first) throw new Error("there are machines");
    await store.noteMachine(first, "a note", () => [], NOW);
    await store.orderRearm(first, true, () => [], NOW);
    expect(await figures()).toEqual({ unique: 3, leased: 3 });
    const tell = ({ cmid, name }: Machine) => [{ id: 12405, cmid, info: `${cmid}, ${name}, test` }] as const;
    expect(await store.forget(first, tell, NOW)).toEqual(first);
    expect(await figures()).toEqual({ unique: 2, leased: 2 });
    expect(await store.listedMachine(first)).toBeUndefined();
    expect(await store.rearmOrders()).toEqual([]);
    expect((await store.events({})).map(({ info }) => info)).toEqual([`${first.cmid}, pc-1, test`]);
    await store.close();
  });

  test("that is not there changes nothing and tells nothing", async () => {
    const { store, figures } = await openWith(await makePlace(), [makeMachine({ application: APPLICATION })]);
    const unknown = { application: APPLICATION, cmid: newId() };
    expect(await store.forget(unknown, () => told(1), NOW)).toBeUndefined();
    expect(await figures()).toEqual({ unique: 1, leased: 0 });
    expect(await store.events({})).toEqual([]);
    await store.close();
  });
});

describe.each(STORES)("forgetting machines that were not seen for long in %s", (_, makePlace) => {
  const at = (lastSeen: number, leaseExpires = 0) =>
    makeMachine({ application: APPLICATION, lastSeen, firstSeen: lastSeen, leaseExpires });

  test.each([
    ["seen just before the limit", at(NOW - 365 * DAY - 1), 1],
    ["seen at the limit", at(NOW - 365 * DAY), 0],
    ["with a lease that ends now", at(NOW - 400 * DAY, NOW), 1],
    ["with a lease that goes on", at(NOW - 400 * DAY, NOW + 1), 0],
  ])("one %s", async (_case, machine, forgotten) => {
    const { store } = await openWith(await makePlace(), [machine]);
    expect(await store.forgetUnseen(NOW - 365 * DAY, told, NOW)).toBe(forgotten);
    expect((await store.listedMachine(machine)) === undefined).toBe(forgotten === 1);
    await store.close();
  });

  test("takes all of them, leaves the others and the counts, and tells their number", async () => {
    const old = Array.from({ length: 4500 }, () => at(NOW - 366 * DAY));
    const kept = Array.from({ length: 500 }, () => at(NOW - DAY, NOW + DAY));
    const { store, figures } = await openWith(await makePlace(), [...old, ...kept]);
    const before = await figures();
    expect(await store.forgetUnseen(NOW - 365 * DAY, told, NOW)).toBe(4500);
    expect(await figures()).toEqual(before);
    expect((await store.machines(10_000)).map(({ cmid }) => cmid).sort()).toEqual(
      kept.map(({ cmid }) => cmid).sort(),
    );
    const numbers = (await store.events({ id: 12406 })).map(({ info }) => Number.parseInt(info, 10));
    expect(numbers.reduce((sum, number) => sum + number, 0)).toBe(4500);
    await store.close();
  });
});
