import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  isClockBehind,
  LICENSE_STATUS,
  type LicenseFacts,
  type LicenseState,
  licenseState,
  reasonCode,
  statusName,
} from "./license-state.ts";
import { DAY, MINUTE } from "./time.ts";

const START = Date.parse("2026-01-01T00:00:00Z");
const LEASED = START + 10 * DAY;
const LEASE_ENDS = LEASED + 180 * DAY;
const GRACE = 30 * 24 * 60;
const GRACE_ENDS = START + 30 * DAY;

const CHANGED = LEASED + 50 * DAY;

const policy = { initialGrace: GRACE, additionalGrace: GRACE, clockTolerance: 240 };
const none = { ...policy, initialGrace: 0, additionalGrace: 0 };
const unknown = { hardwareChanged: undefined, latestSigned: undefined };
const fresh: LicenseFacts = { key: true, firstSeen: START, lease: undefined, ...unknown, policy };
const noKey: LicenseFacts = { ...fresh, key: false };
const leased: LicenseFacts = { ...fresh, lease: { issued: LEASED, expires: LEASE_ENDS } };
const forged: LicenseFacts = { ...fresh, lease: "not-genuine" };
const noGrace: LicenseFacts = { ...fresh, policy: none };
const leasedNoGrace: LicenseFacts = { ...leased, policy: none };
const otherHardware: LicenseFacts = { ...leased, hardwareChanged: CHANGED };
const permanent: LicenseFacts = { ...fresh, lease: { issued: LEASED, expires: undefined } };
const signed: LicenseFacts = { ...leased, latestSigned: LEASED };
const signedLater: LicenseFacts = { ...leased, latestSigned: LEASE_ENDS + DAY };

type Row = [
  at: string,
  facts: LicenseFacts,
  now: number,
  status: keyof typeof LICENSE_STATUS,
  minutes: number,
];

const TABLE: Row[] = [
  ["without a key, at once", noKey, START, "unlicensed", 0],
  ["without a key, years later", noKey, START + 1000 * DAY, "unlicensed", 0],
  ["without a key, though a lease is stored", { ...leased, key: false }, LEASED, "unlicensed", 0],
  ["in the first moment", fresh, START, "initialGrace", GRACE],
  ["1 ms into the grace", fresh, START + 1, "initialGrace", GRACE - 1],
  ["a minute before the grace ends", fresh, GRACE_ENDS - MINUTE, "initialGrace", 1],
  ["1 ms before the grace ends", fresh, GRACE_ENDS - 1, "initialGrace", 0],
  ["when the grace ends", fresh, GRACE_ENDS, "notification", 0],
  ["1 ms after the grace ended", fresh, GRACE_ENDS + 1, "notification", 0],
  ["in the first moment of a product without grace", noGrace, START, "notification", 0],
  ["when the lease is granted", leased, LEASED, "licensed", 180 * 24 * 60],
  ["1 ms before the lease ends", leased, LEASE_ENDS - 1, "licensed", 0],
  ["when the lease ends", leased, LEASE_ENDS, "additionalGrace", GRACE],
  ["1 ms after the lease ended", leased, LEASE_ENDS + 1, "additionalGrace", GRACE - 1],
  ["1 ms before the additional grace ends", leased, LEASE_ENDS + 30 * DAY - 1, "additionalGrace", 0],
  ["when the additional grace ends", leased, LEASE_ENDS + 30 * DAY, "notification", 0],
  ["1 ms after the additional grace ended", leased, LEASE_ENDS + 30 * DAY + 1, "notification", 0],
  ["1 ms before the lease of a product without grace ends", leasedNoGrace, LEASE_ENDS - 1, "licensed", 0],
  ["when the lease of a product without grace ends", leasedNoGrace, LEASE_ENDS, "notification", 0],
  ["with a changed store, in the first moment", forged, START, "nonGenuineGrace", GRACE],
  ["with a changed store, 1 ms before the grace ends", forged, GRACE_ENDS - 1, "nonGenuineGrace", 0],
  ["with a changed store, when the grace ends", forged, GRACE_ENDS, "notification", 0],
  ["with a changed store, 1 ms after the grace ended", forged, GRACE_ENDS + 1, "notification", 0],
  ["with a permanent lease, at once", permanent, LEASED, "licensed", 0],
  ["with a permanent lease, a lifetime later", permanent, LEASED + 36_500 * DAY, "licensed", 0],
  [
    "with a permanent lease on other hardware, at once",
    { ...permanent, hardwareChanged: CHANGED },
    CHANGED,
    "additionalGrace",
    GRACE,
  ],
  [
    "with a permanent lease on other hardware, when the grace ends",
    { ...permanent, hardwareChanged: CHANGED },
    CHANGED + 30 * DAY,
    "notification",
    0,
  ],
  ["on other hardware, at once", otherHardware, CHANGED, "additionalGrace", GRACE],
  [
    "on other hardware, 1 ms before the grace ends",
    otherHardware,
    CHANGED + 30 * DAY - 1,
    "additionalGrace",
    0,
  ],
  ["on other hardware, when the grace ends", otherHardware, CHANGED + 30 * DAY, "notification", 0],
  [
    "on hardware that changed after the lease ended, when its grace ends",
    { ...leased, hardwareChanged: LEASE_ENDS + 20 * DAY },
    LEASE_ENDS + 30 * DAY,
    "notification",
    0,
  ],
  [
    "on other hardware, with the clock set back before the change",
    otherHardware,
    LEASED,
    "additionalGrace",
    80 * 1440,
  ],
  ["on other hardware without a lease", { ...fresh, hardwareChanged: CHANGED }, START, "initialGrace", GRACE],
  ["with the clock set back before the lease", signed, LEASED - 90 * DAY, "licensed", 180 * 1440],
  [
    "with the clock set back behind what another lease says",
    signedLater,
    LEASED,
    "additionalGrace",
    29 * 1440,
  ],
  [
    "with the clock set back to win an initial grace",
    { ...fresh, latestSigned: GRACE_ENDS },
    START,
    "notification",
    0,
  ],
  ["with the clock years ahead", signed, LEASED + 3650 * DAY, "notification", 0],
  ["with the clock right again after that", signed, LEASED + DAY, "licensed", 179 * 1440],
];

