import { describe, expect, test } from "bun:test";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { isEvtx } from "../../src/doctor/evidence/evtx/reader.ts";
import type { EvtxRecord } from "../../src/doctor/evidence/evtx/record.ts";
import { type Content, type Element, element, template, type Value } from "./binxml.ts";
import { classic, type Event, eventRecord, named, type Source, userData, value } from "./events.ts";
import { type LogOptions, type LogRecord, ticks, writeLog } from "./log.ts";
import { readAll } from "./reading.ts";
import { sampleEvents } from "./sample.ts";

const kms: Source = {
  provider: "Microsoft-Windows-Security-SPP",
  guid: "{E23B33B0-C8C9-472C-A5F9-F2BDFEA0F156}",
  eventSource: "KmsRequests",
  channel: "Key Management Service",
  computer: "kms01.corp.example",
};
const time = Date.UTC(2023, 4, 24, 1, 12, 30, 145);

function event(number: number, payload: Value, more: Partial<Event> = {}): LogRecord {
  return eventRecord({
    source: kms,
    number,
    time,
    more: 4614,
    id: 12290,
    qualifiers: 16384,
    payload,
    ...more,
  });
}

function requests(count: number): LogRecord[] {
  return Array.from({ length: count }, (_, n) => event(n + 1, classic(["0x0", `pc-${n}.corp.example`])));
}

/** The one event with this payload, written and read. */
async function payloadOf(payload: Value): Promise<EvtxRecord> {
  const { records, damage } = await readAll(writeLog([event(1, payload)]));
  expect(damage).toEqual([]);
  expect(records).toHaveLength(1);
  return records[0] as EvtxRecord;
}

/** What `<Data>` elements with this content give, the slots filled from `values`. */
async function dataOf(content: readonly Content[], values: readonly Value[]): Promise<readonly string[]> {
  const payload = element("EventData", {}, { name: "Data", content });
  return (await payloadOf({ body: { template: template(payload), values } })).data;
}

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
});

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
    const { records, damage } = await readAll(patched(log, (copy) => copy.writeUInt32LE(free, 4096 + 48)));
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

describe("arrays and missing values", () => {
  test("an array repeats its element, and is never joined", async () => {
    expect(await dataOf([{ slot: 0, type: 0x81 }], [value.texts(["a, b", "", "c"])])).toEqual([
      "a, b",
      "",
      "c",
    ]);
    expect(await dataOf([{ slot: 0, type: 0x88 }], [{ type: 0x88, bytes: new Uint8Array(8) }])).toEqual([
      "0",
      "0",
    ]);
  });

  test("an empty array is one empty element", async () => {
    expect(await dataOf([{ slot: 0, type: 0x81 }], [{ type: 0x81, bytes: new Uint8Array() }])).toEqual([""]);
  });

  test("text beside an array is repeated with it", async () => {
    const content = ["<", { slot: 0, type: 0x81 }, ">"];
    expect(await dataOf(content, [value.texts(["a", "b"])])).toEqual(["<a>", "<b>"]);
  });

  test("an optional null leaves the element out, a plain null leaves it empty", async () => {
    expect(await dataOf([{ slot: 0, type: 1, optional: true }], [value.none])).toEqual([]);
    expect(await dataOf([{ slot: 0, type: 1 }], [value.none])).toEqual([""]);
    expect(await dataOf(["a", { slot: 0, type: 1, optional: true }], [value.none])).toEqual([]);
  });

  test("an optional null in an attribute leaves only that out", async () => {
    const data = element("Data", { Name: { slot: 0, type: 1, optional: true } }, "kept");
    const payload: Value = {
      body: { template: template(element("EventData", {}, data)), values: [value.none] },
    };
    expect(await payloadOf(payload)).toMatchObject({ data: ["kept"], named: {} });
  });

  test("an event without a payload is an event", async () => {
    for (const none of [value.none, { type: 0x21, bytes: new Uint8Array() }]) {
      expect(await payloadOf(none)).toMatchObject({ id: 12290, data: [] });
    }
  });
});

