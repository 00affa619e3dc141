import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { makeRequest, NOW } from "../../test/requests.ts";
import type { Product } from "../protocol/catalogue.ts";
import type { HostLicense } from "../protocol/host-license.ts";
import { newId } from "../protocol/ids.ts";
import type { ActivationRequest } from "../protocol/messages.ts";
import { makePolicy } from "../protocol/policy.ts";
import { DAY, formatTime, MINUTE } from "../protocol/time.ts";
import { type Admission, type Arrival, type Decision, decide, type Known, type Rules } from "./decide.ts";
import type { Machine } from "./machine.ts";

const application = newId();
const desktop: Product = {
  id: newId(),
  application,
  name: "Desktop",
  number: 1,
  channel: "VOLUME_KMSCLIENT",
  setupKeys: [],
  policy: makePolicy({ required: 25 }),
};
const server: Product = {
  ...desktop,
  id: newId(),
  name: "Server",
  number: 2,
  policy: makePolicy({ required: 5 }),
};
const foreign: Product = { ...desktop, id: newId(), name: "Not licensed", number: 3 };

const license: HostLicense = {
  vendor: newId(),
  host: newId(),
  hostKey: { kty: "OKP", crv: "Ed25519", x: "A".repeat(43) },
  issued: NOW,
  notBefore: NOW,
  expires: NOW + 365 * DAY,
  products: [desktop.id, server.id],
  seats: undefined,
  overage: "allow",
  partialKey: "XXXXX",
};
const rules: Rules = {
  license,
  products: new Map([desktop, server, foreign].map((product) => [product.id, product])),
  duplicates: "report",
};
const makeTally = (unique: number, largestRequired: number, now = NOW) => ({
  unique,
  largestRequired,
  countedAfter: now - 30 * DAY,
});
const nobody: Known = { machine: undefined, tally: makeTally(0, 0), leased: 0 };
const crowd: Known = { ...nobody, tally: makeTally(100, 25) };

const asks = (product: Product, overrides: Parameters<typeof makeRequest>[1] = {}): ActivationRequest =>
  makeRequest({ application, product: product.id, required: product.policy.required }, overrides);

const arrive = (request: ActivationRequest, ticket: number | undefined): Arrival => ({
  request,
  address: "127.0.0.1",
  ticket,
});

function admitted(decision: Decision): Admission {
  if (decision.kind !== "admission") throw new Error(`refused: ${decision.problem}`);
  return decision;
}

const storedAfter = (decision: Decision): Machine => admitted(decision).machine ?? expect.unreachable();
const knowing = (machine: Machine, known: Known = crowd): Known => ({ ...known, machine });

describe("the count", () => {
  const cases: [
    title: string,
    product: Product,
    before: number,
    largest: number,
    count: number,
    isLeased: boolean,
  ][] = [
    ["the first machine is counted and refused", desktop, 0, 0, 1, false],
    ["the 24th machine is refused", desktop, 23, 25, 24, false],
    [
      "the 25th machine activates at once, because it counts before it is answered",
      desktop,
      24,
      25,
      25,
      true,
    ],
    ["the 5th server activates at once", server, 4, 5, 5, true],
    ["clients and servers of one application count together", server, 4, 25, 5, true],
    ["a client is not activated by the count that suffices for a server", desktop, 4, 5, 5, false],
    ["the count is capped at twice the largest required count seen", desktop, 80, 25, 50, true],
    ["where only servers have asked, the cap is 10", server, 40, 5, 10, true],
    ["the first client lifts the cap of a server-only count", desktop, 40, 5, 41, true],
  ];
  test.each(cases)("%s", (_, product, unique, largestRequired, count, isLeased) => {
    const known = { ...nobody, tally: makeTally(unique, largestRequired) };
    const decision = admitted(decide(arrive(asks(product), 0), known, rules, NOW));
    expect(decision.count).toBe(count);
    expect(decision.leaseExpires !== undefined).toBe(isLeased);
    expect(decision.code).toBe(isLeased ? "0x00000000" : "0xC004F038");
  });

  test("a machine that asks again is not counted twice", () => {
    const known = { ...nobody, tally: makeTally(30, 25) };
    const machine = storedAfter(decide(arrive(asks(desktop), 0), known, rules, NOW));
    const again = asks(desktop, { cmid: machine.cmid, now: NOW + DAY });
    const after = admitted(
      decide(arrive(again, 1), knowing(machine, { ...known, tally: makeTally(31, 25) }), rules, NOW + DAY),
    );
    expect(after.tally.unique).toBe(31);
  });

  test("a machine that comes back after 30 days is counted anew", () => {
    const machine = storedAfter(decide(arrive(asks(desktop), 0), nobody, rules, NOW));
    const later = NOW + 30 * DAY + MINUTE;
    const empty = { ...nobody, tally: makeTally(0, 25, later) };
    const again = asks(desktop, { cmid: machine.cmid, now: later });
    expect(admitted(decide(arrive(again, 1), knowing(machine, empty), rules, later)).tally.unique).toBe(1);
  });

  test("a client that claims to require less than the product does is held to the product's policy", () => {
    const request = asks(desktop, { required: 1 });
    expect(admitted(decide(arrive(request, 0), nobody, rules, NOW)).code).toBe("0xC004F038");
  });

  test("a client that requires more than the policy is not leased below its own number", () => {
    const known = { ...nobody, tally: makeTally(29, 25) };
    expect(
      admitted(decide(arrive(asks(desktop, { required: 40 }), 0), known, rules, NOW)).leaseExpires,
    ).toBeUndefined();
  });

  test("a count never exceeds its machines, nor twice the largest required count", () => {
    const figures = fc.record({
      unique: fc.nat(500),
      largestRequired: fc.nat(100),
      required: fc.integer({ min: 1, max: 100 }),
    });
    fc.assert(
      fc.property(figures, ({ unique, largestRequired, required }) => {
        const known = { ...nobody, tally: makeTally(unique, largestRequired) };
        const { count, tally } = admitted(decide(arrive(asks(server, { required }), 0), known, rules, NOW));
        expect(count).toBeLessThanOrEqual(unique + 1);
        expect(count).toBeLessThanOrEqual(2 * tally.largestRequired);
        expect(tally.largestRequired).toBe(Math.max(largestRequired, required, 5));
      }),
    );
  });
});