test.each(TABLE)("%s", (_, facts, now, status, minutesLeft) => {
  expect(licenseState(facts, now)).toMatchObject({ status: LICENSE_STATUS[status], minutesLeft });
});

test.each<[string, LicenseFacts, number, LicenseState["reason"], string | undefined]>([
  ["the grace is over", fresh, GRACE_ENDS, "GRACE_EXPIRED", "0xC004F009"],
  ["lease and grace are over", leased, LEASE_ENDS + 30 * DAY, "GRACE_EXPIRED", "0xC004F009"],
  ["the stored lease is not genuine", forged, GRACE_ENDS, "HOST_NOT_TRUSTED", "0x800B0109"],
  ["nothing is wrong", leased, LEASED, undefined, undefined],
  ["no key is there", noKey, LEASED, undefined, undefined],
  [
    "no key is there and the clock is behind",
    { ...noKey, latestSigned: LEASED },
    START,
    undefined,
    undefined,
  ],
  ["the hardware changed", otherHardware, CHANGED, "HARDWARE_CHANGED", "0xC004F00F"],
  ["the hardware changed and the grace is over", otherHardware, LEASE_ENDS, "HARDWARE_CHANGED", "0xC004F00F"],
  ["the lease is over and its grace is not", leased, LEASE_ENDS, undefined, undefined],
  [
    "the clock is behind by more than clocks may differ",
    signed,
    LEASED - 240 * MINUTE - 1,
    "CLOCK_SKEW",
    "0xC004F06C",
  ],
  ["the clock is behind by no more than that", signed, LEASED - 240 * MINUTE, undefined, undefined],
  [
    "the clock is behind and the grace is over",
    { ...fresh, latestSigned: GRACE_ENDS },
    START,
    "GRACE_EXPIRED",
    "0xC004F009",
  ],
])("the reason when %s", (_, facts, now, reason, code) => {
  const state = licenseState(facts, now);
  expect(state.reason).toBe(reason);
  expect(reasonCode(state)).toBe(code);
});

