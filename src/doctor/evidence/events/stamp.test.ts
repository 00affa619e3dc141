import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Stamp } from "./raw-event.ts";
import { eventTime, exchanged, StampOrder } from "./stamp.ts";

function orderOf(texts: readonly string[], payloads: readonly number[] = []) {
  const order = new StampOrder();
  for (const [at, text] of texts.entries()) order.add(eventTime(text) as Stamp, payloads[at]);
  return order.order;
}

describe("a stamp", () => {
  test.each([
    ["10/24/2024 9:57:41 PM", Date.UTC(2024, 9, 24, 21, 57, 41)],
    ["24.10.2024 21:57:41", Date.UTC(2024, 9, 24, 21, 57, 41)],
    ["2024/10/24 21:57:41", Date.UTC(2024, 9, 24, 21, 57, 41)],
    ["24/10/2024 21:57", Date.UTC(2024, 9, 24, 21, 57)],
    ["2024-10-24T21:57:41", Date.UTC(2024, 9, 24, 21, 57, 41)],
    ["12/31/2024 12:00:00 AM", Date.UTC(2024, 11, 31)],
  ])("%s means one moment, its zone open", (text, time) => {
    expect(eventTime(text)).toMatchObject({ monthFirst: time, dayFirst: time });
  });

  test("may leave open which part is the day", () => {
    const time = {
      monthFirst: Date.UTC(2025, 2, 4, 5, 6),
      dayFirst: Date.UTC(2025, 3, 3, 5, 6),
      order: "open",
    };
    expect(eventTime("3/4/2025 5:06")).toMatchObject(time);
  });

  test.each([
    ["2024-10-24T21:57:41.1234567Z", Date.UTC(2024, 9, 24, 21, 57, 41, 123)],
    ["2024-10-24T21:57:41+02:00", Date.UTC(2024, 9, 24, 19, 57, 41)],
  ])("%s says its zone", (text, time) => {
    expect(eventTime(text)).toBe(time);
  });

  test.each(["", "soon", "13/13/2024 1:00", "0/1/2024 1:00"])("is not %j", (text) => {
    expect(eventTime(text)).toBeUndefined();
  });
});

describe("the order of day and month in a file", () => {
  test("is that which one stamp leaves as the only one", () => {
    expect(orderOf(["4/5/2025 1:00", "4/13/2025 1:00"])).toBe("mdy");
    expect(orderOf(["4/5/2025 1:00", "13/4/2025 1:00"])).toBe("dmy");
  });

  test("is that which brings a stamp within a day of the time in its event", () => {
    const payload = Date.UTC(2025, 4, 4, 12);
    expect(orderOf(["4/5/2025 14:00"], [payload])).toBe("dmy");
    expect(orderOf(["5/4/2025 14:00"], [payload])).toBe("mdy");
  });

  test("is that in which the log runs one way", () => {
    expect(orderOf(["1/2/2025 1:00", "1/3/2025 1:00", "2/1/2025 1:00", "2/2/2025 1:00"])).toBe("mdy");
    expect(orderOf(["1/2/2025 1:00", "2/2/2025 1:00", "3/2/2025 1:00", "1/3/2025 1:00"])).toBe("dmy");
  });

  test("is that of the United States when all that is known is AM and PM", () => {
    expect(orderOf(["1/2/2025 1:00 AM"])).toBe("mdy");
    expect(orderOf(["1/2/2025 1:00"])).toBe("dmy");
  });
});

test("exchanging day and month twice changes nothing", () => {
  const day = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(day, day, fc.integer({ min: 0, max: 86_399_999 }), (month, date, rest) => {
      const time = Date.UTC(2025, month - 1, date) + rest;
      expect(exchanged(time)).toBe(Date.UTC(2025, date - 1, month) + rest);
      expect(exchanged(exchanged(time))).toBe(time);
    }),
  );
});
