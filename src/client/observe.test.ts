import { describe, expect, test } from "bun:test";
import { makeDocuments, signDocuments } from "../../test/documents.ts";
import { fingerprintOf, NOW } from "../../test/requests.ts";
import { eventFields } from "../protocol/events.ts";
import { DAY } from "../protocol/time.ts";
import { createMemoryStore } from "./memory-store.ts";
import { look, observe } from "./observe.ts";
import { type ClientState, NEW_STATE, newProduct } from "./state.ts";

const documents = makeDocuments();
const { client: product, lease } = documents;
const signed = signDocuments(documents);
const OLD = ["cpu 1", "mac 1", "product_uuid 1"];
const NEW = ["cpu 1", "mac 2", "product_uuid 2"];
const grant = { lease: signed.lease, hostLicense: signed.license, cmid: lease.cmid, hardware: OLD };
const { policy } = product;

const licensed: ClientState = {
  ...NEW_STATE,
  clock: { signed: NOW, local: NOW },
  products: { [product.id]: { ...newProduct(NOW), grant, nextAttempt: NOW + 7 * DAY } },
};
const marked: ClientState = {
  ...licensed,
  products: {
    [product.id]: { ...newProduct(NOW), grant, hardwareChanged: NOW + DAY, nextAttempt: NOW + 2 * DAY },
  },
};
const productOf = (state: ClientState) => state.products[product.id];

describe("a look at the machine", () => {
  test("changes nothing while all is as it was", () => {
    expect(look(licensed, OLD, policy, NOW + DAY).state).toBe(licensed);
    expect(look(licensed, undefined, policy, NOW + DAY).state).toBe(licensed);
    expect(look(NEW_STATE, OLD, policy, NOW).state).toBe(NEW_STATE);
  });

  test("finds other hardware, notes since when, and lets the product ask at once", () => {
    const { state, changed } = look(licensed, NEW, policy, NOW + DAY);
    expect(productOf(state)).toMatchObject({ hardwareChanged: NOW + DAY, nextAttempt: undefined, grant });
    expect(changed).toEqual([product.id]);
  });

  test("leaves what it found before: since when, and when to ask", () => {
    expect(look(marked, NEW, policy, NOW + 9 * DAY)).toEqual({
      state: marked,
      isSetBack: false,
      changed: [],
    });
  });

  test("takes the note back when the hardware is that of the lease again", () => {
    expect(productOf(look(marked, OLD, policy, NOW + 9 * DAY).state)?.hardwareChanged).toBeUndefined();
  });

  test("notes no earlier time than a host has signed, so that a clock set back wins no grace", () => {
    expect(productOf(look(licensed, NEW, policy, NOW - 90 * DAY).state)?.hardwareChanged).toBe(NOW);
  });

  test("a lease of which the hardware was not kept stays as it is", () => {
    const { hardware: _, ...old } = grant;
    const state = { ...licensed, products: { [product.id]: { ...newProduct(NOW), grant: old } } };
    expect(look(state, NEW, policy, NOW + DAY).state).toBe(state);
  });

  test("notices a clock that was set back, and the next look at the same clock does not", () => {
    const back = look(licensed, OLD, policy, NOW - DAY);
    expect(back.isSetBack).toBe(true);
    expect(back.state.clock).toEqual({ signed: NOW, local: NOW - DAY });
    expect(look(back.state, OLD, policy, NOW - DAY).state).toBe(back.state);
  });
});

test("what was noticed stands in the log once, with what it was noticed by", async () => {
  const store = createMemoryStore({ state: licensed });
  const machine = { name: "pc-1", fingerprint: fingerprintOf("pc-1"), virtual: false, hardware: NEW };
  for (let round = 0; round < 3; round++) await observe({ store, machine, now: () => NOW - 9 * DAY }, policy);
  expect(store.events.map(({ id }) => id)).toEqual([12410, 12411]);
  const [clock, hardware] = store.events.map(({ id, info }) => eventFields(id, info));
  expect(clock).toEqual({
    code: "0xC004F06C",
    clientTime: "2026/11/13 06:44",
    lastTime: "2026/11/22 06:44",
    signedTime: "2026/11/22 06:44",
  });
  expect(hardware).toEqual({
    code: "0xC004F00F",
    product: product.id,
    changed: "mac; product_uuid",
    same: "cpu",
  });
});

test("a clock that ran ahead and was set right is told without an error code", async () => {
  const store = createMemoryStore({
    state: { ...licensed, clock: { signed: NOW, local: NOW + 3650 * DAY } },
  });
  const machine = { name: "pc-1", fingerprint: fingerprintOf("pc-1"), virtual: false };
  await observe({ store, machine, now: () => NOW + DAY }, policy);
  expect(store.events.map(({ id, info }) => eventFields(id, info).code)).toEqual(["0x00000000"]);
});
