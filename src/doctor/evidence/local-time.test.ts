import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { dayMonthOrder, localTime, statedZone } from "./local-time.ts";

const iso = (text: string, order?: "mdy" | "dmy" | "ymd") =>
  localTime(text, order)?.readings.map((time) => new Date(time).toISOString().slice(0, 19));

describe("a moment as Windows prints it", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["3/11/2025 3:15:43 AM", ["2025-03-11T03:15:43", "2025-11-03T03:15:43"]],
    ["10/24/2024 12:12:40 AM", ["2024-10-24T00:12:40"]],
    ["10/24/2024 12:12:40 PM", ["2024-10-24T12:12:40"]],
    ["15/05/2025 13:52:10", ["2025-05-15T13:52:10"]],
    ["03/04/2025 13:52:10", ["2025-04-03T13:52:10", "2025-03-04T13:52:10"]],
    ["3/04/2025 1:52:10 pm", ["2025-04-03T13:52:10", "2025-03-04T13:52:10"]],
    ["04/04/2025 13:52:10", ["2025-04-04T13:52:10"]],
    ["10.04.2025 16:58:03", ["2025-04-10T16:58:03", "2025-10-04T16:58:03"]],
    ["10. 4. 2025 16:58:03", ["2025-04-10T16:58:03", "2025-10-04T16:58:03"]],
    ["22.4.2025 16.58.03", ["2025-04-22T16:58:03"]],
    ["2025/04/10 16:58:03", ["2025-04-10T16:58:03"]],
    ["2025-04-10 16:58", ["2025-04-10T16:58:00"]],
    ["2025. 4. 10. 오후 4:58:03", ["2025-04-10T16:58:03"]],
    ["2025年4月10日 16時58分03秒", ["2025-04-10T16:58:03"]],
    ["2025/04/10 午後 04:58:03", ["2025-04-10T16:58:03"]],
    ["2025/4/10 下午 12:58:03", ["2025-04-10T12:58:03"]],
    ["Thursday, April 10, 2025 4:58:03 PM", ["2025-04-10T16:58:03"]],
    ["donnerstag, 10. april 2025 16:58:03", ["2025-04-10T16:58:03"]],
    ["jeudi 10 juillet 2025 16:58:03", ["2025-07-10T16:58:03"]],
    ["10 de abril de 2025 4:58:03 p. m.", ["2025-04-10T16:58:03"]],
    ["10-Apr-25 16:58:03", ["2025-04-10T16:58:03"]],
    ["10 апреля 2025 16:58:03", ["2025-04-10T16:58:03"]],
    ["2025-04-10T16:58:03.1234567Z", ["2025-04-10T16:58:03"]],
    ["20250410165803.000000+120", ["2025-04-10T16:58:03"]],
    ["10/4/2568 16:58:03", ["2025-04-10T16:58:03", "2025-10-04T16:58:03"]],
    ["22/04/2025 4:58:03 CH", ["2025-04-22T04:58:03", "2025-04-22T16:58:03"]],
    ["22/04/2025 4:58:03 Uhr", ["2025-04-22T04:58:03"]],
    ["2025/4/22 4:58:03 过期", ["2025-04-22T04:58:03"]],
    ["\u200e4/\u200e22/\u200e2025 4:58:03\u202fPM", ["2025-04-22T16:58:03"]],
    ["l0/24/2024 9:5O:l9 AM", ["2024-10-24T09:50:19"]],
    ["４/22/2025", ["2025-04-22T00:00:00"]],
    ["22/04/25 16:58", ["2025-04-22T16:58:00", "2022-04-25T16:58:00"]],
  ];
  for (const [text, readings] of cases) {
    test(`${text} is read as ${readings.join(" or ")}`, () => expect(iso(text)).toEqual([...readings]));
  }

  test("an order that the file establishes leaves one reading", () => {
    expect(iso("3/11/2025 3:15:43 AM", "dmy")).toEqual(["2025-11-03T03:15:43"]);
    expect(iso("3/11/2025 3:15:43 AM", "mdy")).toEqual(["2025-03-11T03:15:43"]);
  });

  test("what is no date is none", () => {
    for (const text of [
      "",
      "<removed>",
      "16:58:03",
      "10.0.26100.8737",
      "99/99/2025",
      "2/30/2025 1:00",
      "1.2.3.4",
    ]) {
      expect(localTime(text)).toBeUndefined();
    }
  });

  test("a zone is told apart from the local time", () => {
    expect(statedZone("2025-04-10T16:58:03Z")).toBe(0);
    expect(statedZone("2025-04-10T16:58:03.5+02:00")).toBe(120);
    expect(statedZone("2025-04-10 16:58:03 (UTC-7)")).toBe(-420);
    expect(statedZone("20250410165803.000000-300")).toBe(-300);
    expect(statedZone("2025-04-10 16:58:03")).toBeUndefined();
    expect(iso("2025-04-10T16:58:03+02:00")).toEqual(["2025-04-10T16:58:03"]);
  });

  test("every moment is among the readings of what each country prints of it", () => {
    const two = (value: number) => String(value).padStart(2, "0");
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2000, 0) / 1000, max: Date.UTC(2099, 0) / 1000 }), (seconds) => {
        const date = new Date(seconds * 1000);
        const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
        const hour = date.getUTCHours();
        const rest = `${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
        for (const text of [
          `${month}/${day}/${year} ${hour % 12 || 12}:${rest} ${hour < 12 ? "AM" : "PM"}`,
          `${two(day)}/${two(month)}/${year} ${two(hour)}:${rest}`,
          `${two(day)}.${two(month)}.${year} ${two(hour)}:${rest}`,
          `${year}/${two(month)}/${two(day)} ${hour}:${rest}`,
          date.toISOString(),
        ]) {
          expect(localTime(text)?.readings).toContain(seconds * 1000);
        }
      }),
    );
  });

  test("no text makes it fail", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9/:.,\- APMlO年月日T+Z]{0,60}$/)), (text) => {
        const time = localTime(text);
        statedZone(text);
        if (time !== undefined) for (const reading of time.readings) expect(reading).toBeFinite();
      }),
    );
  });
});

describe("the order of day and month in a file", () => {
  const cases: readonly (readonly [string, readonly string[], "mdy" | "dmy" | "ymd" | undefined])[] = [
    ["a part above 12 decides", ["3/4/2025 1:00", "3/14/2025 1:00"], "mdy"],
    ["a part above 12 decides the other way", ["3/4/2025 1:00", "14/3/2025 1:00"], "dmy"],
    ["a year in front decides", ["2025/3/4 1:00"], "ymd"],
    ["one open date decides nothing", ["3/4/2025 1:00"], undefined],
    ["contradiction decides nothing", ["3/14/2025 1:00", "14/3/2025 1:00"], undefined],
    ["neighbouring days decide", ["3/4/2025 1:00", "3/5/2025 2:00", "3/6/2025 3:00"], "mdy"],
    ["neighbouring days decide the other way", ["04.03.2025", "05.03.2025", "06.03.2025"], "dmy"],
    ["names of months decide nothing", ["10 April 2025"], undefined],
    ["nothing decides nothing", [], undefined],
  ];
  for (const [name, texts, order] of cases) {
    test(name, () => expect(dayMonthOrder(texts)).toBe(order));
  }
});