test("content of several parts is put together, blanks and all", async () => {
  const content: Content[] = [
    " a ",
    { slot: 0, type: 1 },
    { entity: "amp" },
    { entity: "unknown" },
    { character: 0x3b2 },
    { instruction: ["target", "nothing to see"] },
    { cdata: "<x>" },
    "  ",
  ];
  expect(await dataOf(content, [value.text("-")])).toEqual([" a -&&unknown;β<x>  "]);
  const data: Element = {
    name: "Data",
    attributes: { Name: ["a", { slot: 0, type: 1 }, "b"] },
    content: ["v"],
  };
  const payload: Value = {
    body: { template: template(element("EventData", {}, data)), values: [value.text("-")] },
  };
  expect((await payloadOf(payload)).named).toEqual({ "a-b": "v" });
});

describe("payloads", () => {
  test("named data is found by name and in order", async () => {
    const payload = named({ Reason: value.text("x"), Count: value.u32(7), __proto__2: value.none });
    const { data, named: byName } = await payloadOf(payload);
    expect(data).toEqual(["x", "7", ""]);
    expect({ ...byName }).toEqual({ Reason: "x", Count: "7", __proto__2: "" });
  });

  test("names that JavaScript knows are names like others", async () => {
    const names = ["__proto__", "constructor", "toString"];
    const items = names.map((Name) => element("Data", { Name }, "v"));
    const payload: Value = { body: { template: template(element("EventData", {}, ...items)), values: [] } };
    const { named: byName } = await payloadOf(payload);
    expect(Object.keys(byName)).toEqual(names);
    const system = names.map((name) => element(name, { [name]: "v" }, "v"));
    const root = element("Event", {}, element("System", {}, element("EventID", {}, "7"), ...system));
    const { records } = await readAll(
      writeLog([{ number: 1, ticks: ticks(time), body: { template: template(root), values: [] } }]),
    );
    expect(records).toMatchObject([{ id: 7, provider: "" }]);
  });

  test("user data keeps its elements", async () => {
    const content = element(
      "Shutdown",
      { xmlns: "urn:x" },
      element("Reason", {}, { slot: 0, type: 8 }),
      "tail",
    );
    expect((await payloadOf(userData(content, [value.u32(5)]))).userData).toEqual({
      name: "Shutdown",
      attributes: { xmlns: "urn:x" },
      children: [{ name: "Reason", attributes: {}, children: ["5"] }, "tail"],
    });
  });

  test("what Windows could not render is kept as well", async () => {
    const failed = element("ProcessingErrorData", {}, element("ErrorCode", {}, "15005"));
    const { userData: kept } = await payloadOf({ body: { template: template(failed), values: [] } });
    expect(kept?.name).toBe("ProcessingErrorData");
  });

  test.each([
    ["without fragment header or dependency ids", { bare: true }],
    ["without dependency ids", {}],
    ["with dependency ids", { dependency: true }],
  ])("elements may stand directly in a value, %s", async (_, form) => {
    const data = element("EventData", {}, element("Data", { Name: "n" }, "q"), element("Data", {}, "r"));
    const read = await payloadOf({ body: { element: data, ...form } });
    expect(read).toMatchObject({ data: ["q", "r"], named: { n: "q" } });
  });
});

