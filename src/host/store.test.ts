import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { fingerprintOf, makeRequest, NOW } from "../../test/requests.ts";
import { STORES, type StorePlace } from "../../test/stores.ts";
import { newId } from "../protocol/ids.ts";
import { DAY, MINUTE } from "../protocol/time.ts";
import type { Arrival, Decision, Known } from "./decide.ts";
import type { Machine } from "./machine.ts";
import type { Store } from "./store.ts";

const APPLICATION = newId();
const PRODUCT = newId();
const WINDOW = 30 * 24 * 60;

async function open(place: StorePlace): Promise<Store> {
  const store = await place.open();
  await store.register({ id: APPLICATION, countWindow: WINDOW });
  return store;
}

const arrivalOf = (cmid: string): Arrival => ({
  request: makeRequest({ application: APPLICATION, product: PRODUCT }, { cmid }),
  address: "10.0.0.7",
  ticket: 0,
});

/** Admits everybody and leases for a day, so that the tests are about the store and not about decisions. */
function admit(now: number) {
  return ({ request, address }: Arrival, { machine, tally }: Known): Decision => {
    const isCounted =
      machine !== undefined &&
      Math.floor(machine.lastSeen / MINUTE) >= Math.floor(tally.countedAfter / MINUTE);
    const after: Machine = {
      application: request.application,
      cmid: request.cmid,
      product: request.product,
      ...request.machine,
      address,
      status: request.status,
      firstSeen: machine?.firstSeen ?? now,
      lastSeen: now,
      leaseExpires: now + DAY,
      ticket: (machine?.ticket ?? 0) + 1,
      previousTicket: machine?.ticket ?? 0,
      requests: (machine?.requests ?? 0) + 1,
      code: "0x00000000",
    };
    const unique = tally.unique + (isCounted ? 0 : 1);
    return {
      kind: "admission",
      code: "0x00000000",
      machine: after,
      tally: { ...tally, unique, largestRequired: 25 },
      count: unique,
      recognition: "known",
      leaseExpires: now + DAY,
      sequence: after.ticket,
      rearm: false,
      events: [{ id: 12290, cmid: request.cmid, info: `0x00000000,25,${request.machine.name}` }],
    };
  };
}