describe("a refusal", () => {
  const late = (minutes: number) => asks(desktop, { now: NOW - minutes * MINUTE });
  const retail: Rules = {
    ...rules,
    license: { ...license, products: [] },
    products: new Map([[desktop.id, { ...desktop, channel: "RETAIL" }]]),
  };
  const cases: [title: string, request: ActivationRequest, rules: Rules, name: string | undefined][] = [
    [
      "a host without a licence refuses",
      asks(desktop),
      { ...rules, license: undefined },
      "HOST_NOT_ACTIVATED",
    ],
    [
      "a product that is not in the catalogue is refused",
      asks({ ...desktop, id: newId() }),
      rules,
      "HOST_CANNOT_BE_USED",
    ],
    ["a product that the licence does not cover is refused", asks(foreign), rules, "HOST_CANNOT_BE_USED"],
    [
      "a product under another application is refused",
      { ...asks(desktop), application: newId() },
      rules,
      "HOST_CANNOT_BE_USED",
    ],
    ["a product of the RETAIL channel is refused", asks(desktop), retail, "HOST_CANNOT_BE_USED"],
    ["a clock four hours slow is still accepted", late(240), rules, undefined],
    ["a clock more than four hours slow is refused", late(241), rules, "CLOCK_SKEW"],
    ["a clock four hours fast is still accepted", late(-240), rules, undefined],
    ["a clock more than four hours fast is refused", late(-241), rules, "CLOCK_SKEW"],
  ];
  test.each(cases)("%s", (_, request, given, name) => {
    const decision = decide(arrive(request, 0), crowd, given, NOW);
    expect(decision.kind === "refusal" ? decision.problem : undefined).toBe(name as never);
  });

  test("of a RETAIL product names the channel", () => {
    expect(decide(arrive(asks(desktop), 0), crowd, retail, NOW)).toMatchObject({
      detail: expect.stringContaining("Desktop is of the RETAIL channel"),
    });
  });

  test("leaves event 12290 with its code and changes nothing else", () => {
    const request = asks(desktop, { now: NOW - DAY, name: "pc-7" });
    const decision = decide(arrive(request, 0), crowd, rules, NOW);
    expect(decision.events).toEqual([
      {
        id: 12290,
        cmid: request.cmid,
        info: `0xC004F06C,25,pc-7,${request.cmid},2026/11/21 06:44,0,2,43200,${desktop.id}`,
      },
    ]);
    expect(decision).not.toHaveProperty("machine");
  });
});