test.each([
  [0, "Unlicensed"],
  [1, "Licensed"],
  [2, "Initial grace period"],
  [3, "Additional grace period"],
  [4, "Non-genuine grace period"],
  [5, "Notification"],
  [6, "Extended grace period"],
] as const)("status %p is called %p", (status, name) => {
  expect(statusName(status)).toBe(name);
});

test("the statuses are Microsoft's numbers, each once", () => {
  expect(Object.values(LICENSE_STATUS)).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

const moments = fc.integer({ min: 0, max: Date.parse("9999-12-31T23:59:59Z") });
const graces = fc.integer({ min: 0, max: 3650 * 24 * 60 });
const leases = fc.oneof(
  fc.constant(undefined),
  fc.constant("not-genuine" as const),
  fc.record({ issued: moments, expires: moments }),
);
const anyFacts: fc.Arbitrary<LicenseFacts> = fc.record({
  key: fc.boolean(),
  firstSeen: moments,
  lease: leases,
  hardwareChanged: fc.option(moments, { nil: undefined }),
  latestSigned: fc.option(moments, { nil: undefined }),
  policy: fc.record({
    initialGrace: graces,
    additionalGrace: graces,
    clockTolerance: fc.integer({ min: 1, max: 43_200 }),
  }),
});

test("for any facts and any time there is one state, and what remains of it is never negative", () => {
  fc.assert(
    fc.property(anyFacts, moments, (facts, now) => {
      const { status, ends, minutesLeft, reason } = licenseState(facts, now);
      expect([0, 1, 2, 3, 4, 5]).toContain(status);
      expect(minutesLeft).toBeGreaterThanOrEqual(0);
      expect(Number.isInteger(minutesLeft)).toBe(true);
      expect(ends === undefined).toBe(status === 0 || status === 5);
      if (ends !== undefined) expect(ends).toBeGreaterThan(now);
      const isBehind = isClockBehind(facts.latestSigned, now, facts.policy);
      if (status === 5) expect(reason).toBeDefined();
      else if (status === 3 && facts.hardwareChanged !== undefined) expect(reason).toBe("HARDWARE_CHANGED");
      else expect(reason).toBe(status !== 0 && isBehind ? "CLOCK_SKEW" : undefined);
    }),
    { numRuns: 2000 },
  );
});

test("a state lasts exactly until the moment it names", () => {
  fc.assert(
    fc.property(anyFacts, moments, (facts, now) => {
      const { status, ends } = licenseState(facts, now);
      if (ends === undefined) {
        expect(licenseState(facts, now + 10_000 * DAY).status).toBe(status);
      } else {
        expect(licenseState(facts, ends - 1).status).toBe(status);
        expect(licenseState(facts, ends).status).not.toBe(status);
      }
    }),
    { numRuns: 2000 },
  );
});

test("turning the clock back behind what a host has signed gives what it gave when that was signed", () => {
  fc.assert(
    fc.property(anyFacts, moments, moments, (facts, latestSigned, now) => {
      const known = { ...facts, latestSigned };
      const { reason: _, ...state } = licenseState(known, Math.min(now, latestSigned));
      const { reason: __, ...before } = licenseState(known, latestSigned);
      expect(state).toEqual(before);
    }),
  );
});

test("a machine with a lease in force on its own hardware is Licensed, whatever else is known", () => {
  fc.assert(
    fc.property(anyFacts, moments, fc.nat({ max: 4000 * DAY }), (facts, now, left) => {
      const lease = { issued: now, expires: Math.max(now, facts.latestSigned ?? 0) + left + 1 };
      expect(licenseState({ ...facts, key: true, hardwareChanged: undefined, lease }, now).status).toBe(1);
    }),
  );
});

test("time alone never makes a state better", () => {
  const order = [
    LICENSE_STATUS.licensed,
    LICENSE_STATUS.additionalGrace,
    LICENSE_STATUS.notification,
  ] as number[];
  const rank = (status: number) => Math.max(order.indexOf(status), 0);
  fc.assert(
    fc.property(anyFacts, moments, fc.nat({ max: 4000 * DAY }), (facts, now, later) => {
      const before = rank(licenseState(facts, now).status);
      expect(rank(licenseState(facts, now + later).status)).toBeGreaterThanOrEqual(before);
    }),
  );
});
