import { expect, test } from "bun:test";
import { type Body, type Content, type Element, element, template, type Value } from "./binxml.ts";
import { classic, eventRecord, value } from "./events.ts";
import { type LogRecord, writeLog } from "./log.ts";
import { readAll } from "./reading.ts";

const source = { provider: "p", channel: "c", computer: "pc" };
const event = (number: number, payload: Value): LogRecord =>
  eventRecord({ source, number, time: 0, id: 1, payload });
const honest = event(99, classic(["still here"]));

/** Reads a log with this record and an honest one; the second must survive whatever the first does. */
async function beside(record: LogRecord) {
  const { records, damage } = await readAll(writeLog([record, honest]));
  expect(records.at(-1)).toMatchObject({ record: 99, data: ["still here"] });
  return { records, damage };
}

function nested(depth: number, parts: (inner: Content[]) => Content[]): Element {
  let inner: Content[] = ["x"];
  for (let i = 0; i < depth; i++) inner = [element("E", {}, ...parts(inner))];
  return element("EventData", {}, ...inner);
}

test("elements nested deeper than 64 are refused", async () => {
  const body = (depth: number): Value => ({ body: { element: nested(depth, (inner) => inner) } });
  expect((await beside(event(1, body(50)))).damage).toEqual([]);
  expect((await beside(event(1, body(200)))).damage).toMatchObject([
    { reason: "nested too deep", record: 1 },
  ]);
});

test("templates nested in values are refused beyond the same depth", async () => {
  const shared = template(element("E", {}, { slot: 0, type: 0x21 }));
  let body: Body = { element: element("E", {}) };
  for (let i = 0; i < 80; i++) body = { template: shared, values: [{ body }] };
  expect((await beside(event(1, { body }))).damage).toMatchObject([{ reason: "nested too deep", record: 1 }]);
});

test("a value repeated at every level does not unfold into gigabytes", async () => {
  const slot: Content = { slot: 0, type: 0x21 };
  const shared = template(element("E", {}, slot, slot));
  let body: Body = { element: element("E", {}) };
  for (let i = 0; i < 19; i++) body = { template: shared, values: [{ body }] };
  expect((await beside(event(1, { body }))).damage).toMatchObject([{ reason: "expands too far", record: 1 }]);
});

test("a long text repeated in thousands of elements does not either", async () => {
  const slot: Content = { slot: 0, type: 0x01 };
  const long = value.text("x".repeat(6000));
  for (const name of ["Data", "Other"]) {
    const items = Array.from({ length: 2000 }, () => element(name, {}, slot));
    const payload: Value = {
      body: { template: template(element("EventData", {}, ...items)), values: [long] },
    };
    expect((await beside(event(1, payload))).damage).toMatchObject([
      { reason: "expands too far", record: 1 },
    ]);
  }
});

test("an array of many items beside a long text does not either", async () => {
  const shared = template(
    element("EventData", {}, element("Data", {}, "y".repeat(9000), { slot: 0, type: 0x84 })),
  );
  const payload: Value = {
    body: { template: shared, values: [{ type: 0x84, bytes: new Uint8Array(8000) }] },
  };
  expect((await beside(event(1, payload))).damage).toMatchObject([{ reason: "expands too far", record: 1 }]);
});

test("hundreds of small records of one large template do not either", async () => {
  const items = Array.from({ length: 1400 }, () => element("Other", {}, { slot: 0, type: 0x04 }));
  const system = element("System", {}, element("EventID", {}, "7"));
  const body: Body = { template: template(element("Event", {}, system, ...items)), values: [value.u8(7)] };
  const log = writeLog(Array.from({ length: 600 }, (_, n) => ({ number: n, ticks: 0n, body })));
  const { damage } = await readAll(log);
  expect(damage.length).toBeGreaterThan(300);
  expect(new Set(damage.map(({ reason }) => reason))).toEqual(new Set(["expands too far"]));
});