describe.each(STORES)("a store in %s", (_, makePlace) => {
  test("gives back a machine as it was written, and after opening again", async () => {
    const place = await makePlace();
    const store = await open(place);
    const cmid = newId();
    const [decision] = await store.commit([arrivalOf(cmid)], admit(NOW), NOW);
    await store.close();
    const machine = await (await open(place)).machine(APPLICATION, cmid);
    expect(machine).toEqual(decision?.kind === "admission" ? decision.machine : undefined);
    expect(machine).toMatchObject({
      name: "pc-1",
      fingerprint: fingerprintOf("pc-1"),
      address: "10.0.0.7",
      virtual: false,
    });
  });

  test("shows each request what earlier requests of its batch have changed", async () => {
    const seen: [number, number | undefined, number][] = [];
    const [one, two] = [newId(), newId()];
    const decide = (arrival: Arrival, known: Known): Decision => {
      seen.push([known.tally.unique, known.machine?.ticket, known.leased]);
      return admit(NOW)(arrival, known);
    };
    await (await open(await makePlace())).commit([one, two, one].map(arrivalOf), decide, NOW);
    expect(seen).toEqual([
      [0, undefined, 0],
      [1, undefined, 1],
      [2, 1, 2],
    ]);
  });

  test("counts the same in one process, after opening again, and by hand, whenever machines come and go", async () => {
    const visit = fc.record({ machine: fc.nat(6), pause: fc.integer({ min: 0, max: 20 * 24 * 60 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(visit, { minLength: 1, maxLength: 4 }), { maxLength: 8 }),
        async (batches) => {
          const place = await makePlace();
          const store = await open(place);
          const cmids = Array.from({ length: 7 }, newId);
          const lastSeen = new Map<number, number>();
          let now = NOW;
          for (const batch of batches) {
            now += (batch[0]?.pause ?? 0) * MINUTE;
            await store.commit(
              batch.map(({ machine }) => arrivalOf(cmids[machine] ?? "")),
              admit(now),
              now,
            );
            for (const { machine } of batch) lastSeen.set(machine, now);
          }
          const unique = [...lastSeen.values()].filter((seen) => seen >= now - WINDOW * MINUTE).length;
          const leased = [...lastSeen.values()].filter((seen) => seen + DAY >= now).length;
          expect((await store.figures(APPLICATION, now)).unique).toBe(unique);
          expect(await store.leased(now)).toBe(leased);
          await store.close();
          const again = await open(place);
          expect((await again.figures(APPLICATION, now)).unique).toBe(unique);
          expect(await again.leased(now)).toBe(leased);
          await again.close();
        },
      ),
      { numRuns: 15 },
    );
  });

  test("a batch that fails leaves no trace, neither on disk nor in the counts", async () => {
    const store = await open(await makePlace());
    const failing = (arrival: Arrival, known: Known): Decision => {
      if (known.tally.unique === 1) throw new Error("a defect");
      return admit(NOW)(arrival, known);
    };
    await expect(store.commit([newId(), newId()].map(arrivalOf), failing, NOW)).rejects.toThrow("a defect");
    expect(await store.machines(10)).toEqual([]);
    expect(await store.events({})).toEqual([]);
    expect((await store.figures(APPLICATION, NOW)).requests.total).toBe(0);
    await store.commit([arrivalOf(newId())], admit(NOW), NOW);
    expect((await store.figures(APPLICATION, NOW)).unique).toBe(1);
  });

  test("keeps cumulative requests by license status, failed ones among them", async () => {
    const store = await open(await makePlace());
    await store.commit([arrivalOf(newId()), arrivalOf(newId())], admit(NOW), NOW);
    const refusal: Decision = { kind: "refusal", problem: "CLOCK_SKEW", detail: "", events: [] };
    await store.commit([arrivalOf(newId())], () => refusal, NOW);
    const { requests } = await store.figures(APPLICATION, NOW);
    expect([requests.total, requests.failed, requests.byStatus[2], requests.byStatus[1]]).toEqual([
      3, 1, 3, 0,
    ]);
  });

  test("lists events by id, CMID and time, the newest when there are too many, oldest first", async () => {
    const store = await open(await makePlace());
    const cmid = newId();
    for (const at of [0, 1, 2])
      await store.commit([arrivalOf(at === 1 ? newId() : cmid)], admit(NOW), NOW + at * MINUTE);
    await store.record([{ id: 12294, cmid: undefined, info: "0x00000000, corp.example" }], NOW + DAY);
    const rows = async (filter: Parameters<Store["events"]>[0]) =>
      (await store.events(filter)).map(({ row }) => row);
    expect(await rows({})).toEqual([1, 2, 3, 4]);
    expect(await rows({ id: 12294 })).toEqual([4]);
    expect(await rows({ cmid })).toEqual([1, 3]);
    expect(await rows({ since: NOW + MINUTE })).toEqual([2, 3, 4]);
    expect(await rows({ afterRow: 3 })).toEqual([4]);
    expect(await rows({ limit: 2 })).toEqual([3, 4]);
    expect((await store.events({ id: 12294 }))[0]).toMatchObject({ machine: "kms01", time: NOW + DAY });
  });

  test("keeps settings and one ticket secret for good", async () => {
    const place = await makePlace();
    const store = await open(place);
    await store.changeSetting("renewal-interval", "15", () => [], NOW);
    const secret = await store.ticketSecret();
    await store.close();
    const again = await open(place);
    expect(await again.setting("renewal-interval")).toBe("15");
    expect(await again.ticketSecret()).toEqual(secret);
    expect(secret.length).toBe(32);
    await again.changeSetting("renewal-interval", undefined, () => [], NOW);
    expect(await again.setting("renewal-interval")).toBeUndefined();
  });
});
