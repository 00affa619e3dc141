import { describe, expect, test } from "bun:test";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { isEvtx } from "../../src/doctor/evidence/evtx/reader.ts";
import { element, template } from "./binxml.ts";
import { classic, eventRecord, type Source, value } from "./events.ts";
import { event, kms, requests, time } from "./kms.ts";
import { type LogOptions, type LogRecord, writeLog } from "./log.ts";
import { readAll } from "./reading.ts";
import { sampleEvents } from "./sample.ts";

function patched(log: Buffer, patch: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(log);
  patch(copy);
  return copy;
}

test("an event is read with everything its system fields say", async () => {
  const userId = Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0);
  const more = { level: 2, task: 3, opcode: 1, keywords: 0x8080000000000000n, userId };
  const { records } = await readAll(writeLog([event(812, classic(["a", "b"], Uint8Array.of(0, 255)), more)]));
  expect(records).toEqual([
    {
      kind: "record",
      record: 812,
      fileRecord: 812,
      offset: 4096 + 512,
      time: "2023-05-24T01:12:30.1454614Z",
      milliseconds: time,
      provider: "Microsoft-Windows-Security-SPP",
      providerGuid: "{E23B33B0-C8C9-472C-A5F9-F2BDFEA0F156}",
      eventSource: "KmsRequests",
      id: 12290,
      qualifiers: 16384,
      version: 0,
      level: 2,
      task: 3,
      opcode: 1,
      keywords: "0x8080000000000000",
      processId: 0,
      threadId: 0,
      activityId: undefined,
      relatedActivityId: undefined,
      channel: "Key Management Service",
      computer: "kms01.corp.example",
      userId: "S-1-5-18",
      data: ["a", "b"],
      named: {},
      binary: "00FF",
      userData: undefined,
      message: undefined,
    },
  ]);
});

