import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { EvtxRecord } from "../../src/doctor/evidence/evtx/reader.ts";
import { element, template } from "./binxml.ts";
import { damaged } from "./damage.ts";
import { classic, eventRecord, named, type Source, value } from "./events.ts";
import { type ExportedRecord, evtxexport, haveEvtxexport } from "./export.ts";
import { type LogRecord, writeLog } from "./log.ts";
import { readAll } from "./reading.ts";
import { sampleEvents } from "./sample.ts";

/** Milliseconds that hundreds of processes may take on a busy machine. */
const patience = 180_000;
const source: Source = {
  provider: "Test & Co",
  eventSource: "<source>",
  channel: "Application",
  computer: "pc",
};

/** What both tell of an event. evtxexport pads hexadecimal numbers with zeros. */
function comparable(record: ExportedRecord | EvtxRecord) {
  const {
    time,
    provider,
    providerGuid,
    eventSource,
    id,
    qualifiers,
    level,
    channel,
    computer,
    userId,
    binary,
  } = record;
  const data = record.data.map((text) => text.replace(/\b0x0+(?=[0-9a-f])/g, "0x"));
  const system = { provider, providerGuid, eventSource, id, qualifiers, level, channel, computer, userId };
  return { record: record.record, time, ...system, data, binary };
}

function sampleLog(seed: number, count: number, options = {}): Buffer {
  const events = sampleEvents(seed);
  return writeLog(
    Array.from({ length: count }, () => eventRecord(events.next().value)),
    options,
  );
}

describe.skipIf(!haveEvtxexport)("evtxexport", () => {
  test.each([
    ["of version 3.1", { minor: 1 }],
    ["of version 3.2", { minor: 2 }],
    ["that was not closed", { dirty: true }],
    ["with few records a chunk", { perChunk: 7 }],
  ])("accepts a written log %s and reads the same from it", async (_, options) => {
    const log = sampleLog(5, 300, options);
    const { records, complete } = await evtxexport(log);
    expect(complete).toBe(true);
    expect(records).toHaveLength(300);
    expect((await readAll(log)).records.map(comparable)).toEqual(records.map(comparable));
  });

  test(
    "reads the same from any texts and bytes",
    async () => {
      // Left out is what evtxexport fails at: half pairs, pairs, and one character alone that XML escapes.
      const character = fc.integer({ min: 0x20, max: 0xd7ff }).filter((code) => code < 0x7f || code > 0x9f);
      const text = fc
        .array(character, { maxLength: 30 })
        .map((codes) => String.fromCharCode(...codes))
        .filter((each) => !/^[<>&]$/.test(each));
      const binary = fc.option(fc.uint8Array({ minLength: 1, maxLength: 50 }), { nil: undefined });
      const event = fc.tuple(
        fc.array(text, { maxLength: 5 }),
        binary,
        fc.nat(0xffff),
        fc.nat(2 ** 41),
        fc.nat(9999),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 30 }), async (events) => {
          const records = events.map(([strings, bytes, id, time, more], n): LogRecord => {
            return eventRecord({
              source,
              number: n + 1,
              id,
              time,
              more,
              qualifiers: id,
              payload: classic(strings, bytes),
            });
          });
          const log = writeLog(records, { perChunk: 11 });
          expect((await readAll(log)).records.map(comparable)).toEqual(
            (await evtxexport(log)).records.map(comparable),
          );
        }),
        { numRuns: 25 },
      );
    },
    patience,
  );

  test("prints values of all types alike, but for negative and floating-point numbers", async () => {
    const bytes = (numbers: ArrayBufferView) => new Uint8Array(numbers.buffer);
    const payload = named({
      string: value.text("größe"),
      ansi: { type: 0x02, bytes: Uint8Array.of(0x61, 0xe9) },
      int8: { type: 0x03, bytes: Uint8Array.of(5) },
      int64: { type: 0x09, bytes: bytes(BigInt64Array.of(2n ** 62n)) },
      uint64: value.u64(2n ** 64n - 1n),
      boolean: { type: 0x0d, bytes: bytes(Uint32Array.of(1)) },
      binary: value.binary(Uint8Array.of(1, 0xab)),
      systemTime: { type: 0x12, bytes: bytes(Uint16Array.of(2023, 5, 3, 24, 1, 12, 30, 145)) },
      sid: { type: 0x13, bytes: Uint8Array.of(1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0) },
      hex32: { type: 0x14, bytes: bytes(Uint32Array.of(255)) },
      hex64: value.hex64(2n ** 63n),
      strings: value.texts(["a", "", "b"]),
      numbers: { type: 0x88, bytes: bytes(Uint32Array.of(1, 2)) },
    });
    const log = writeLog([eventRecord({ source, number: 1, time: 0, id: 1, payload })]);
    const { records } = await evtxexport(log);
    const read = await readAll(log);
    expect(read.records.map(comparable)).toEqual(records.map(comparable));
    const names = records[0]?.names ?? [];
    expect(Object.keys(read.records[0]?.named ?? {})).toEqual([...new Set(names.map(String))]);
  });

  test(
    "reads nothing from a damaged log that this reader does not read alike",
    async () => {
      const log = sampleLog(11, 48, { perChunk: 12 });
      let fewer = 0;
      await fc.assert(
        fc.asyncProperty(damaged(log), async (copy) => {
          const [theirs, ours] = await Promise.all([evtxexport(copy.log), readAll(copy.log)]);
          const byNumber = new Map(ours.records.map((record) => [record.record, comparable(record)]));
          // Of a record with a wrong value size evtxexport prints what belongs to the next.
          const refused = new Set(ours.damage.map(({ record }) => record));
          for (const record of theirs.records) {
            // Noise that hits the names of EventRecordID or EventID, or makes a text no text, cannot be compared.
            if (Number.isNaN(record.record + record.id)) continue;
            if (record.data.some((text) => text.includes("\ufffd"))) continue;
            if (!refused.has(record.record)) expect(byNumber.get(record.record)).toEqual(comparable(record));
          }
          if (theirs.records.length < ours.records.length) fewer += 1;
        }),
        // Always the same damage: of noise inside a name evtxexport may print what is no XML.
        { numRuns: 100, seed: 20230524 },
      );
      expect(fewer).toBeGreaterThan(0);
    },
    patience,
  );

  test("gives up where this reader goes on", async () => {
    const root = element("Event", {}, element("System", {}, element("EventID", {}, "7")));
    const plain = template(element("EventData", {}, element("Data", {}, { slot: 0, type: 1 })));
    const unreadable: LogRecord[] = [
      { number: 50, ticks: 0n, body: { element: root, dependency: false } },
      eventRecord({
        source,
        number: 50,
        time: 0,
        id: 7,
        payload: { body: { template: plain, values: [value.none] } },
      }),
    ];
    const event = (number: number) => eventRecord({ source, number, time: 0, id: 1, payload: classic([]) });
    for (const record of unreadable) {
      const log = writeLog([event(1), record, event(2)]);
      expect((await evtxexport(log)).complete).toBe(false);
      const { records, damage } = await readAll(log);
      expect(records.map(({ id }) => id)).toEqual([1, 7, 1]);
      expect(damage).toEqual([]);
    }
  });
});