describe("seats", () => {
  const limited = (overage: "allow" | "deny"): Rules => ({
    ...rules,
    license: { ...license, seats: 50, overage },
  });
  const full: Known = { ...crowd, leased: 50 };

  test("with overage deny the 51st machine is refused", () => {
    expect(decide(arrive(asks(desktop), 0), full, limited("deny"), NOW)).toMatchObject({
      problem: "SEATS_EXHAUSTED",
    });
  });

  test("with overage allow the 51st machine is leased", () => {
    expect(admitted(decide(arrive(asks(desktop), 0), full, limited("allow"), NOW)).leaseExpires).toBeNumber();
  });

  test("the first lease above the seats leaves event 12404, and only that one", () => {
    const told = (leased: number, rulesThen = limited("allow")) =>
      decide(arrive(asks(desktop), 0), { ...crowd, leased }, rulesThen, NOW)
        .events.filter(({ id }) => id === 12404)
        .map(({ info }) => info);
    expect(told(49)).toEqual([]);
    expect(told(50)).toEqual(["51, 50"]);
    expect(told(51)).toEqual([]);
    expect(told(50, limited("deny"))).toEqual([]);
    expect(told(50, rules)).toEqual([]);
  });

  test("a renewal takes no seat, and a request without a lease neither: they leave no event 12404", () => {
    const machine = storedAfter(decide(arrive(asks(desktop), 0), crowd, limited("allow"), NOW));
    const renewal = asks(desktop, { cmid: machine.cmid, status: 1 });
    const known = knowing(machine, full);
    const decisions = [
      decide(arrive(renewal, 1), known, limited("allow"), NOW),
      decide(arrive(asks(desktop), 0), { ...nobody, leased: 50 }, limited("allow"), NOW),
    ];
    for (const { events } of decisions) expect(events.map(({ id }) => id)).toEqual([12290]);
  });

  test("a machine that holds a lease renews it though all seats are taken", () => {
    const machine = storedAfter(decide(arrive(asks(desktop), 0), crowd, limited("deny"), NOW));
    const renewal = asks(desktop, { cmid: machine.cmid, status: 1 });
    expect(
      admitted(decide(arrive(renewal, 1), knowing(machine, full), limited("deny"), NOW)).leaseExpires,
    ).toBeNumber();
  });
});

