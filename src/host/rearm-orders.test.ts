import { expect, test } from "bun:test";
import { join } from "node:path";
import { makeFolder } from "../../test/folders.ts";
import { insertMachines, makeMachine } from "../../test/machines.ts";
import { makeRequest, NOW } from "../../test/requests.ts";
import { newId } from "../protocol/ids.ts";
import { problem } from "../protocol/problems.ts";
import type { Admission, Arrival, Known } from "./decide.ts";
import { openRearmOrders } from "./rearm-orders.ts";
import { openSqliteStore } from "./sqlite/store.ts";

const APPLICATION = newId();

function makeParts() {
  const path = join(makeFolder(), "host.sqlite");
  const store = openSqliteStore({ path, machine: "kms01" });
  store.register({ id: APPLICATION, countWindow: 43_200 });
  const machine = makeMachine({ application: APPLICATION });
  insertMachines(path, [machine]);
  const troubles: string[] = [];
  const orders = openRearmOrders(store, (sentence) => troubles.push(sentence));
  const arrival: Arrival = {
    request: makeRequest({ application: APPLICATION, product: machine.product }, { cmid: machine.cmid }),
    address: "10.0.0.7",
    ticket: 0,
  };
  return { store, machine, orders, arrival, troubles };
}

/** Admits without storing anything, and tells whether it was told to send the machine away. */
const decide = (_: Arrival, { rearm = false, tally }: Known): Admission => {
  const nothing = { machine: undefined, leaseExpires: undefined, events: [], sequence: 1, count: 1 };
  return { kind: "admission", code: "0x00000000", recognition: "known", tally, rearm, ...nothing };
};

const rearmsOf = (decisions: readonly { rearm?: boolean }[]) => decisions.map(({ rearm }) => rearm);

test("an order reaches the machine's next request once, also within one batch", async () => {
  const { store, machine, orders, arrival } = makeParts();
  expect(await orders.order(machine, true, "alice", NOW)).toBe(true);
  const decisions = (await orders.commit([arrival, arrival], decide, NOW)) as Admission[];
  expect(rearmsOf(decisions)).toEqual([true, false]);
  expect(rearmsOf((await orders.commit([arrival], decide, NOW)) as Admission[])).toEqual([false]);
  expect(await store.rearmOrders()).toEqual([]);
  expect((await store.events({})).map(({ info }) => info)).toEqual([`${machine.cmid}, pc-1, alice`]);
  await store.close();
});

test("an order stands when the batch cannot be committed, and when the host starts again", async () => {
  const { store, machine, orders, arrival } = makeParts();
  await orders.order(machine, true, "alice", NOW);
  const failing = openRearmOrders(
    Object.assign(Object.create(store), {
      commit: async () => {
        throw problem("STORE_UNAVAILABLE", "The disk is full.");
      },
    }),
    () => {},
  );
  await failing.refresh();
  await expect(failing.commit([arrival], decide, NOW)).rejects.toThrow("The disk is full.");
  const again = openRearmOrders(store, () => {});
  await again.refresh();
  expect(rearmsOf((await again.commit([arrival], decide, NOW)) as Admission[])).toEqual([true]);
  await store.close();
});

test("an order stands when the request is refused", async () => {
  const { store, machine, orders, arrival } = makeParts();
  await orders.order(machine, true, "alice", NOW);
  await orders.commit(
    [arrival],
    () => ({ kind: "refusal", problem: "CLOCK_SKEW", detail: "", events: [] }),
    NOW,
  );
  expect(await store.rearmOrders()).toEqual([{ application: APPLICATION, cmid: machine.cmid }]);
  await store.close();
});

test("an order for a machine that is not there is none", async () => {
  const { store, orders } = makeParts();
  expect(await orders.order({ application: APPLICATION, cmid: newId() }, true, "alice", NOW)).toBe(false);
  expect(await store.events({})).toEqual([]);
  await store.close();
});
