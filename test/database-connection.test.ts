import { describe, expect, onTestFinished, test } from "bun:test";
import { openPostgresStore } from "../src/host/postgres/store.ts";
import type { Store } from "../src/host/store.ts";
import { newId } from "../src/protocol/ids.ts";
import { APPLICATION, admit, arrivalOf, countOf, WINDOW } from "./arrivals.ts";
import { makeDatabase } from "./postgres.ts";
import { NOW } from "./requests.ts";
import { COMMIT, type Fate, layWire } from "./wire.ts";

async function openAt(url: string): Promise<Store> {
  const store = await openPostgresStore({ url, machine: "kms01" });
  await store.register({ id: APPLICATION, countWindow: WINDOW });
  return store;
}

/** A store on the far side of a wire, and another one beside the database. */
async function openByWire() {
  const url = await makeDatabase();
  const wire = await layWire(url);
  const [store, beside] = [await openAt(wire.url), await openAt(url)];
  onTestFinished(async () => {
    wire.stop();
    await store.close();
    await beside.close();
  });
  return { wire, store, beside };
}

/** Does something to the first piece that has this in it, and lets all others pass. */
function once(fate: Fate, has: (piece: string) => boolean): (piece: string) => Fate {
  let isDone = false;
  return (piece) => {
    if (isDone || !has(piece)) return "pass";
    isDone = true;
    return fate;
  };
}

describe("a batch whose connection is lost", () => {
  test.each([
    ["before the database has its COMMIT", "cut"],
    ["after the database has committed it, and before it says so", "cut the answer"],
  ] as const)("%s is stored once, and told as it was decided", async (_, fate) => {
    const { wire, store, beside } = await openByWire();
    await beside.commit([arrivalOf(newId())], admit(NOW), NOW);
    wire.decide(once(fate, (piece) => piece.includes(COMMIT)));
    const cmids = [newId(), newId()];
    let decided = 0;
    const decide = (...each: Parameters<ReturnType<typeof admit>>) => {
      decided++;
      return admit(NOW)(...each);
    };
    const decisions = await store.commit(cmids.map(arrivalOf), decide, NOW);
    expect(decisions.map(countOf)).toEqual([2, 3]);
    // What was committed is not decided again.
    expect(decided).toBe(fate === "cut" ? 4 : 2);
    for (const each of [store, beside]) {
      expect(await each.figures(APPLICATION, NOW)).toMatchObject({ unique: 3, requests: { total: 3 } });
      expect((await each.events({})).map(({ row }) => row)).toEqual([1, 2, 3]);
      expect((await each.machine(APPLICATION, cmids[0] ?? ""))?.requests).toBe(1);
    }
  });

  test("wherever the wire is cut is stored once", async () => {
    const { wire, store, beside } = await openByWire();
    let [batches, pieces] = [0, Number.POSITIVE_INFINITY];
    for (let at = 0; at < pieces; at++) {
      let seen = 0;
      let isCut = false;
      wire.decide(() => {
        const fate = seen++ === at ? (at % 2 === 0 ? "cut the answer" : "cut") : "pass";
        isCut ||= fate !== "pass";
        return fate;
      });
      const [decision] = await store.commit([arrivalOf(newId())], admit(NOW), NOW);
      expect(countOf(decision)).toBe(++batches);
      if (!isCut) pieces = seen;
    }
    expect(batches).toBeGreaterThan(3);
    expect(await beside.figures(APPLICATION, NOW)).toMatchObject({
      unique: batches,
      requests: { total: batches },
    });
  });
});

test("a database that lets nobody in for a moment is waited for", async () => {
  const { wire, store } = await openByWire();
  let cuts = 0;
  wire.decide(() => (cuts++ < 3 ? "cut" : "pass"));
  const [decision] = await store.commit([arrivalOf(newId())], admit(NOW), NOW);
  expect(countOf(decision)).toBe(1);
});

test("a host that is cut off in the middle of a batch holds up the others no longer than its transaction may idle", async () => {
  const { wire, store, beside } = await openByWire();
  const isCutOff = Promise.withResolvers<void>();
  wire.decide(
    once("swallow", (piece) => {
      if (!piece.includes(COMMIT)) return false;
      isCutOff.resolve();
      return true;
    }),
  );
  const cutOff = store.commit([arrivalOf(newId())], admit(NOW), NOW);
  await isCutOff.promise;
  // Its lock is held by now; nobody tells the server that it will never go on.
  const [decision] = await beside.commit([arrivalOf(newId())], admit(NOW), NOW);
  expect(countOf(decision)).toBe(1);
  wire.cut();
  expect((await cutOff).map(countOf)).toEqual([2]);
  for (const each of [store, beside]) expect((await each.figures(APPLICATION, NOW)).unique).toBe(2);
});
