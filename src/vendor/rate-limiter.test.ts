import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Rate, RateLimiter } from "./rate-limiter.ts";

const NOW = Date.UTC(2026, 10, 22);
const perMinute = (requests: number): Rate => ({ requests, seconds: 60, burst: requests });

test("an address has its burst at once, and then one request after the other", () => {
  const limiter = new RateLimiter(perMinute(3));
  expect([0, 0, 0, 0].map(() => limiter.take("192.0.2.1", NOW))).toEqual([0, 0, 0, 20]);
  expect(limiter.take("192.0.2.1", NOW + 10_000)).toBe(10);
  expect(limiter.take("192.0.2.1", NOW + 20_000)).toBe(0);
  expect(limiter.take("192.0.2.1", NOW + 20_000)).toBe(20);
});

test("a wait of milliseconds is told as a second, never as none", () => {
  const limiter = new RateLimiter({ requests: 100, seconds: 1, burst: 1 });
  expect(limiter.take("192.0.2.1", NOW)).toBe(0);
  expect(limiter.take("192.0.2.1", NOW + 9)).toBe(1);
  expect(limiter.take("192.0.2.1", NOW + 10)).toBe(0);
});

test("addresses do not wait for each other, but those of one IPv6 network do", () => {
  const limiter = new RateLimiter(perMinute(1));
  const take = (address: string) => limiter.take(address, NOW) === 0;
  expect(["192.0.2.1", "192.0.2.2", "::ffff:192.0.2.3", "::ffff:192.0.2.4"].map(take)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(["2001:db8:0:1::1", "2001:db8:0:1:ffff::9", "2001:db8::1:0:0:0:2"].map(take)).toEqual([
    true,
    false,
    false,
  ]);
  expect(["2001:db8:0:2::1", "::1", "::2"].map(take)).toEqual([true, true, false]);
});

test("a clock that is set back neither frees nor shuts out an address", () => {
  const limiter = new RateLimiter(perMinute(1));
  expect(limiter.take("192.0.2.1", NOW)).toBe(0);
  expect(limiter.take("192.0.2.1", NOW - 3_600_000)).toBe(60);
  expect(limiter.take("192.0.2.1", NOW - 3_600_000 + 60_000)).toBe(0);
});

describe("however requests come,", () => {
  const rates = fc.record({
    requests: fc.integer({ min: 1, max: 500 }),
    seconds: fc.constantFrom(1, 7, 60),
    burst: fc.integer({ min: 1, max: 50 }),
  });
  const gaps = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 300 });

  test("no span of time passes more than a burst and what the rate gives in it", () => {
    fc.assert(
      fc.property(rates, gaps, (rate, waits) => {
        const limiter = new RateLimiter(rate);
        const passed: number[] = [];
        let now = NOW;
        for (const wait of waits) {
          now += wait;
          if (limiter.take("192.0.2.1", now) === 0) passed.push(now);
        }
        for (const [first, start] of passed.entries()) {
          for (const [last, end] of passed.entries().drop(first)) {
            const most = rate.burst + ((end - start) * rate.requests) / (rate.seconds * 1000);
            expect(last - first + 1).toBeLessThanOrEqual(most + 0.1);
          }
        }
      }),
    );
  });

  test("whoever keeps to the rate is never refused", () => {
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 300 }), (rate, requests) => {
        const limiter = new RateLimiter(rate);
        for (let at = 0; at < requests; at++) {
          const now = NOW + (at * rate.seconds * 1000) / rate.requests;
          expect(limiter.take("192.0.2.1", now)).toBe(0);
        }
      }),
      // So many fractions summed up were a hundredth of a request off.
      { examples: [[{ requests: 463, seconds: 1, burst: 1 }, 300]] },
    );
  });

  test("whoever waits as long as it was told is let through", () => {
    fc.assert(
      fc.property(rates, gaps, (rate, waits) => {
        const limiter = new RateLimiter(rate);
        let now = NOW;
        for (const wait of waits) {
          now += wait;
          const seconds = limiter.take("192.0.2.1", now);
          if (seconds === 0) continue;
          now += seconds * 1000;
          expect(limiter.take("192.0.2.1", now)).toBe(0);
        }
      }),
    );
  });
});

test("a flood of addresses does not grow without end, and a busy one is not forgotten by it", () => {
  const limiter = new RateLimiter(perMinute(1), 10_000);
  limiter.take("192.0.2.1", NOW);
  for (let at = 0; at < 30_000; at++) {
    limiter.take(`198.51.${at >> 8}.${at & 255}`, NOW);
    if (at % 5_000 === 0) expect(limiter.take("192.0.2.1", NOW)).toBe(60);
  }
  expect(limiter.size).toBeLessThanOrEqual(10_000);
});