describe("two machines with one CMID", () => {
  const first = asks(desktop, { name: "pc-1" });
  const clone = (overrides = {}) => ({ ...asks(desktop, { name: "pc-2", ...overrides }), cmid: first.cmid });

  const STEP = 10 * MINUTE;
  const steps = (...arrivals: Arrival[]): Admission[] => {
    let machine: Machine | undefined;
    return arrivals.map((arrival, at) => {
      const decision = admitted(decide(arrival, { ...crowd, machine }, rules, NOW + at * STEP));
      machine = decision.machine ?? machine;
      return decision;
    });
  };
  const last = (decisions: Admission[]): Admission => decisions.at(-1) ?? expect.unreachable();

  test("a copied folder is named with both names at the second machine's first renewal", () => {
    const story = steps(arrive(first, 0), arrive(first, 1), arrive(clone(), 1));
    expect(last(story).events[1]).toEqual({
      id: 12400,
      cmid: first.cmid,
      info: `${first.cmid}, pc-1; pc-2, ${first.machine.fingerprint}; ${clone().machine.fingerprint}`,
    });
  });

  test("it is found as well when the copy renews first", () => {
    const story = steps(arrive(first, 0), arrive(clone(), 1), arrive(first, 1));
    expect(last(story).recognition).toBe("duplicate");
  });

  test("a copy made before the first activation is found", () => {
    expect(last(steps(arrive(first, 0), arrive(clone(), 0))).recognition).toBe("duplicate");
  });

  test("copies that share even name and hardware are found once each has renewed", () => {
    const story = steps(arrive(first, 0), arrive(first, 1), arrive(first, 1), arrive(first, 2));
    expect(story.map(({ recognition }) => recognition)).toEqual(["new", "known", "lost-answer", "duplicate"]);
  });

  test("a snapshot put back shows an older ticket and is found", () => {
    const story = steps(arrive(first, 0), arrive(first, 1), arrive(first, 2), arrive(first, 1));
    expect(last(story).recognition).toBe("duplicate");
  });

  test("an answer lost any number of times is not taken for a copy", () => {
    const story = steps(
      arrive(first, 0),
      arrive(first, 0),
      arrive(first, 0),
      arrive(first, 3),
      arrive(first, 3),
      arrive(first, 5),
    );
    expect(story.slice(1).map(({ recognition }) => recognition)).toEqual([
      "lost-answer",
      "lost-answer",
      "known",
      "lost-answer",
      "known",
    ]);
  });

  test("a request that was overtaken by a later one of the same machine is not taken for a copy's", () => {
    const asked = { ...first, time: formatTime(NOW + STEP - 10_000) };
    const late = { ...arrive(asked, 1), received: NOW + STEP - 10_000 };
    const story = steps(arrive(first, 0), arrive(first, 1), late, arrive(first, 2), arrive(first, 3));
    expect(story.map(({ recognition }) => recognition)).toEqual([
      "new",
      "known",
      "repeated",
      "known",
      "known",
    ]);
  });

  test("a request that is repeated at once brings the same ticket again, whichever answer is heard", () => {
    const before = admitted(decide(arrive(first, 0), crowd, rules, NOW));
    const machine = before.machine;
    const again = admitted(decide(arrive(first, 0), { ...crowd, machine }, rules, NOW + 1000));
    expect([again.recognition, again.sequence]).toEqual(["repeated", before.sequence]);
    const next = decide(arrive(first, 1), { ...crowd, machine: again.machine }, rules, NOW + STEP);
    expect(admitted(next).recognition).toBe("known");
  });

  test("a request that a stopped host took late from the network was overtaken by one that was sent after it", () => {
    const sent = { ...first, time: formatTime(NOW + STEP - 10_000) };
    const late = { ...arrive(sent, 1), received: NOW + 2 * STEP };
    const story = steps(arrive(first, 0), arrive(first, 1), late, arrive(first, 2));
    expect(story.map(({ recognition }) => recognition)).toEqual(["new", "known", "repeated", "known"]);
  });

  test("a request that was overtaken takes nothing back of what was granted in between", () => {
    const later = admitted(decide(arrive(first, 0), crowd, rules, NOW)).machine;
    const late = { ...arrive(first, 0), received: NOW - 10_000 };
    const { machine } = admitted(decide(late, { ...crowd, machine: later }, rules, NOW - 9_000));
    expect(machine).toMatchObject({
      lastSeen: NOW,
      leaseExpires: later?.leaseExpires,
      ticket: later?.ticket,
    });
  });

  test("a copy's request is not overtaken, nor is any after the host's clock was set back", () => {
    const late = { ...arrive(clone(), 1), received: NOW + STEP - 10_000 };
    expect(last(steps(arrive(first, 0), arrive(first, 1), late)).recognition).toBe("duplicate");
    const setBack = { ...arrive(first, 1), received: NOW + 2 * STEP - DAY };
    expect(last(steps(arrive(first, 0), arrive(first, 1), arrive(first, 2), setBack)).recognition).toBe(
      "duplicate",
    );
  });

  test("a machine that got a new name or a new network card is still itself", () => {
    const renamed = { ...first, machine: { ...first.machine, name: "pc-1-new" } };
    expect(last(steps(arrive(first, 0), arrive(renamed, 1))).recognition).toBe("known");
  });

  test("a ticket of another host says nothing against the machine that shows it", () => {
    expect(last(steps(arrive(first, 0), arrive(first, undefined))).recognition).toBe("known");
  });

  test("a machine whose host was restored from a backup keeps its newer ticket's place", () => {
    const story = steps(arrive(first, 7), arrive(first, 8));
    expect(story.map(({ recognition, sequence }) => [recognition, sequence])).toEqual([
      ["new", 8],
      ["known", 9],
    ]);
  });

  test("by policy the later machine is told to take a new CMID, and the earlier one's record stays", () => {
    const machine = storedAfter(decide(arrive(first, 0), crowd, rules, NOW));
    const decision = admitted(
      decide(
        arrive(clone(), 1),
        knowing({ ...machine, ticket: 3, previousTicket: 2 }),
        { ...rules, duplicates: "rearm" },
        NOW,
      ),
    );
    expect(decision).toMatchObject({ rearm: true, machine: undefined, leaseExpires: undefined });
    expect(decision.events.map(({ id }) => id)).toEqual([12290, 12400]);
  });

  test("a machine that an administrator wants to take a new CMID is told so, and its record stays", () => {
    const machine = storedAfter(decide(arrive(first, 0), crowd, rules, NOW));
    const decision = admitted(decide(arrive(first, 1), { ...knowing(machine), rearm: true }, rules, NOW));
    expect(decision).toMatchObject({ rearm: true, machine: undefined, leaseExpires: undefined });
    expect(decision).toMatchObject({ recognition: "known", code: "0xC004F038" });
    expect(decision.events.map(({ id }) => id)).toEqual([12290]);
  });

  test("a snapshot of the same machine is not told to take a new CMID", () => {
    const machine = {
      ...storedAfter(decide(arrive(first, 0), crowd, rules, NOW)),
      ticket: 5,
      previousTicket: 4,
    };
    const decision = admitted(
      decide(arrive(first, 2), knowing(machine), { ...rules, duplicates: "rearm" }, NOW),
    );
    expect([decision.recognition, decision.rearm]).toEqual(["duplicate", false]);
  });
});
