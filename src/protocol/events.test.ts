import { expect, test } from "bun:test";
import fc from "fast-check";
import { makeRequest } from "../../test/requests.ts";
import {
  EVENT_FLAGS,
  EVENTS,
  type EventId,
  eventFields,
  eventInfo,
  formatFlags,
  isEventId,
} from "./events.ts";
import { parseRequest } from "./messages.ts";

const IDS = Object.keys(EVENTS).map(Number) as EventId[];
const TIME = new Date("2026-11-22T06:44:59Z");
const CMID = "c5a1f0de-7b0c-4a8e-9d6b-2f1e3d4c5b6a";
const PRODUCT = "0b6d1c52-93a4-4f7e-8f21-6a5b4c3d2e1f";

test("12288 and 12289 are written as Microsoft's clients do, with a blank after each comma", () => {
  const sent = {
    ...{
      code: "0x00000000",
      flags: formatFlags(EVENT_FLAGS.none),
      host: "kms-1.corp.example:1688",
      cmid: CMID,
    },
    ...{ clientTime: TIME, virtual: false, status: 2, minutesLeft: 41_760, product: PRODUCT, required: 25 },
  };
  expect(eventInfo(12288, sent)).toBe(
    `0x00000000, 0x00000000, kms-1.corp.example:1688, ${CMID}, 2026/11/22 06:44, 0, 2, 41760, ${PRODUCT}, 25`,
  );
  const processed = {
    ...{ code: "0xC004F038", flags: formatFlags(EVENT_FLAGS.countInsufficient), activated: false, unused: 0 },
    ...{ count: 4, activationInterval: 120, renewalInterval: 10_080, clientTime: TIME },
  };
  expect(eventInfo(12289, processed)).toBe("0xC004F038, 0x04000000, 0, 0, 4, 120, 10080, 2026/11/22 06:44");
});

test("12290 is written as Microsoft's hosts do, without blanks", () => {
  const processed = {
    ...{ code: "0x00000000", required: 5, name: "srv-7.corp.example", cmid: CMID, clientTime: TIME },
    ...{ virtual: true, status: 1, minutesLeft: 249_120, product: PRODUCT },
  };
  expect(eventInfo(12290, processed)).toBe(
    `0x00000000,5,srv-7.corp.example,${CMID},2026/11/22 06:44,1,1,249120,${PRODUCT}`,
  );
});

test.each<[EventId, string, Record<string, string>]>([
  [
    12288,
    "0xC004F06C, 0x00000000, kms01.contoso.com:1688, 36f27b39-2fd5-440b-be67-a09996d27a38, 2010/09/29 17:52, 0, 2, 41760, 68531fb9-5511-4989-97be-d11a0f55633f, 5",
    {
      code: "0xC004F06C",
      host: "kms01.contoso.com:1688",
      clientTime: "2010/09/29 17:52",
      minutesLeft: "41760",
      required: "5",
    },
  ],
  [
    12289,
    "0x0, 0x4000008, 0, 0, 4, 120, 10080, 1/14/2006 2:30",
    {
      code: "0x0",
      flags: "0x4000008",
      activated: "0",
      count: "4",
      renewalInterval: "10080",
      clientTime: "1/14/2006 2:30",
    },
  ],
  [
    12290,
    "0x0,5,Ignite1.ignite.local,930bd202-a335-4c7e-bd9d-7305361f0d37,2010/9/29 21:46,0,5,0,6f327760-8c5c-417c-9b61-836a98287e0c",
    {
      code: "0x0",
      required: "5",
      name: "Ignite1.ignite.local",
      status: "5",
      product: "6f327760-8c5c-417c-9b61-836a98287e0c",
    },
  ],
])("an event %p that Microsoft wrote is read by the same names", (id, info, fields) => {
  expect(eventFields(id, info)).toMatchObject(fields);
});

test("fields come back from the Info string of every event", () => {
  const value = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9.:_;() -]{0,40}$/).map((text) => text.trim()),
    fc.integer(),
  );
  for (const id of IDS) {
    const names = EVENTS[id].fields as readonly string[];
    const rows = fc.tuple(...names.map(() => value));
    fc.assert(
      fc.property(rows, (row) => {
        const values = Object.fromEntries(names.map((name, at) => [name, row[at] ?? ""]));
        const text = Object.fromEntries(names.map((name, at) => [name, String(row[at])]));
        expect(eventFields(id, eventInfo(id, values as never))).toEqual(text);
      }),
    );
  }
});

test("any machine name that a host accepts comes back from the host's event", () => {
  const product = { application: CMID, product: PRODUCT };
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 20 }), (name) => {
      const request = makeRequest(product, { name });
      try {
        parseRequest(request);
      } catch {
        return;
      }
      const values = { ...request, ...request.machine, code: "0x00000000", clientTime: TIME };
      expect(eventFields(12290, eventInfo(12290, values)).name).toBe(name);
    }),
    { numRuns: 2000, examples: [[" pc"], ["pc "], ["\u3000pc"], ["pc\u202e"], [","], [";"]] },
  );
});

test("an Info string cut short gives the fields it has", () => {
  expect(eventFields(12293, "0x8007232D")).toEqual({ code: "0x8007232D" });
  expect(eventFields(12293, "0x8007232D, corp.example, and more")).toEqual({
    code: "0x8007232D",
    domain: "corp.example",
  });
});

test("only the ids of the table are events of Muster", () => {
  for (const id of IDS) expect(isEventId(id)).toBe(true);
  for (const id of [0, -1, 12287, 12291, 12288.5, Number.NaN]) expect(isEventId(id)).toBe(false);
});

test("every event has a side, a sentence and fields of different names", () => {
  for (const id of IDS) {
    const { side, message, fields } = EVENTS[id];
    expect(["host", "client"]).toContain(side);
    expect(message).toMatch(/^[A-Z].*\.$/);
    expect(new Set(fields).size).toBe(fields.length);
  }
});

test.each([
  [EVENT_FLAGS.none, "0x00000000"],
  [EVENT_FLAGS.noHostRegistered, "0x01000000"],
  [EVENT_FLAGS.countInsufficient, "0x04000000"],
])("the flags %p are written %p", (flags, text) => {
  expect(formatFlags(flags)).toBe(text);
});
