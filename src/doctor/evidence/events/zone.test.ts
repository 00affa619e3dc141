import { describe, expect, test } from "bun:test";
import { type ClockPair, minutesAt, zoneOf } from "./zone.ts";

const start = Date.UTC(2025, 2, 28);
const HOUR = 3_600_000;

/** A request at this hour of UTC: as the host's log shows it with an offset, by a client whose clock is so much ahead. */
function request(line: number, hour: number, offset: number, client: number, ahead = 0): ClockPair {
  const utc = start + hour * HOUR;
  const payload = Math.floor((utc + ahead * 60_000) / 60_000) * 60_000;
  return { line, logged: utc + offset * 60_000 + 3000, payload, voter: client, own: false };
}

function own(line: number, hour: number, offset: number, machine = 1): ClockPair {
  return { ...request(line, hour, offset, machine), own: true };
}

describe("the zone of a log", () => {
  test("is open when nothing in it tells the time", () => {
    expect(zoneOf([])).toEqual([]);
    expect(minutesAt([], 5)).toBeNaN();
  });

  test.each([0, 60, -300, 330, 345, 765, -570, 840, -720])(
    "is found when it is %d minutes from UTC",
    (offset) => {
      const pairs = Array.from({ length: 9 }, (_, n) => request(n + 1, n, offset, n % 4));
      expect(zoneOf(pairs)).toEqual([{ from: 0, minutes: offset }]);
    },
  );

  test("is told by one client when there is only one", () => {
    expect(zoneOf([request(1, 0, 540, 7), request(2, 2, 540, 7)])).toEqual([{ from: 0, minutes: 540 }]);
  });

  test("is not changed by a client six hours off, however often it asks", () => {
    const often = Array.from({ length: 40 }, (_, n) => request(n + 1, n, 60, 1, 360));
    const others = [request(50, 41, 60, 2), request(51, 42, 60, 3), request(52, 43, 60, 4, 2)];
    expect(zoneOf([...often, ...others])).toEqual([{ from: 0, minutes: 60 }]);
  });

  test("is not changed by clients of one site whose clocks are an hour off", () => {
    const pairs = Array.from({ length: 30 }, (_, n) => request(n + 1, n, 120, n % 10, n % 10 < 3 ? 60 : 0));
    expect(zoneOf(pairs)).toEqual([{ from: 0, minutes: 120 }]);
  });

  test("is open when two clients say different things", () => {
    expect(zoneOf([request(1, 0, 60, 1), request(2, 1, 60, 2, 300)])).toEqual([]);
  });

  test("follows daylight saving as it begins inside the log", () => {
    const pairs = Array.from({ length: 20 }, (_, n) => request(10 * n + 1, 6 * n, n < 8 ? 60 : 120, n % 5));
    const zone = zoneOf(pairs);
    expect(zone.map(({ minutes }) => minutes)).toEqual([60, 120]);
    for (const [n, { line }] of pairs.entries()) expect(minutesAt(zone, line)).toBe(n < 8 ? 60 : 120);
  });

  test("follows daylight saving in a log whose newest event comes first", () => {
    const pairs = Array.from({ length: 20 }, (_, n) => request(n + 1, 100 - 5 * n, n < 11 ? 120 : 60, n % 5));
    expect(zoneOf(pairs)).toEqual([
      { from: 0, minutes: 120 },
      { from: 12, minutes: 60 },
    ]);
  });

  test("follows half an hour of daylight saving", () => {
    const pairs = Array.from({ length: 20 }, (_, n) => request(n + 1, n, n < 10 ? 630 : 660, n % 5));
    expect(zoneOf(pairs).map(({ minutes }) => minutes)).toEqual([630, 660]);
  });

  test("of a machine's own requests is their difference, whatever its clients say", () => {
    const pairs = [request(1, 0, 60, 1), own(2, 1, -480), request(3, 2, 60, 2), request(4, 3, 60, 3)];
    expect(zoneOf(pairs)).toEqual([{ from: 0, minutes: -480 }]);
  });

  test("of a machine's own requests changes with the first of them in summer", () => {
    const pairs = [own(10, 0, 60), own(20, 24, 60), own(30, 48, 120)];
    expect(zoneOf(pairs)).toEqual([
      { from: 0, minutes: 60 },
      { from: 25, minutes: 120 },
    ]);
  });

  test("is not told by what no zone can be", () => {
    expect(zoneOf([request(1, 0, 0, 1, 60 * 24 * 30)])).toEqual([]);
    expect(zoneOf([{ ...request(1, 0, 0, 1), payload: Number.NaN }])).toEqual([]);
  });
});