test("what is written is read, in any number of chunks and either version", async () => {
  const text = fc.string({ unit: "grapheme", maxLength: 60 }).filter((each) => !each.includes("\0"));
  const payload = fc.record({
    strings: fc.array(text, { maxLength: 6 }),
    binary: fc.option(fc.uint8Array({ minLength: 1, maxLength: 300 }), { nil: undefined }),
  });
  const options: fc.Arbitrary<LogOptions> = fc.record({
    minor: fc.constantFrom(1, 2),
    dirty: fc.boolean(),
    perChunk: fc.integer({ min: 1, max: 30 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(payload, { minLength: 1, maxLength: 40 }), options, async (payloads, how) => {
      const log = payloads.map(({ strings, binary }, n) => event(n + 1, classic(strings, binary)));
      const { records, damage } = await readAll(writeLog(log, how));
      expect(damage).toEqual([]);
      expect(records.map(({ record, data, binary }) => ({ record, data, binary }))).toEqual(
        payloads.map(({ strings, binary }, n) => ({
          record: n + 1,
          data: strings,
          binary: binary && Buffer.from(binary).toString("hex").toUpperCase(),
        })),
      );
    }),
    { numRuns: 60 },
  );
}, 180_000);

describe("the file header is not believed", () => {
  const log = writeLog(requests(9), { perChunk: 3 });
  const cases: [what: string, offset: number, byte: number, notes: string[]][] = [
    ["a chunk count that was never updated", 42, 1, ["chunk count differs"]],
    ["a wrong next record number", 24, 99, ["file header checksum differs"]],
    ["a wrong checksum", 124, 0xaa, ["file header checksum differs"]],
    ["the dirty flag", 120, 1, ["file was not closed"]],
    ["an unknown version", 38, 9, ["file header checksum differs", "file version unknown"]],
  ];
  test.each(cases)("%s costs nothing and is noted", async (_, offset, byte, expected) => {
    const { records, damage, notes } = await readAll(
      patched(log, (copy) => {
        copy[offset] = byte;
        if (offset === 42) copy.writeUInt32LE(crc32(copy.subarray(0, 120)), 124);
      }),
    );
    expect(records).toHaveLength(9);
    expect(damage).toEqual([]);
    expect(notes.map(({ reason }) => reason as string)).toEqual(expected);
  });

  test("a lost header costs nothing but is damage", async () => {
    for (const copy of [
      patched(log, (bytes) => bytes.fill(0, 0, 4096)),
      log.subarray(4096),
      log.subarray(1000),
    ]) {
      const { records, damage } = await readAll(copy);
      expect(records).toHaveLength(9);
      expect(damage.map(({ reason }) => reason)).toEqual(["file header missing"]);
    }
  });

  test("space kept for more chunks is not damage", async () => {
    const { records, damage, notes } = await readAll(Buffer.concat([log, Buffer.alloc(3 * 65536)]));
    expect(records).toHaveLength(9);
    expect([...damage, ...notes]).toEqual([]);
  });
});

describe("within a chunk", () => {
  const log = writeLog(requests(6));
  const second = 4096 + 512 + log.readUInt32LE(4096 + 512 + 4);

  test.each([0, 511, 65537, 0xffffffff])("a free-space offset of %d is ignored", async (free) => {
    const copy = patched(log, (bytes) => bytes.writeUInt32LE(free, 4096 + 48));
    resealHeader(copy);
    const { records, damage } = await readAll(copy);
    expect(records).toHaveLength(6);
    expect(damage).toEqual([]);
  });

  test("newer records behind the free-space offset are read: the header was older than they", async () => {
    const { records } = await readAll(
      patched(log, (copy) => {
        copy.writeUInt32LE(second - 4096, 4096 + 48);
        resealed(copy);
      }),
    );
    expect(records.map(({ record }) => record)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("leftovers of older records behind the free-space offset are not read", async () => {
    const older = writeLog([
      ...requests(3).map((each) => ({ ...each, number: each.number + 90 })),
      ...requests(3),
    ]);
    const fourth = [1, 2, 3].reduce((at) => at + older.readUInt32LE(at + 4), 4096 + 512);
    const { records, damage } = await readAll(
      patched(older, (copy) => {
        copy.writeUInt32LE(fourth - 4096, 4096 + 48);
        resealed(copy);
      }),
    );
    expect(records.map(({ fileRecord }) => fileRecord)).toEqual([91, 92, 93]);
    expect(damage).toEqual([]);
  });

  test("leftovers are told from records even where the header is not believed", async () => {
    const older = [...requests(3).map((each) => ({ ...each, number: each.number + 90 })), ...requests(3)];
    const copy = writeLog(older);
    const fourth = [1, 2, 3].reduce((at) => at + copy.readUInt32LE(at + 4), 4096 + 512);
    copy.fill(0, fourth, fourth + copy.readUInt32LE(fourth + 4));
    copy.writeUInt32LE(0, 4096 + 124);
    expect((await readAll(copy)).records.map(({ fileRecord }) => fileRecord)).toEqual([91, 92, 93]);
  });

  test("records that were moved are not read with another template that lies where theirs was", async () => {
    const sources = ["A", "A", "B", "C", "B"].map((provider) => ({ ...kms, provider }));
    const events = sources.map((source, n) =>
      event(n + 1, classic(["x".repeat(n === 1 ? 4000 : 9)]), { source }),
    );
    const whole = writeLog(events);
    const [, long = 0, b = 0, c = 0] = events.reduce<number[]>(
      (starts) => [...starts, (starts.at(-1) ?? 0) + whole.readUInt32LE((starts.at(-1) ?? 0) + 4)],
      [4096 + 512],
    );
    const definition = (start: number) => whole.readUInt32LE(start + 34);
    const cut = definition(c) - definition(b);
    const moved = Buffer.concat([
      whole.subarray(0, long + 1000),
      whole.subarray(long + 1000 + cut, 4096 + 65536),
      Buffer.alloc(cut),
    ]);
    const { records, damage } = await readAll(moved);
    expect(records.map(({ record, provider }) => [record, provider])).toEqual([[1, "A"]]);
    expect(damage.map(({ reason }) => reason)).toContain("template of another chunk");
  });

  const headers: [what: string, offset: number][] = [
    ["signature", 0],
    ["size", 5],
    ["size copy", log.readUInt32LE(second + 4) - 3],
  ];
  test.each(headers)("a record whose %s alone is wrong is read all the same", async (_, offset) => {
    const { records, damage, notes } = await readAll(
      patched(log, (copy) => copy.writeUInt8(copy.readUInt8(second + offset) ^ 0x10, second + offset)),
    );
    expect(records.map(({ record }) => record)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(damage).toEqual([]);
    expect(notes).toContainEqual({
      kind: "note",
      offset: second,
      reason: "record header repaired",
      record: 2,
    });
  });

  test("a record with bytes missing is not taken for whole, though the header would fit", async () => {
    const last = [1, 2, 3, 4, 5].reduce((at) => at + log.readUInt32LE(at + 4), 4096 + 512);
    const { records, damage } = await readAll(
      patched(log, (copy) => copy.copy(copy, last + 100, last + 120)),
    );
    expect(records.map(({ record }) => record)).toEqual([1, 2, 3, 4, 5]);
    expect(damage).toMatchObject([{ offset: last, reason: "bytes that are no record" }]);
  });

  test("a bad record costs one record, and is reported with offset, number and reason", async () => {
    const { records, damage } = await readAll(patched(log, (copy) => copy.writeUInt32LE(4000, second + 38)));
    expect(records.map(({ record }) => record)).toEqual([1, 3, 4, 5, 6]);
    expect(damage).toEqual([
      {
        kind: "damage",
        offset: second,
        length: log.readUInt32LE(second + 4),
        reason: "value outside its record",
        record: 2,
      },
    ]);
  });

  test("bytes that are no record are passed over up to the next one", async () => {
    const size = log.readUInt32LE(second + 4);
    const { records, damage } = await readAll(patched(log, (copy) => copy.fill(0, second, second + size)));
    expect(records.map(({ record }) => record)).toEqual([1, 3, 4, 5, 6]);
    expect(damage).toMatchObject([{ offset: second, length: size, reason: "bytes that are no record" }]);
  });

  test("a chunk without its header still gives its records", async () => {
    const { records, damage } = await readAll(patched(log, (copy) => copy.fill(0x58, 4096, 4096 + 8)));
    expect(records).toHaveLength(6);
    expect(damage).toMatchObject([{ offset: 4096, length: 512, reason: "chunk header missing" }]);
  });
});

test("chunks do not share templates, even at the same place", async () => {
  const others = ["a", "b", "c"].map((computer, n) =>
    event(n + 1, classic([computer]), { source: { ...kms, computer } }),
  );
  const { records } = await readAll(writeLog(others, { perChunk: 1 }));
  expect(records.map(({ computer, data }) => [computer, data[0]])).toEqual([
    ["a", "a"],
    ["b", "b"],
    ["c", "c"],
  ]);
});

describe("what an earlier chunk taught is not believed of", () => {
  const y: Source = { ...kms, provider: "Y" };

  test("a template of the same GUID with other content", async () => {
    const system = (text: string) =>
      element("Event", {}, element("System", {}, element("EventID", {}, text)));
    const first = template(system("7"));
    const other = { ...first, element: system("8") };
    const log = [first, other, first].map((shared, n): LogRecord => {
      return { number: n + 1, ticks: 0n, body: { template: shared, values: [] } };
    });
    const { records } = await readAll(writeLog(log, { perChunk: 1 }));
    expect(records.map(({ id }) => id)).toEqual([7, 8, 7]);
  });

  test("the same bytes whose names are others in this chunk", async () => {
    const events = [kms, y, kms, y].map((source, n) => event(n + 1, classic([]), { source }));
    const log = writeLog(events, { perChunk: 2 });
    const name = log.indexOf(Buffer.from("Provider", "utf16le"), 4096 + 65536);
    log.write("Provides", name, "utf16le");
    const { records } = await readAll(log);
    expect(records.map(({ provider }) => provider)).toEqual([kms.provider, "Y", "", ""]);
  });
});

describe("a filter", () => {
  const events = Array.from(take(sampleEvents(3), 400));
  const log = writeLog(events.map(eventRecord));
  const filters = fc.record(
    {
      providers: fc.subarray([
        "microsoft-windows-security-spp",
        "ESENT",
        "Software Protection Platform Service",
        "x",
      ]),
      ids: fc.subarray([12288, 12289, 1003, 1530, 10010, 1]),
    },
    { requiredKeys: [] },
  );

  test("leaves out what is not asked for, and changes nothing else", async () => {
    const all = await readAll(log);
    expect(all.records).toHaveLength(400);
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        const wanted = all.records.filter(({ provider, eventSource, id }) => {
          const names = [provider, eventSource ?? ""].map((name) => name.toLowerCase());
          const source = filter.providers?.some((name) => names.includes(name.toLowerCase())) ?? true;
          return source && (filter.ids?.includes(id) ?? true);
        });
        expect(await readAll(log, filter)).toEqual({ records: wanted, damage: [], notes: [] });
      }),
      { numRuns: 40 },
    );
  }, 180_000);

  test("works for events without a template and for providers that are values", async () => {
    const provider = element("Provider", { Name: { slot: 0, type: 1 } });
    const system = element("System", {}, provider, element("EventID", {}, "5"));
    const shared = template(element("Event", {}, system));
    const literal = element(
      "Event",
      {},
      element("System", {}, element("Provider", { Name: "A" }), element("EventID", {}, "5")),
    );
    const log = writeLog([
      { number: 1, ticks: 0n, body: { template: shared, values: [value.text("A")] } },
      { number: 2, ticks: 0n, body: { template: shared, values: [value.text("B")] } },
      { number: 3, ticks: 0n, body: { element: literal } },
    ]);
    const { records } = await readAll(log, { providers: ["a"], ids: [5] });
    expect(records.map(({ record }) => record)).toEqual([1, 3]);
    expect((await readAll(log, { ids: [6] })).records).toEqual([]);
  });
});

test("a log is known by its first bytes", () => {
  expect(isEvtx(writeLog([]))).toBe(true);
  expect(isEvtx(Buffer.from("ElfFile"))).toBe(false);
  expect(isEvtx(Buffer.from("<?xml version='1.0'?>"))).toBe(false);
});

test("an empty log has no events and no damage, an empty file is damage", async () => {
  expect(await readAll(writeLog([]))).toEqual({ records: [], damage: [], notes: [] });
  expect((await readAll(new Uint8Array())).damage).toMatchObject([
    { reason: "file header missing", length: 0 },
  ]);
});

/** Writes both checksums of the first chunk anew. */
function resealed(log: Buffer): void {
  const chunk = log.subarray(4096, 4096 + 65536);
  chunk.writeUInt32LE(crc32(chunk.subarray(512, chunk.readUInt32LE(48))), 52);
  resealHeader(log);
}

function resealHeader(log: Buffer): void {
  const header = log.subarray(4096, 4096 + 512);
  header.writeUInt32LE(crc32(header.subarray(128), crc32(header.subarray(0, 120))), 124);
}

function* take<T>(items: Iterable<T>, count: number): Generator<T> {
  let left = count;
  for (const item of items) {
    if (left-- === 0) return;
    yield item;
  }
}