test("more than 4,096 values, or a place for one, are refused", async () => {
  const root = element("EventData", {}, element("Data", {}, { slot: 0, type: 0 }));
  const values = Array.from({ length: 4097 }, () => value.none);
  const many: Value = { body: { template: template(root), values } };
  expect((await beside(event(1, many))).damage).toMatchObject([{ reason: "expands too far" }]);
  const far: Value = {
    body: {
      template: template(element("EventData", {}, element("Data", {}, { slot: 5000, type: 1 }))),
      values: [],
    },
  };
  expect((await beside(event(1, far))).damage).toMatchObject([{ reason: "expands too far" }]);
});

/** The log of one record and the honest one, with four bytes of it replaced. */
async function withPatch(record: LogRecord, find: Uint8Array, offset: number, number: number) {
  const log = writeLog([honest, record, { ...honest, number: 100 }]);
  const at = log.indexOf(find, 4096 + 512);
  expect(at).toBeGreaterThan(0);
  log.writeUInt32LE(number, at + offset);
  return readAll(log);
}

const utf16 = (text: string) => Buffer.from(text, "utf16le");

test.each([0, 0x200, 0xfff8, 0x10000, 0xffffffff])(
  "a template at %d harms only what uses it",
  async (offset) => {
    const shared = template(element("Event", {}, element("System", {}, element("EventID", {}, "7"))));
    const record: LogRecord = { number: 2, ticks: 0n, body: { template: shared, values: [] } };
    const { records, damage } = await withPatch(record, shared.guid, -8, offset);
    expect(records.map(({ fileRecord }) => fileRecord)).toEqual([99, 100]);
    expect(damage).toHaveLength(1);
  },
);

test.each([0, 1, 0xfffe, 0x10000, 0xffffffff])("a name at %d harms only what uses it", async (offset) => {
  const shared = template(
    element("Event", {}, element("Unheard", {}, "x"), element("System", {}, element("EventID", {}, "7"))),
  );
  const record: LogRecord = { number: 2, ticks: 0n, body: { template: shared, values: [] } };
  const { records } = await withPatch(record, utf16("Unheard"), -12, offset);
  expect(records.map(({ fileRecord }) => fileRecord)).toContain(100);
  expect(records.map(({ fileRecord }) => fileRecord)).toContain(99);
});

test("a template that contains an instance of itself comes to an end", async () => {
  const shared = template(
    element(
      "Event",
      {},
      element("System", {}, element("EventID", {}, "7")),
      element("Loop", {}, "0123456789"),
    ),
  );
  const log = writeLog([{ number: 1, ticks: 0n, body: { template: shared, values: [] } }, honest]);
  const definition = log.indexOf(shared.guid.subarray(0, 16), 4096 + 512) - 4;
  const text = log.indexOf(utf16("0123456789")) - 4;
  const instance = Buffer.alloc(14);
  instance.writeUInt8(0x0c, 0);
  instance.writeUInt8(1, 1);
  shared.guid.copy(instance, 2, 0, 4);
  instance.writeUInt32LE(definition - 4096, 6);
  instance.copy(log, text);
  Buffer.from("0f010100084100084100", "hex").copy(log, text + 14);
  const { records, damage } = await readAll(log);
  expect(records.map(({ fileRecord }) => fileRecord)).toEqual([99]);
  expect(damage).toMatchObject([{ reason: "nested too deep", record: 1 }]);
});

test("a chunk of nothing but record signatures is passed over", async () => {
  for (const pattern of ["2a2a0000", "2a2a00001c000000", "2a", "456c6643686e6b00"]) {
    const chunk = Buffer.alloc(65536, Buffer.from(pattern, "hex"));
    const log = writeLog([honest]);
    const { records } = await readAll(Buffer.concat([log.subarray(0, 4096), chunk, log.subarray(4096)]));
    expect(records.map(({ fileRecord }) => fileRecord)).toContain(99);
  }
});
