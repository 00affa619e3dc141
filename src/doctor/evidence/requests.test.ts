import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Collector } from "./collector.ts";
import { infoTime } from "./info.ts";

const header = { file: "kms.evtx", line: 0, record: 7, time: Date.UTC(2025, 0, 2), computer: "kms01" };

const code = fc.oneof(
  fc.constantFrom("0x0", "0x00000000", "0xC004F06C", "0xc004f042", "0x4004F040"),
  fc.nat(0xffff_ffff).map((value) => `0x${value.toString(16).toUpperCase()}`),
);
const name = fc.constantFrom(
  "pc-1.corp.example",
  "PC-2",
  "kms01.corp.example:1688",
  "",
  "<name>",
  "10.0.0.7:1689",
);
const guid = fc.oneof(
  fc.uuid(),
  fc.uuid().map((text) => text.toUpperCase()),
  fc.constant("<CMID>"),
);
const two = (value: number, long: boolean) => String(value).padStart(long ? 2 : 1, "0");
const time = fc
  .tuple(
    fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true }),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([date, longDate, longHour]) => {
    const day = `${date.getUTCFullYear()}/${two(date.getUTCMonth() + 1, longDate)}/${two(date.getUTCDate(), longDate)}`;
    return `${day} ${two(date.getUTCHours(), longHour)}:${two(date.getUTCMinutes(), true)}`;
  });
const anyTime = fc.oneof(time, fc.constantFrom("1/14/2006 2:30", "14/1/2006 2:30", "Date/Time", ""));
const digits = fc.oneof(fc.nat(60).map(String), fc.constantFrom("259200", "007", ""));
const blank = fc.constantFrom(",", ", ");

const infos = {
  12288: fc.tuple(blank, code, code, name, guid, anyTime, digits, digits, digits, guid, digits),
  12289: fc.tuple(blank, code, code, digits, digits, digits, digits, digits, anyTime),
  12290: fc.tuple(blank, code, fc.nat(65_535).map(String), name, guid, anyTime, digits, digits, digits, guid),
} as const;

describe("the quote of a request", () => {
  test.each([12288, 12289, 12290] as const)("of %d is its Info line letter by letter", (id) => {
    fc.assert(
      fc.property(infos[id], ([comma, ...fields]) => {
        const collector = new Collector();
        const info = fields.join(comma);
        expect(collector.request(id, header, info)).toBe(true);
        const log = id === 12288 ? collector.sent : id === 12289 ? collector.answered : collector.handled;
        expect(log.place(0)).toEqual({ file: "kms.evtx", line: 0, record: 7, quote: info });
      }),
      { numRuns: 500 },
    );
  });

  test("stays with its event when others are taken out", () => {
    const { handled, ...collector } = new Collector();
    const all = new Collector();
    for (let at = 0; at < 6; at++) {
      const info = `0x0,${at % 2 === 0 ? "5" : "05"},pc-${at},930bd202-a335-4c7e-bd9d-7305361f0d37,2025/1/2 3:04,0,1,0,2de67392-b7a7-462a-b1ca-108dd189f588`;
      all.request(12290, { ...header, record: at }, info);
    }
    all.handled.keep((at) => at > 2);
    expect(collector.events).toEqual([]);
    expect(handled).toHaveLength(0);
    expect([0, 1, 2].map((at) => all.handled.place(at).quote.split(",")[1])).toEqual(["05", "5", "05"]);
    expect(all.handled.place(2).record).toBe(5);
  });
});

test("lines that are no request are refused", () => {
  const collector = new Collector();
  for (const info of ["", "0x0", "hello, world", "0x0,5", "5,0x0,a,b,c,d,e,f,g", "0x0,five,a,b,c,d,e,f,g"])
    for (const id of [12288, 12289, 12290] as const) expect(collector.request(id, header, info)).toBe(false);
});

test.each([
  ["2010/9/29 21:46", Date.UTC(2010, 8, 29, 21, 46)],
  ["2010/09/29 02:05", Date.UTC(2010, 8, 29, 2, 5)],
  ["1/14/2006 2:30", Date.UTC(2006, 0, 14, 2, 30)],
  ["14/1/2006 2:30", Date.UTC(2006, 0, 14, 2, 30)],
  ["2010/2/30 1:00", Number.NaN],
  ["2010/13/1 1:00", Number.NaN],
  ["2010/1/1 24:00", Number.NaN],
  ["<DateTime>", Number.NaN],
])("the time %s of an event is read as %d", (text, expected) => {
  expect(infoTime(text)).toBe(expected);
});