describe("forwarded events, which use no template", () => {
  const system = element(
    "System",
    {},
    element("Provider", { Name: kms.provider, EventSourceName: "KmsRequests" }),
    element("EventID", { Qualifiers: "16384" }, "12290"),
    element("Level", {}, "4"),
    element("TimeCreated", { SystemTime: "2023-05-24T01:12:30.145461400Z" }),
    element("EventRecordID", {}, "41077"),
    element("Execution", { ProcessID: "0", ThreadID: "0" }),
    element("Channel", {}, kms.channel),
    element("Computer", {}, "kms02.corp.example"),
  );
  const data = element("EventData", {}, element("Data", {}, "0x0,25,pc-1"), element("Binary", {}, "00FF"));
  const rendering = element("RenderingInfo", { Culture: "en-US" }, element("Message", {}, "A request."));
  const root = element("Event", { xmlns: "urn:event" }, system, data, rendering);

  test.each([false, true])("are read, dependency ids or not (%p)", async (dependency) => {
    const log = writeLog(
      [1, 2].map((number) => ({ number, ticks: ticks(0), body: { element: root, dependency } })),
    );
    const { records, damage } = await readAll(log);
    expect(damage).toEqual([]);
    expect(records).toHaveLength(2);
    expect(records[1]).toMatchObject({
      record: 41077,
      fileRecord: 2,
      time: "2023-05-24T01:12:30.1454614Z",
      milliseconds: time,
      provider: kms.provider,
      eventSource: "KmsRequests",
      id: 12290,
      qualifiers: 16384,
      level: 4,
      computer: "kms02.corp.example",
      data: ["0x0,25,pc-1"],
      binary: "00FF",
      message: "A request.",
    });
  });

  test("an event without a time has the time it was written", async () => {
    const bare = element("Event", {}, element("System", {}, element("EventID", {}, "1")));
    const { records } = await readAll(writeLog([{ number: 1, ticks: ticks(time), body: { element: bare } }]));
    expect(records).toMatchObject([{ record: 1, milliseconds: time, provider: "", data: [] }]);
  });

  test("a record that is no event is reported", async () => {
    const log = writeLog([{ number: 7, ticks: 0n, body: { element: element("Other", {}) } }, ...requests(1)]);
    const { records, damage } = await readAll(log);
    expect(records).toHaveLength(1);
    expect(damage).toMatchObject([{ reason: "not an event", record: 7, offset: 4096 + 512 }]);
  });
});

test("an event reads the same by a plan, element by element, and in full without a template", async () => {
  const texts = fc.array(fc.string({ unit: "grapheme-ascii", maxLength: 20 }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(texts, fc.nat(65535), fc.nat(255), async (strings, id, level) => {
      const planned = event(1, classic(strings), { id, level });
      const system = element(
        "System",
        {},
        element("Provider", { Name: kms.provider, Guid: kms.guid ?? "", EventSourceName: "KmsRequests" }),
        element("EventID", { Qualifiers: "16384" }, String(id)),
        ...["Version", "Task", "Opcode"].map((name) => element(name, {}, "0")),
        element("Level", {}, String(level)),
        element("Keywords", {}, "0x80000000000000"),
        element("TimeCreated", { SystemTime: "2023-05-24T01:12:30.1454614Z" }),
        element("EventRecordID", {}, "1"),
        element("Execution", { ProcessID: "0", ThreadID: "0" }),
        element("Channel", {}, kms.channel),
        element("Computer", {}, kms.computer),
      );
      const data = element("EventData", {}, ...strings.map((text) => element("Data", {}, text)));
      const root = element("Event", {}, system, data);
      const bodies = [planned.body, { element: root }, { template: template(root), values: [] }];
      const read = await Promise.all(
        bodies.map((body) => readAll(writeLog([{ number: 1, ticks: planned.ticks, body }]))),
      );
      for (const each of read) expect(each).toEqual(read[0] as typeof each);
      expect(read[0]?.records[0]?.data).toEqual(strings);
    }),
    { numRuns: 50 },
  );
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
        expect((await readAll(log, filter)).records).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
  });

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
  chunk.writeUInt32LE(crc32(chunk.subarray(128, 512), crc32(chunk.subarray(0, 120))), 124);
}

function* take<T>(items: Iterable<T>, count: number): Generator<T> {
  let left = count;
  for (const item of items) {
    if (left-- === 0) return;
    yield item;
  }
}
