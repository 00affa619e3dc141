import { expect, test } from "bun:test";
import { CLASS, decodeMessage, OPCODE, opcodeOf, TYPE } from "./message.ts";
import { decodeSrv } from "./srv.ts";
import { encodeUpdate } from "./update.ts";

const now = { priority: 0, weight: 0, port: 1690, target: "kms01.corp.example" };
const before = { ...now, port: 1688 };

test("an update removes exact records and then adds one, in the zone that holds the domain", () => {
  const message = decodeMessage(
    encodeUpdate("corp.example", { domain: "tokyo.corp.example", remove: [before], add: [now] }),
  );
  expect(message && opcodeOf(message)).toBe(OPCODE.UPDATE);
  expect(message?.questions).toEqual([{ name: "corp.example", type: TYPE.SOA, class: CLASS.IN }]);
  expect(message?.answers).toEqual([]);
  expect(
    message?.authorities.map((record) => [record.name, record.class, record.ttl, decodeSrv(record)]),
  ).toEqual([
    ["_muster._tcp.tokyo.corp.example", CLASS.NONE, 0, before],
    ["_muster._tcp.tokyo.corp.example", CLASS.IN, 3600, now],
  ]);
});

test("a record that is to stay is not removed first", () => {
  const message = decodeMessage(
    encodeUpdate("corp.example", { domain: "corp.example", remove: [now, before], add: [now] }),
  );
  expect(message?.authorities.map((record) => decodeSrv(record)?.port)).toEqual([1688, 1690]);
});
