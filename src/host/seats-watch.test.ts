import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { makeDocuments } from "../../test/documents.ts";
import { makeFolder } from "../../test/folders.ts";
import { makeRequest, NOW } from "../../test/requests.ts";
import { newId } from "../protocol/ids.ts";
import { DAY, MINUTE } from "../protocol/time.ts";
import { decide } from "./decide.ts";
import { judgeSeats, watchSeats } from "./seats-watch.ts";
import { openSqliteStore } from "./sqlite/store.ts";

const { license: unlimited, server, catalogue } = makeDocuments();
const license = { ...unlimited, seats: 5 };

test.each<
  [what: string, leased: number, seats: number | undefined, lastTold: number | undefined, told: boolean]
>([
  ["below the seats", 4, 5, undefined, false],
  ["all seats taken", 5, 5, undefined, false],
  ["above the seats", 6, 5, undefined, true],
  ["above the seats and told an hour ago", 6, 5, NOW - 60 * MINUTE, false],
  ["above the seats and told a day ago", 6, 5, NOW - DAY, true],
  ["no limit", 6, undefined, undefined, false],
])("%s", (_, leased, seats, lastTold, isTold) => {
  const event = judgeSeats(leased, { ...license, seats }, lastTold, NOW);
  expect(event?.info).toBe(isTold ? "6, 5" : undefined);
});

test("without a licence there are no seats", () => {
  expect(judgeSeats(100, undefined, undefined, NOW)).toBeUndefined();
});

describe("a host above its seats", () => {
  /** A store in which so many machines were leased, in one batch. */
  async function leaseTo(machines: number) {
    const store = openSqliteStore({ path: join(makeFolder(), "host.sqlite"), machine: "kms01" });
    store.register({ id: server.application, countWindow: 30 * 24 * 60 });
    const rules = {
      license,
      products: new Map(catalogue.products.map((product) => [product.id, product])),
      duplicates: "report" as const,
    };
    const ask = async (cmids: string[], now: number) => {
      const asked = { application: server.application, product: server.id, required: 5 };
      const batch = cmids.map((cmid) => {
        return { request: makeRequest(asked, { cmid, now }), address: "10.0.0.7", ticket: 0 };
      });
      await store.commit(batch, (arrival, known) => decide(arrival, known, rules, now), now);
    };
    // The first four are too few for the count of 5, so they ask again.
    const cmids = Array.from({ length: machines }, newId);
    await ask(cmids, NOW);
    await ask(cmids.slice(0, 4), NOW);
    const told = async () => (await store.events({ id: 12404 })).map(({ time, info }) => [time, info]);
    return { store, ask, told, cmids };
  }

  test("leaves event 12404 at the first lease above them, and then once a day while it lasts", async () => {
    const { store, told } = await leaseTo(7);
    expect(await told()).toEqual([[NOW, "6, 5"]]);
    for (let hour = 1; hour <= 49; hour++) await watchSeats(store, license, NOW + hour * 60 * MINUTE);
    expect(await told()).toEqual([
      [NOW, "6, 5"],
      [NOW + DAY, "7, 5"],
      [NOW + 2 * DAY, "7, 5"],
    ]);
    await watchSeats(store, { ...license, seats: 7 }, NOW + 4 * DAY);
    expect(await told()).toHaveLength(3);
  });

  test("remembers the most leases of each day, also when some have ended or nobody asked", async () => {
    const { store, ask, cmids } = await leaseTo(7);
    const later = NOW + 179 * DAY;
    for (let round = 0; round < 2; round++) await ask(cmids.slice(0, 6), later);
    await watchSeats(store, license, later + 2 * DAY);
    const day = (time: number) => Math.floor(time / DAY) * DAY;
    const { days, machines, products } = await store.usage(NOW - DAY, later + 2 * DAY);
    expect(days).toEqual([
      { day: day(NOW), leased: 7 },
      { day: day(later), leased: 7 },
      { day: day(later + 2 * DAY), leased: 6 },
    ]);
    expect({ machines, products }).toEqual({
      machines: 7,
      products: [{ product: server.id, machines: 7, leased: 6 }],
    });
  });
});
