import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { NOW } from "../../test/requests.ts";
import { STORES } from "../../test/stores.ts";
import { newId } from "../protocol/ids.ts";
import { DAY } from "../protocol/time.ts";
import type { EventDraft } from "./decide.ts";

const draft = (at: number, cmid: string | undefined = undefined): EventDraft => {
  return { id: at % 10 === 0 ? 12400 : 12290, cmid, info: `0x00000000,25,pc-${at},${"x".repeat(100)}` };
};
const drafts = (count: number, from = 0) => Array.from({ length: count }, (_, at) => draft(from + at));
const rowsOf = (events: readonly { row: number }[]) => events.map(({ row }) => row);

describe.each(STORES)("reading events in %s", (_, makePlace) => {
  test("gives the newest, the earliest after a row, or the last before one, across slices", async () => {
    const store = await (await makePlace()).open();
    await store.record(drafts(12_000), NOW);
    expect(rowsOf(await store.events({ limit: 2 }))).toEqual([11_999, 12_000]);
    expect(rowsOf(await store.events({ afterRow: 4_999, limit: 3, earliest: true }))).toEqual([
      5000, 5001, 5002,
    ]);
    expect(rowsOf(await store.events({ beforeRow: 7001, limit: 3 }))).toEqual([6998, 6999, 7000]);
    expect(rowsOf(await store.events({ id: 12400, limit: 2, earliest: true }))).toEqual([1, 11]);
    expect((await store.events({ id: 12400 })).length).toBe(1200);
    expect((await store.events({})).length).toBe(12_000);
    expect(await store.events({ afterRow: 12_000 })).toEqual([]);
    await store.close();
  });

  test("gives what a filter over all of them would, oldest first", async () => {
    const store = await (await makePlace()).open();
    const cmids = [newId(), newId(), undefined];
    const written = Array.from({ length: 60 }, (_, at) => ({ ...draft(at, cmids[at % 3]), time: NOW + at }));
    for (const { time, ...event } of written) await store.record([event], time);
    const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
    const filters = fc.record({
      id: optional(fc.constantFrom(12290, 12400, 12294)),
      cmid: optional(fc.constantFrom(cmids[0], newId())),
      since: optional(fc.integer({ min: NOW - 1, max: NOW + 61 })),
      afterRow: optional(fc.integer({ min: 0, max: 61 })),
      beforeRow: optional(fc.integer({ min: 1, max: 62 })),
      limit: optional(fc.integer({ min: 1, max: 70 })),
      earliest: fc.boolean(),
    });
    const rows = written.map((event, at) => ({ ...event, row: at + 1 }));
    await fc.assert(
      fc.asyncProperty(filters, async ({ earliest, ...drawn }) => {
        const { id, cmid, since = 0, afterRow = 0, beforeRow = 1000, limit = 1000 } = drawn;
        const all = rows
          .filter((event) => id === undefined || event.id === id)
          .filter((event) => cmid === undefined || event.cmid === cmid)
          .filter(({ time, row }) => time >= since && row > afterRow && row < beforeRow);
        const given = Object.entries(drawn).filter(([, value]) => value !== undefined);
        const found = await store.events({ ...Object.fromEntries(given), earliest });
        expect(rowsOf(found)).toEqual(rowsOf(earliest ? all.slice(0, limit) : all.slice(-limit)));
      }),
    );
    await store.close();
  });
});

describe.each(STORES)("a log that is too large in %s", (_, makePlace) => {
  test("loses its oldest events until it fits, and nothing while it does", async () => {
    const store = await (await makePlace()).open();
    await store.record(drafts(5000), NOW);
    const whole = await store.keepEventsWithin(10_000_000);
    expect(whole.events).toBe(5000);
    const most = Math.floor(whole.bytes / 2);
    const left = await store.keepEventsWithin(most);
    expect(left.bytes).toBeLessThanOrEqual(most);
    // Dropped in batches, so a little more than needed, but not much.
    expect(left.events).toBeGreaterThan(1400);
    const rows = rowsOf(await store.events({}));
    expect(rows).toEqual(Array.from({ length: left.events }, (_, at) => 5001 - left.events + at));
    await store.close();
  });

  test("never numbers an event twice, not even when all are gone and the store was closed", async () => {
    const place = await makePlace();
    const store = await place.open();
    await store.record(drafts(10), NOW);
    expect(await store.keepEventsWithin(0)).toMatchObject({ events: 0, bytes: 0 });
    await store.close();
    const again = await place.open();
    await again.record([draft(1)], NOW);
    expect(rowsOf(await again.events({}))).toEqual([11]);
    expect((await again.keepEventsWithin(0)).events).toBe(0);
    await again.close();
  });

  test("is measured as it is after any mixture of writing, trimming and opening again", async () => {
    const steps = fc.array(fc.record({ write: fc.nat(1500), most: fc.nat(400_000), reopen: fc.boolean() }), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (drawn) => {
        const place = await makePlace();
        let store = await place.open();
        for (const { write, most, reopen } of drawn) {
          await store.record(drafts(write), NOW);
          if (reopen) {
            await store.close();
            store = await place.open();
          }
          const { bytes, events } = await store.keepEventsWithin(most);
          expect({ events, bytes }).toEqual(await place.measureEvents());
          expect(bytes).toBeLessThanOrEqual(most);
        }
        await store.close();
      }),
      { numRuns: 15 },
    );
  });

  test("tells how many events of which id were written since it was opened, dropped ones too", async () => {
    const place = await makePlace();
    const store = await place.open();
    await store.record(drafts(100), NOW);
    await store.close();
    const again = await place.open();
    await again.keepEventsWithin(1_000_000);
    await again.record(drafts(20), NOW + DAY);
    const { written } = await again.keepEventsWithin(0);
    expect([...written].sort()).toEqual([
      [12290, 18],
      [12400, 2],
    ]);
    await again.close();
  });
});
