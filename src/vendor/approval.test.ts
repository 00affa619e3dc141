import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { makeKey } from "../protocol/keys.ts";
import { Problem } from "../protocol/problems.ts";
import { DAY } from "../protocol/time.ts";
import { decideApproval, hostKeyIn, type KeyLimits, type PastLicense } from "./approval.ts";

const NOW = Date.UTC(2026, 10, 22);
const KEY: KeyLimits = {
  text: makeKey("host", 1).text,
  hosts: 6,
  activations: 10,
  days: 365,
  blocked: undefined,
};

/** Licences of this host: `how` is `valid` or `ended`, each with a request of its own. */
function past(host: string, how: "valid" | "ended", times = 1, publicKey = `${host}-key`): PastLicense[] {
  const expires = how === "valid" ? NOW + DAY : NOW;
  return Array.from({ length: times }, (_, at) => {
    return { host, publicKey, request: `${host}-${how}-${at}`, counted: true, expires };
  });
}

const hosts = (count: number) =>
  Array.from({ length: count }, (_, at) => past(`host${at + 1}`, "valid")).flat();

describe("a request with a host key", () => {
  const cases: {
    sentence: string;
    history?: PastLicense[];
    key?: Partial<KeyLimits>;
    host?: string;
    publicKey?: string;
    request?: string;
    gives: string;
  }[] = [
    { sentence: "of a first host is its first activation", gives: "activation, host 1, activation 1" },
    {
      sentence: "of a sixth host activates it",
      history: hosts(5),
      host: "host6",
      gives: "activation, host 6, activation 1",
    },
    { sentence: "of a seventh host is refused", history: hosts(6), host: "host7", gives: "ACTIVATION_LIMIT" },
    {
      sentence: "of a seventh host is refused even when the licences of the six have ended",
      history: hosts(6).map((license) => ({ ...license, expires: NOW - DAY })),
      host: "host7",
      gives: "ACTIVATION_LIMIT",
    },
    {
      sentence: "of a second host is an activation when the key is for two",
      history: hosts(1),
      key: { hosts: 2 },
      host: "host2",
      gives: "activation, host 2, activation 1",
    },
    {
      sentence: "of a host whose licence has ended is another activation",
      history: past("host1", "ended"),
      gives: "activation, host 1, activation 2",
    },
    {
      sentence: "of a host with nine activations is its tenth",
      history: past("host1", "ended", 9),
      gives: "activation, host 1, activation 10",
    },
    {
      sentence: "of a host with ten activations is refused",
      history: past("host1", "ended", 10),
      gives: "ACTIVATION_LIMIT",
    },
    {
      sentence: "of a host that was set up again with a new key pair is another activation",
      history: past("host1", "valid"),
      publicKey: "another",
      gives: "activation, host 1, activation 2",
    },
    {
      sentence: "of a host with a valid licence for its key pair is a renewal",
      history: past("host1", "valid"),
      gives: "renewal, host 1, activation 1",
    },
    {
      sentence: "of a host renews after its tenth activation too",
      history: past("host1", "valid", 10),
      gives: "renewal, host 1, activation 10",
    },
    {
      sentence: "of the sixth host renews while the key has no host left",
      history: hosts(6),
      host: "host6",
      gives: "renewal, host 6, activation 1",
    },
    {
      sentence: "that came before gets the licence it got",
      history: past("host1", "valid"),
      request: "host1-valid-0",
      gives: "repeat of host1-valid-0",
    },
    {
      sentence: "that came before is a new activation when what it got has ended",
      history: past("host1", "ended"),
      request: "host1-ended-0",
      gives: "activation, host 1, activation 2",
    },
    { sentence: "that is blocked is refused", key: { blocked: NOW - DAY }, gives: "KEY_BLOCKED" },
    {
      sentence: "that is blocked is refused for a repeat too",
      key: { blocked: NOW - DAY },
      history: past("host1", "valid"),
      request: "host1-valid-0",
      gives: "KEY_BLOCKED",
    },
  ];
  for (const { sentence, history = [], key, host = "host1", publicKey, request, gives } of cases) {
    test(sentence, () => {
      const asker = { host, publicKey: publicKey ?? `${host}-key`, request: request ?? "new" };
      expect(outcome(() => decideApproval(asker, { ...KEY, ...key }, history, NOW))).toBe(gives);
    });
  }
});

test("a licence starts a day before it is issued and lasts the days of its key from then on", () => {
  const asker = { host: "host1", publicKey: "key", request: "new" };
  expect(decideApproval(asker, { ...KEY, days: 30 }, [], NOW)).toMatchObject({
    notBefore: NOW - DAY,
    expires: NOW + 30 * DAY,
  });
});

test("a setup key or a MAK in a request is named for what it is", () => {
  expect(() => hostKeyIn({ key: makeKey("setup", 1).text })).toThrow(/is a setup key/);
  expect(() => hostKeyIn({ key: makeKey("mak", 1).text })).toThrow(/is a MAK/);
  const host = makeKey("host", 7);
  expect(hostKeyIn({ key: host.text.toLowerCase() })).toEqual(host);
});

test("whatever comes in whatever order, a key never activates more hosts or more often than it allows", () => {
  const ask = fc.record({
    host: fc.integer({ min: 1, max: 9 }),
    publicKey: fc.integer({ min: 1, max: 3 }),
    request: fc.integer({ min: 1, max: 40 }),
    wait: fc.integer({ min: 0, max: 40 * DAY }),
  });
  const limits = fc.record({
    hosts: fc.integer({ min: 1, max: 6 }),
    activations: fc.integer({ min: 1, max: 10 }),
  });
  fc.assert(
    fc.property(limits, fc.array(ask, { maxLength: 150 }), (limit, asks) => {
      const key = { ...KEY, ...limit, days: 30 };
      const history: PastLicense[] = [];
      let now = NOW;
      for (const { host, publicKey, request, wait } of asks) {
        now += wait;
        const asker = {
          host: `h${host}`,
          publicKey: `h${host}-${publicKey}`,
          request: `h${host}-${publicKey}-${request}`,
        };
        const before = history.filter(
          (license) => license.publicKey === asker.publicKey && now < license.expires,
        );
        const result = outcome(() => {
          const decision = decideApproval(asker, key, history, now);
          if (decision.kind !== "repeat") {
            history.push({ ...asker, counted: decision.kind === "activation", expires: decision.expires });
          }
          return decision;
        });
        if (before.length > 0) expect(result).toMatch(/^(renewal|repeat)/);
      }
      const activated = Map.groupBy(
        history.filter(({ counted }) => counted),
        ({ host }) => host,
      );
      expect(new Set(history.map(({ host }) => host)).size).toBe(activated.size);
      expect(activated.size).toBeLessThanOrEqual(limit.hosts);
      for (const each of activated.values()) expect(each.length).toBeLessThanOrEqual(limit.activations);
    }),
  );
});

function outcome(decide: () => ReturnType<typeof decideApproval>): string {
  try {
    const decision = decide();
    return decision.kind === "repeat"
      ? `repeat of ${decision.license.request}`
      : `${decision.kind}, host ${decision.hostNumber}, activation ${decision.activation}`;
  } catch (error) {
    if (error instanceof Problem) return error.name;
    throw error;
  }
}
