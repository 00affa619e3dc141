import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { EvtxRecord } from "../../src/doctor/evidence/evtx/reader.ts";
import { type DamagedLog, damaged } from "./damage.ts";
import { eventRecord } from "./events.ts";
import { writeLog } from "./log.ts";
import { readAll } from "./reading.ts";
import { sampleEvents } from "./sample.ts";

/** Milliseconds that hundreds of runs may take on a busy machine. */
const patience = 180_000;
const perChunk = 12;
const events = sampleEvents(11);
const log = writeLog(
  Array.from({ length: 5 * perChunk }, () => eventRecord(events.next().value)),
  { perChunk },
);
const whole = await readAll(log);
const chunkOf = ({ offset }: EvtxRecord) => Math.floor((offset - 4096) / 65536);
const content = ({ offset: _, ...rest }: EvtxRecord) => JSON.stringify(rest);

test("the log to be damaged is whole", () => {
  expect(whole.records).toHaveLength(5 * perChunk);
  expect(whole.damage).toEqual([]);
});

test(
  "damage never costs a record of a chunk it did not touch, and never ends the reading",
  async () => {
    await fc.assert(
      fc.asyncProperty(damaged(log), async (copy: DamagedLog) => {
        const { records, damage } = await readAll(copy.log);
        const read = new Set(records.map(content));
        const lost = whole.records.filter(
          (record) => copy.intact(chunkOf(record)) && !read.has(content(record)),
        );
        expect(lost.map(({ record }) => record)).toEqual([]);
        expect(damage.map(({ reason }) => reason)).not.toContain("cannot be decoded");
      }),
      { numRuns: 300 },
    );
  },
  patience,
);

test(
  "where records are missing, damage is reported",
  async () => {
    await fc.assert(
      fc.asyncProperty(damaged(log), async (copy: DamagedLog) => {
        const { records, damage, notes } = await readAll(copy.log);
        if (records.length < whole.records.length) expect([...damage, ...notes]).not.toEqual([]);
      }),
      { numRuns: 150 },
    );
  },
  patience,
);

test(
  "damage twice over is no different",
  async () => {
    const twice = damaged(log).chain((once) =>
      once.log.length < 4096 + 65536
        ? fc.constant(once.log)
        : damaged(once.log.subarray(0, 4096 + 65536 * Math.floor((once.log.length - 4096) / 65536))).map(
            (again) => again.log,
          ),
    );
    await fc.assert(
      fc.asyncProperty(twice, async (copy) => {
        const { damage } = await readAll(copy);
        expect(damage.map(({ reason }) => reason)).not.toContain("cannot be decoded");
      }),
      { numRuns: 150 },
    );
  },
  patience,
);

test(
  "bytes that are no log are read to their end without an event",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 70_000 }), async (bytes) => {
        expect((await readAll(bytes)).records).toEqual([]);
      }),
      { numRuns: 50 },
    );
  },
  patience,
);

describe("a cut in the middle of a chunk", () => {
  const at = 4096 + 65536 + 4000;

  test("costs the rest of that chunk; the next is found where it now lies", async () => {
    const { records, damage } = await readAll(
      Buffer.concat([log.subarray(0, at), log.subarray(at + 30_000)]),
    );
    expect(records.filter(({ record }) => record <= perChunk || record > 2 * perChunk)).toHaveLength(
      4 * perChunk,
    );
    expect(damage.every(({ offset }) => offset > 4096 + 65536 && offset < at)).toBe(true);
    expect(damage).not.toEqual([]);
  });

  test("of an unused rest costs nothing", async () => {
    const short = writeLog(
      Array.from({ length: 4 }, () => eventRecord(events.next().value)),
      { perChunk: 2 },
    );
    const cut = Buffer.concat([short.subarray(0, 4096 + 65536 - 100), short.subarray(4096 + 65536)]);
    expect((await readAll(cut)).records).toHaveLength(4);
  });

  test("in its header is reported too", async () => {
    const { records, damage } = await readAll(log.subarray(0, 4096 + 65536 + 200));
    expect(records).toHaveLength(perChunk);
    expect(damage).toMatchObject([{ reason: "chunk cut short", offset: 4096 + 65536 + 200, length: 0 }]);
  });

  test("at the end of the file is reported with what is missing", async () => {
    const { records, damage } = await readAll(log.subarray(0, at));
    expect(records.length).toBeGreaterThan(perChunk);
    expect(damage).toMatchObject([{ reason: "chunk cut short" }]);
  });
});
