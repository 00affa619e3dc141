import { describe, expect, test } from "bun:test";
import { Collector } from "../collector.ts";
import { Intake } from "./intake.ts";
import { blank, type RawEvent } from "./raw-event.ts";
import { dropRepeated } from "./repeated.ts";

const start = Date.UTC(2025, 5, 1);
const info = (n: number) =>
  `0x0,25,pc-${n}.adatum.example,${String(n).padStart(8, "0")}-1689-4a06-9a81-bfdb69affce6,2025/6/1 0:00,0,1,9,73111121-5638-40f6-bc11-f1d7b0d64300`;
const request = (n: number): RawEvent => ({
  ...blank,
  id: 12290,
  provider: "KmsRequests",
  channel: "Key Management Service",
  computer: "KMS1.adatum.example",
  record: n + 1,
  time: start + n * 1000 + 250,
  data: [info(n)],
});
const failed: RawEvent = { ...request(0), id: 12293, data: ["0x80072338", "adatum.example"] };

function read(files: Readonly<Record<string, readonly RawEvent[]>>): Collector {
  const collector = new Collector();
  for (const [file, events] of Object.entries(files)) {
    const intake = new Intake(collector, file, "evtx", false);
    for (const event of events) intake.take(event);
    intake.finish();
  }
  dropRepeated(collector);
  return collector;
}

describe("an event that two files hold", () => {
  test("counts once, and the file says so", () => {
    const collector = read({ a: [request(0), request(1), failed], b: [request(1), request(2), failed] });
    expect([0, 1, 2].map((at) => collector.handled.place(at).file)).toEqual(["a", "a", "b"]);
    expect(collector.handled).toHaveLength(3);
    expect(collector.events).toHaveLength(1);
    expect(collector.readings.map(({ notes }) => notes)).toEqual([
      [],
      ["2 events are also in another file, and are counted once"],
    ]);
  });

  test("counts once when one of them does not name the computer, or cuts its time to the second", () => {
    const text = { ...request(1), computer: "", record: 0, time: start + 1000, channel: "" };
    expect(read({ a: [request(0), request(1)], b: [text] }).handled).toHaveLength(2);
  });

  test("counts once when one names the computer with its domain and one without", () => {
    expect(read({ a: [request(0)], b: [{ ...request(0), computer: "kms1" }] }).handled).toHaveLength(1);
  });

  test("counts as often as one file holds it", () => {
    const twice = [request(0), { ...request(0), record: 2 }];
    expect(read({ a: twice, b: twice }).handled).toHaveLength(2);
    expect(read({ a: twice }).handled).toHaveLength(2);
  });
});

describe("events that are alike", () => {
  test("of two computers both count", () => {
    const other = { ...request(0), computer: "kms2.adatum.example" };
    const both = { a: [request(0), request(1)], b: [other, { ...request(1), time: start }] };
    expect(read(both).handled).toHaveLength(4);
  });

  test("with another time or another record both count", () => {
    expect(read({ a: [request(0)], b: [{ ...request(0), time: start + 5000 }] }).handled).toHaveLength(2);
    expect(read({ a: [failed], b: [{ ...failed, record: 99 }] }).events).toHaveLength(2);
  });
});
