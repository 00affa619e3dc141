import { expect, test } from "bun:test";
import fc from "fast-check";
import { DAY } from "../../protocol/time.ts";
import { type Comparison, compareHosts, MOVES } from "./compare.ts";
import { cmid, ENTERPRISE, evidenceOf, type LoggedRequest, SERVER_2022, span } from "./log-for-tests.ts";

const START = Date.UTC(2026, 2, 1, 8);
const at = (days: number) => START + days * DAY;
const OLD = "kms-old.corp.example";
const NEW = "kms-new.corp.example";

/** Compares logs of both hosts that reach over 60 days. */
function compared(old: readonly LoggedRequest[], next: readonly LoggedRequest[], oldEnds = 60): Comparison {
  const side = (host: string, requests: readonly LoggedRequest[], ends: number) =>
    evidenceOf(
      requests.map((request) => ({ ...request, host })),
      { logs: [span(START, at(ends), { computer: host })] },
    );
  return compareHosts(side(OLD, old, oldEnds), side(NEW, next, 60));
}

/** Requests every 7 days by a machine with this number. */
function renewing(number: number, from: number, to: number, name = `srv-${number}`): LoggedRequest[] {
  const requests: LoggedRequest[] = [];
  for (let day = from; day <= to; day += 7)
    requests.push({ time: at(day), name, cmid: cmid(number), product: SERVER_2022 });
  return requests;
}

/** Enough machines on the new host for servers to activate. */
const FIVE = [91, 92, 93, 94, 95].flatMap((number) => renewing(number, 40, 59));

const moveOf = (comparison: Comparison, label: string) =>
  comparison.machines.find((machine) => machine.label === label);

test("a machine whose last request went to the new host has moved, at its first request there", () => {
  const machine = moveOf(compared(renewing(1, 0, 28), [...renewing(1, 35, 56), ...FIVE]), "srv-1");
  expect(machine).toMatchObject({ move: "moved", movedAt: at(35), oldLast: at(28), newLast: at(56) });
});

test("one that went back, or never came, is still on the old host and keeps it in use", () => {
  const all = compared(
    [...renewing(1, 0, 56), ...renewing(2, 3, 59)],
    [{ time: at(30), name: "srv-1", cmid: cmid(1), product: SERVER_2022 }, ...FIVE],
  );
  expect(moveOf(all, "srv-1")).toMatchObject({ move: "old", newLast: at(30) });
  expect(moveOf(all, "srv-2")).toMatchObject({ move: "old" });
  expect(all.switchOff).toMatchObject({
    verdict: "not-yet",
    reasons: [{ what: "old", count: 2 }],
    lookAgain: at(66),
    firstExpiry: at(236),
  });
});

test("one that the new host refuses has not moved", () => {
  const refused = renewing(1, 35, 56).map((request) => ({ ...request, code: 0xc004f042 }));
  const all = compared(renewing(1, 0, 28), [...refused, ...FIVE]);
  expect(moveOf(all, "srv-1")?.move).toBe("failing");
  expect(all.switchOff.verdict).toBe("not-yet");
});

test("one that neither host has seen for more than two renewal intervals is gone, and keeps nobody waiting", () => {
  const all = compared([...renewing(1, 0, 28), ...renewing(2, 0, 42)], [...renewing(2, 49, 56), ...FIVE]);
  expect(moveOf(all, "srv-1")?.move).toBe("gone");
  expect(all.switchOff).toMatchObject({ verdict: "now", reasons: [{ what: "gone", count: 1 }] });
});

test("the names of a machine are joined over both logs", () => {
  const all = compared(renewing(1, 0, 28, "SRV-1"), [...renewing(1, 35, 56, "srv-1.corp.example"), ...FIVE]);
  expect(moveOf(all, "srv-1")).toMatchObject({ move: "moved", names: ["srv-1", "srv-1.corp.example"] });
});

test("a new host that has not counted enough machines keeps the old one in use", () => {
  const all = compared(
    [{ time: at(1), name: "pc-1", cmid: cmid(1), product: ENTERPRISE }, ...renewing(91, 0, 30)],
    FIVE,
  );
  expect(all.switchOff).toMatchObject({ verdict: "not-yet" });
  expect(all.switchOff.reasons).toContainEqual({
    what: "count-too-low",
    pool: "Windows",
    count: 5,
    required: 25,
  });
});

test("an old log that ends early decides nothing", () => {
  const all = compared(renewing(1, 0, 28), [...renewing(1, 35, 56), ...FIVE], 30);
  expect(all.switchOff).toMatchObject({
    verdict: "unknown",
    reasons: [{ what: "old-log-ends-early", count: 30 }],
  });
});

test("two logs of one host decide nothing", () => {
  const requests = FIVE.map((request) => ({ ...request, host: OLD }));
  const evidence = evidenceOf(requests, { logs: [span(START, at(60), { computer: OLD })] });
  const later = evidenceOf(
    requests.map((request) => ({ ...request, time: request.time + 1 })),
    { logs: [span(START, at(60), { computer: OLD })] },
  );
  expect(compareHosts(evidence, later).switchOff).toMatchObject({
    verdict: "unknown",
    reasons: [{ what: "same-host", host: OLD }],
  });
});

test("products are counted by where their machines stand", () => {
  const all = compared([...renewing(1, 0, 56), ...renewing(2, 0, 28)], [...renewing(2, 35, 56), ...FIVE]);
  expect(all.products).toMatchObject([
    {
      product: { name: "Windows Server 2022 Standard" },
      machines: 7,
      moves: { old: 1, moved: 1, "only-new": 5 },
    },
  ]);
});

const anyLog = fc.array(
  fc.record({
    time: fc.integer({ min: 0, max: 59 }).map(at),
    name: fc.constantFrom("a", "a.corp.example", "b.x.example", "b.y.example", "B", "c", ""),
    cmid: fc.integer({ min: 1, max: 4 }).map(cmid),
    product: fc.constantFrom(ENTERPRISE, SERVER_2022),
    code: fc.constantFrom(0, 0xc004f042),
  }),
  { maxLength: 30 },
);

test("every machine of either log stands in exactly one place", () => {
  fc.assert(
    fc.property(anyLog, anyLog, (old, next) => {
      const all = compared(old, next);
      const labels = all.machines.map((machine) => machine.label);
      expect(new Set(labels).size).toBe(labels.length);
      const names = [...old, ...next]
        .map((request) => request.name.toLowerCase())
        .filter((name) => name !== "");
      expect(new Set(all.machines.flatMap((machine) => machine.names))).toEqual(new Set(names));
      for (const machine of all.machines) {
        expect(MOVES).toContain(machine.move);
        expect(machine.oldLast ?? machine.newLast).toBeDefined();
        if (machine.move === "only-new") expect(machine.oldLast).toBeUndefined();
      }
    }),
  );
});
