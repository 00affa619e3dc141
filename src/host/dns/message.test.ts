import { describe, expect, test } from "bun:test";
import packet from "dns-packet";
import fc from "fast-check";
import {
  CLASS,
  type DnsRecord,
  decodeMessage,
  encodeMessage,
  makeFlags,
  OPCODE,
  opcodeOf,
  rcodeOf,
} from "./message.ts";

const uint16 = fc.integer({ min: 0, max: 0xffff });
const name = fc.constantFrom("corp.example", "_muster._tcp.corp.example", "kms01.corp.example", ".");
const question = fc.record({ name, type: uint16, class: uint16 });
const record: fc.Arbitrary<DnsRecord> = fc.record({
  name,
  type: uint16,
  class: uint16,
  ttl: fc.integer({ min: 0, max: 0xffffffff }),
  data: fc.uint8Array({ maxLength: 300 }).map((data) => Buffer.from(data)),
});
const section = fc.array(record, { maxLength: 4 });
const message = fc.record({
  id: uint16,
  flags: uint16,
  questions: fc.array(question, { maxLength: 2 }),
  answers: section,
  authorities: section,
  additionals: section,
});

describe("a message", () => {
  test("is read back as it was written", () => {
    fc.assert(
      fc.property(message, (original) => {
        expect(decodeMessage(encodeMessage(original))).toMatchObject(original);
      }),
    );
  });

  test("is no message with a byte more or less", () => {
    fc.assert(
      fc.property(message, (original) => {
        const bytes = encodeMessage(original);
        expect(decodeMessage(Buffer.concat([bytes, Buffer.of(0)]))).toBeUndefined();
        expect(decodeMessage(bytes.subarray(0, -1))).toBeUndefined();
      }),
    );
  });

  test("is read the same by dns-packet", () => {
    const answer = { type: "A" as const, name: "kms01.corp.example", ttl: 60, data: "192.0.2.7" };
    const bytes = packet.encode({
      type: "response",
      id: 7,
      questions: [{ type: "A", name: answer.name }],
      answers: [answer],
    });
    expect(decodeMessage(bytes)?.answers).toEqual([
      { name: answer.name, type: 1, class: CLASS.IN, ttl: 60, data: Buffer.of(192, 0, 2, 7) },
    ]);
  });

  test("that is random bytes is undefined or a message, never an error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(() => decodeMessage(bytes)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  test("that is damaged anywhere is undefined or a message, never an error", () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.nat(255), (original, at, value) => {
        const bytes = Buffer.from(encodeMessage(original));
        bytes[at % bytes.length] = value;
        expect(() => decodeMessage(bytes)).not.toThrow();
      }),
      { numRuns: 1000 },
    );
  });
});

test("flags hold the kind of message and the response code", () => {
  const flags = makeFlags(OPCODE.UPDATE, 9);
  expect([opcodeOf({ flags }), rcodeOf({ flags }), flags]).toEqual([5, 9, 0x2809]);
});
