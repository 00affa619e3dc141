import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { EvtxRecord } from "../../src/doctor/evidence/evtx/reader.ts";
import { type Content, type Element, element, template, type Value } from "./binxml.ts";
import { classic, named, userData, value } from "./events.ts";
import { event, kms, requests, time } from "./kms.ts";
import { ticks, writeLog } from "./log.ts";
import { readAll } from "./reading.ts";

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
    const { data: kept, named: byName } = await payloadOf(payload);
    expect(kept).toEqual(["kept"]);
    expect(Object.keys(byName)).toEqual([]);
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

test("a payload that ends inside an element is reported", async () => {
  const data = element("EventData", {}, element("Data", {}, "q"));
  const log = writeLog([1, 2].map((number) => event(number, { body: { element: data, bare: true } })));
  // The text now takes the two tokens behind it, which end its element and the one around it.
  const text = log.lastIndexOf(Buffer.from([5, 1, 1, 0, 0x71, 0, 4, 4]));
  log.writeUInt8(2, text + 2);
  const { records, damage } = await readAll(log);
  expect(records.map(({ record }) => record)).toEqual([1]);
  expect(damage).toMatchObject([{ reason: "unknown token", record: 2 }]);
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

  test("an element that does not end is reported", async () => {
    const log = writeLog([{ number: 7, ticks: 0n, body: { element: root } }, ...requests(1)]);
    log.writeUInt8(0, log.lastIndexOf(0x04, 4096 + 512 + log.readUInt32LE(4096 + 512 + 4) - 5));
    const { records, damage } = await readAll(log);
    expect(records.map(({ record }) => record)).toEqual([1]);
    expect(damage).toMatchObject([{ reason: "unknown token", record: 7 }]);
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
