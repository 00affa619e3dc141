import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { problemIn } from "../../test/problems.ts";
import { NOW } from "../../test/requests.ts";
import { PROBLEMS, type ProblemName } from "../protocol/problems.ts";
import { type ClientState, NEW_STATE, newProduct } from "./state.ts";
import { readState, writeState } from "./state-file.ts";

const id = fc.uuid();
const moment = fc.integer({ min: 0, max: 4e12 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const target = fc.record({
  host: fc.stringMatching(/^[a-z]{1,20}\.test$/),
  port: fc.integer({ min: 1, max: 65535 }),
  secure: fc.boolean(),
});
const words = fc.string({ minLength: 1, maxLength: 200 });
const code = fc.constantFrom("0x00000000", "0xC004F074");
const problemName = fc.constantFrom(...(Object.keys(PROBLEMS) as ProblemName[]));
const attempt = fc.record({
  time: moment,
  code,
  name: fc.oneof(problemName, fc.constant("SUCCESS" as const)),
  message: words,
  count: maybe(fc.nat(1e6)),
  tries: fc.array(fc.record({ host: words, address: maybe(words), code, name: problemName, reason: words }), {
    maxLength: 4,
  }),
});
const product = fc.record({
  key: maybe(
    fc.record({
      kind: fc.constantFrom("setup" as const, "mak" as const),
      partial: fc.constant("2W3XY"),
      text: maybe(fc.constant("BBBBB-BBBBB-BBBBB-BBBBB-2W3XY")),
      installed: moment,
    }),
  ),
  firstSeen: moment,
  grant: maybe(
    fc.record({
      lease: words,
      hostLicense: words,
      cmid: id,
      hardware: maybe(fc.array(words, { maxLength: 4 })),
    }),
  ),
  hardwareChanged: maybe(moment),
  intervals: maybe(
    fc.record({
      activation: fc.integer({ min: 1, max: 43_200 }),
      renewal: fc.integer({ min: 1, max: 43_200 }),
    }),
  ),
  host: maybe(
    fc.record({
      target,
      address: maybe(fc.ipV4()),
      source: fc.constantFrom("registered" as const, "dns" as const),
    }),
  ),
  lastAttempt: maybe(attempt),
  lastSuccess: maybe(moment),
  nextAttempt: maybe(moment),
});
const state: fc.Arbitrary<ClientState> = fc.record({
  cmid: maybe(id),
  rearms: fc.nat(1e6),
  settings: fc.record({
    registeredHost: maybe(target),
    lookupDomain: maybe(fc.constant("corp.test")),
    hostCaching: fc.boolean(),
  }),
  cachedHost: maybe(target),
  ticket: maybe(fc.constant("AAAAAAACsnE__XZshvhWXA")),
  clock: fc.record({ signed: maybe(moment), local: maybe(moment) }),
  products: fc.dictionary(id, product, { maxKeys: 3 }),
});

test("every state reads back as it was written", () => {
  fc.assert(fc.property(state, (state) => expect(readState(writeState(state))).toEqual(state)));
});

test("a text cut anywhere is damaged and says so", () => {
  const text = writeState({ ...NEW_STATE, products: { [crypto.randomUUID()]: newProduct(NOW) } }).trimEnd();
  for (let length = 0; length < text.length; length++) {
    expect(problemIn(() => readState(text.slice(0, length))).name).toBe("BAD_INPUT");
  }
});

test("whatever the file holds, reading gives a state or a problem", () => {
  const readable = (text: string) => {
    try {
      return readState(text) !== undefined;
    } catch (error) {
      return (
        (error as { name?: string }).name === "BAD_INPUT" ||
        (error as { name?: string }).name === "STORE_NEWER"
      );
    }
  };
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), readable));
  fc.assert(
    fc.property(state, fc.string(), fc.jsonValue(), (state, member, value) => {
      const whole = JSON.parse(writeState(state)) as object;
      return readable(JSON.stringify({ ...whole, [member]: value }));
    }),
  );
});

describe("a member of another form is damage", () => {
  const product = newProduct(NOW);
  const grant = { lease: "a", hostLicense: "b", cmid: crypto.randomUUID() };
  test.each<[string, object]>([
    ["a CMID that is none", { cmid: "1234" }],
    ["a port out of range", { cachedHost: { host: "a.test", port: 0, secure: false } }],
    ["a host name with a comma", { cachedHost: { host: "a,b", port: 1, secure: false } }],
    ["caching that is neither on nor off", { settings: { hostCaching: 1 } }],
    ["a product that has no id", { products: { orchard: product } }],
    [
      "a host key on a client",
      { products: { [grant.cmid]: { ...product, key: { kind: "host", partial: "2W3XY", installed: 1 } } } },
    ],
    [
      "a lease without its licence",
      { products: { [grant.cmid]: { ...product, grant: { ...grant, hostLicense: undefined } } } },
    ],
    ["a time before the epoch", { products: { [grant.cmid]: { ...product, firstSeen: -1 } } }],
    [
      "a code that no table has",
      {
        products: {
          [grant.cmid]: {
            ...product,
            lastAttempt: { time: 1, code: "0x1", name: "toString", message: "m", tries: [] },
          },
        },
      },
    ],
  ])("%s", (_, change) => {
    const text = JSON.stringify({ ...(JSON.parse(writeState(NEW_STATE)) as object), ...change });
    expect(problemIn(() => readState(text)).name).toBe("BAD_INPUT");
  });
});

test("a file from before clock and hardware were kept reads as one that knows nothing of them", () => {
  const { clock: _, ...old } = JSON.parse(writeState(NEW_STATE)) as ClientState;
  expect(readState(JSON.stringify(old))).toEqual(NEW_STATE);
});

test("a file of a newer format is not read, and not taken for damaged", () => {
  const newer = writeState(NEW_STATE).replace('"version": 1', '"version": 2');
  expect(problemIn(() => readState(newer)).name).toBe("STORE_NEWER");
});
