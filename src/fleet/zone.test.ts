import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { createConnection, createServer } from "node:net";
import packet, { type RecordType } from "dns-packet";
import fc from "fast-check";
import {
  CLASS,
  decodeMessage,
  encodeMessage,
  FLAG,
  makeFlags,
  OPCODE,
  RCODE,
  rcodeOf,
  TYPE,
} from "../host/dns/message.ts";
import { openMessage, signMessage, TSIG_ERROR, type TsigKey } from "../host/dns/tsig.ts";
import { encodeUpdate } from "../host/dns/update.ts";
import { startZone, type Zone } from "./zone.ts";
import { answerMessage } from "./zone-answer.ts";
import { askZone, makeZone, soaOf, type ZoneData } from "./zone-records.ts";
import { updateZone } from "./zone-update.ts";

const NOW = 1_800_000_000_000;
const key: TsigKey = { name: "fleet-key", algorithm: "hmac-sha256", secret: Buffer.from("this test's own") };
const hosts = { "kms01.muster.test": "127.0.0.1", "kms02.muster.test": "::1" };
const srv = { priority: 0, weight: 0, port: 1688, target: "kms01.muster.test" };
const other = { ...srv, target: "kms02.muster.test" };
const service = "_muster._tcp.muster.test";

const empty = makeZone("muster.test", "127.0.0.1", hosts);
const change = (add: (typeof srv)[], remove: (typeof srv)[] = []) =>
  encodeUpdate("muster.test", { domain: "muster.test", add, remove }, 7);
const received = (bytes: Uint8Array) => {
  const message = decodeMessage(bytes);
  if (message === undefined) throw new Error("no message");
  return message;
};
const update = (zone: ZoneData, bytes: Uint8Array, allowed = true) =>
  updateZone(zone, received(bytes), allowed);
const srvOf = (zone: ZoneData) => askZone(zone, service, "SRV").answers.map(({ data }) => data);
const published = update(empty, change([srv, other])).zone;

describe("a zone answers", () => {
  test.each<[string, string, boolean, number]>([
    ["muster.test", "SOA", true, 1],
    ["muster.test", "NS", true, 1],
    ["muster.test", "ANY", true, 2],
    ["kms01.muster.test", "A", true, 1],
    ["KMS01.Muster.Test", "A", true, 1],
    ["kms01.muster.test", "AAAA", true, 0],
    ["kms02.muster.test", "AAAA", true, 1],
    ["kms03.muster.test", "A", false, 0],
    [service, "SRV", true, 2],
    [service, "A", true, 0],
    ["_tcp.muster.test", "SRV", true, 0],
    ["tcp.muster.test", "SRV", false, 0],
  ])("%s %s: found %p, answers %d", (name, type, found, answers) => {
    const answer = askZone(published, name, type);
    expect([answer.found, answer.answers.length]).toEqual([found, answers]);
    expect(answer.authorities.map((record) => record.type)).toEqual(answers === 0 ? ["SOA"] : []);
  });

  test("for SRV records with the addresses of their targets beside them", () => {
    const { additionals } = askZone(published, service, "SRV");
    expect(additionals.map(({ type, data }) => [type, data])).toEqual([
      ["A", "127.0.0.1"],
      ["AAAA", "::1"],
    ]);
  });

  test.each([
    ["of another domain", { "kms01.other.test": "127.0.0.1" }, "is not in the zone muster.test"],
    ["without an address", { "kms01.muster.test": "kms02.muster.test" }, "needs an IP address"],
  ])("for no host %s", (_, wrong, sentence) => {
    expect(() => makeZone("muster.test", "127.0.0.1", wrong)).toThrow(sentence);
  });
});

describe("an update of a zone", () => {
  test("adds and removes exact records and raises the serial", () => {
    const { zone } = update(published, change([{ ...srv, port: 1700 }], [srv]));
    expect(srvOf(zone)).toEqual([other, { ...srv, port: 1700 }]);
    expect(soaOf(zone).data.serial).toBeGreaterThan(soaOf(published).data.serial ?? 0);
  });

  test("that removes what is not there changes nothing", () => {
    expect(update(published, change([], [{ ...srv, port: 9 }]))).toEqual({
      rcode: RCODE.NOERROR,
      zone: published,
    });
  });

  test("that adds what is there leaves one", () => {
    expect(srvOf(update(published, change([srv])).zone)).toEqual([other, srv]);
  });

  test("is the same in another case", () => {
    const { zone } = update(published, change([], [{ ...srv, target: "KMS01.muster.test" }]));
    expect(srvOf(zone)).toEqual([other]);
  });

  const one = received(change([srv]));
  const [record] = one.authorities;
  if (record === undefined) throw new Error("no record");
  const zoneOf = (name: string) => [{ name, type: TYPE.SOA, class: CLASS.IN }];
  test.each([
    ["of another zone", { questions: zoneOf("other.test") }, RCODE.NOTAUTH],
    ["of a part of the zone", { questions: zoneOf("tokyo.muster.test") }, RCODE.NOTAUTH],
    ["without a zone", { questions: [] }, RCODE.FORMERR],
    ["of two zones", { questions: [...zoneOf("muster.test"), ...zoneOf("muster.test")] }, RCODE.FORMERR],
    ["with a prerequisite", { answers: [record] }, RCODE.NOTIMP],
    [
      "of a name outside",
      { authorities: [record, { ...record, name: "_muster._tcp.other.test" }] },
      RCODE.NOTZONE,
    ],
    ["of another type", { authorities: [record, { ...record, type: TYPE.NS }] }, RCODE.REFUSED],
    ["with data that is none", { authorities: [record, { ...record, data: Buffer.of(1) }] }, RCODE.FORMERR],
    ["of a class that is none", { authorities: [record, { ...record, class: 3 }] }, RCODE.FORMERR],
    ["that removes with a TTL", { authorities: [record, { ...record, class: CLASS.NONE }] }, RCODE.FORMERR],
    [
      "that removes all with data",
      { authorities: [record, { ...record, class: CLASS.ANY, ttl: 0 }] },
      RCODE.FORMERR,
    ],
  ])("%s is refused and nothing of it happens", (_, part, rcode) => {
    expect(updateZone(empty, { ...one, ...part }, true)).toEqual({ rcode, zone: empty });
  });

  test("by who may not is refused", () => {
    expect(update(empty, change([srv]), false)).toEqual({ rcode: RCODE.REFUSED, zone: empty });
  });

  test("may remove all SRV records of a name", () => {
    const all = { ...record, class: CLASS.ANY, ttl: 0, data: new Uint8Array() };
    const { zone } = updateZone(published, { ...one, authorities: [all] }, true);
    expect(srvOf(zone)).toEqual([]);
    expect(zone.records.filter(({ type }) => type !== "SRV").length).toBe(empty.records.length);
  });
});

describe("a message to a zone", () => {
  const access = { tsigKey: key, allowUpdate: true };
  const time = NOW / 1000;
  const send = (bytes: Uint8Array, to = access) => answerMessage(empty, to, bytes, NOW, "udp");
  const opened = (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : openMessage(bytes));

  test.each([
    ["signed", (body: Uint8Array) => signMessage(body, key, { time }).bytes, RCODE.NOERROR, 0],
    ["not signed", (body: Uint8Array) => body, RCODE.REFUSED, undefined],
    ["of an unknown key", sign({ ...key, name: "other" }), RCODE.NOTAUTH, TSIG_ERROR.BADKEY],
    ["of a wrong secret", sign({ ...key, secret: Buffer.of(1) }), RCODE.NOTAUTH, TSIG_ERROR.BADSIG],
    [
      "of another time",
      (body: Uint8Array) => signMessage(body, key, { time: time - 301 }).bytes,
      RCODE.NOTAUTH,
      TSIG_ERROR.BADTIME,
    ],
  ])("%s", (_, prepare, rcode, error) => {
    const { bytes, zone } = send(prepare(change([srv])));
    const answer = opened(bytes);
    expect([answer && rcodeOf(answer.message), answer?.tsig?.error]).toEqual([rcode, error]);
    expect(srvOf(zone)).toEqual(rcode === RCODE.NOERROR ? [srv] : []);
  });

  function sign(by: TsigKey) {
    return (body: Uint8Array) => signMessage(body, by, { time }).bytes;
  }

  test("is refused when updates are not allowed, even signed", () => {
    const { bytes, zone } = send(signMessage(change([srv]), key, { time }).bytes, {
      ...access,
      allowUpdate: false,
    });
    expect([rcodeOf(received(bytes ?? new Uint8Array())), zone]).toEqual([RCODE.REFUSED, empty]);
  });

  test("that is an answer is not answered, or two servers could keep each other busy", () => {
    const none = { questions: [], answers: [], authorities: [], additionals: [] };
    const answer = encodeMessage({ id: 1, flags: makeFlags(OPCODE.QUERY, 0, FLAG.response), ...none });
    expect(send(answer).bytes).toBeUndefined();
    expect(send(answer.subarray(0, -1)).bytes).toBeUndefined();
    expect(send(Buffer.concat([answer, Buffer.of(1)])).bytes).toBeUndefined();
  });

  test.each<[string, string, RecordType, "IN" | "CH", number]>([
    ["outside the zone", "other.test", "A", "IN", RCODE.REFUSED],
    ["of another class", "muster.test", "SOA", "CH", RCODE.REFUSED],
    ["for a transfer", "muster.test", "AXFR", "IN", RCODE.REFUSED],
    ["for a name that is not there", "x.muster.test", "A", "IN", RCODE.NXDOMAIN],
    ["for a type that is not there", "muster.test", "TXT", "IN", RCODE.NOERROR],
  ])("that is a question %s", (_, name, type, kind, rcode) => {
    const { bytes } = send(packet.encode({ type: "query", id: 9, questions: [{ name, type, class: kind }] }));
    const answer = received(bytes ?? new Uint8Array());
    expect([answer.id, rcodeOf(answer), answer.answers.length]).toEqual([9, rcode, 0]);
  });

  test("of another kind is not implemented, and one without a question malformed", () => {
    const none = { questions: [], answers: [], authorities: [], additionals: [] };
    const notify = send(encodeMessage({ id: 1, flags: makeFlags(4), ...none })).bytes;
    const nothing = send(encodeMessage({ id: 1, flags: makeFlags(OPCODE.QUERY), ...none })).bytes;
    expect([notify, nothing].map((bytes) => rcodeOf(received(bytes ?? new Uint8Array())))).toEqual([4, 1]);
  });

  test("is answered shortened by UDP and whole by TCP when the answer is long", () => {
    const many = Array.from({ length: 40 }, (_, at) => ({ ...srv, port: 2000 + at }));
    const { zone } = update(empty, change(many));
    const query = packet.encode({ type: "query", id: 9, questions: [{ name: service, type: "SRV" }] });
    const ask = (transport: "udp" | "tcp") => {
      const { bytes } = answerMessage(zone, access, query, NOW, transport);
      const { flags, answers } = received(bytes ?? new Uint8Array());
      return { truncated: (flags & FLAG.truncated) !== 0, answers: answers.length };
    };
    expect([ask("udp"), ask("tcp")]).toEqual([
      { truncated: true, answers: 0 },
      { truncated: false, answers: 40 },
    ]);
  });

  test("of any bytes is answered or passed over, never an error, and changes nothing", () => {
    const start = signMessage(change([srv]), key, { time }).bytes;
    const query = packet.encode({ type: "query", id: 9, questions: [{ name: service, type: "SRV" }] });
    const damaged = fc.tuple(fc.constantFrom(start, query), fc.nat(), fc.uint8Array({ maxLength: 40 }));
    const bytes = damaged
      .map(([whole, at, tail]) => Buffer.concat([whole.subarray(0, at % whole.length), tail]))
      // What was cut off may be put back.
      .filter((some) => !some.equals(start));
    fc.assert(
      fc.property(fc.oneof(bytes, fc.uint8Array({ maxLength: 200 })), (garbage) => {
        expect(send(garbage).zone).toBe(empty);
      }),
      { numRuns: 5000 },
    );
  });
});

describe("a running zone", () => {
  let zone: Zone;
  let resolver: Resolver;
  let port: number;
  beforeAll(async () => {
    zone = await startZone({ domain: "muster.test", port: 0, hosts, allowUpdate: true, now: () => NOW });
    resolver = new Resolver();
    resolver.setServers([zone.address]);
    port = Number(zone.address.split(":")[1]);
  });
  afterAll(() => zone.close());

  const udp = (bytes: Uint8Array) =>
    new Promise<Buffer>((resolve) => {
      const socket = createSocket("udp4");
      socket.on("message", (answer) => {
        socket.close();
        resolve(answer);
      });
      socket.send(bytes, port, "127.0.0.1");
    });

  test("is asked like any DNS server", async () => {
    await udp(change([srv]));
    const { target: name, ...rest } = srv;
    expect(await resolver.resolveSrv(service)).toEqual([{ ...rest, name }]);
    expect(await resolver.resolve4("kms01.muster.test")).toEqual(["127.0.0.1"]);
    expect(await resolver.resolveSoa("muster.test")).toMatchObject({ nsname: "ns.muster.test" });
    await expect(resolver.resolve4("kms09.muster.test")).rejects.toMatchObject({ code: "ENOTFOUND" });
    expect(zone.records().filter(({ type }) => type === "SRV").length).toBe(1);
  });

  test("lives through garbage by UDP and TCP", async () => {
    const garbage = [
      Buffer.from("GET / HTTP/1.1\r\n\r\n"),
      Buffer.alloc(1200, 0xff),
      Buffer.alloc(0),
      Buffer.from([0, 0]),
    ];
    const socket = createSocket("udp4");
    for (const bytes of garbage) socket.send(bytes, port, "127.0.0.1");
    for (const bytes of [...garbage, Buffer.concat([Buffer.of(0, 5), Buffer.alloc(5)])]) {
      const stream = createConnection(port, "127.0.0.1");
      stream.on("error", () => {});
      stream.end(bytes);
      await new Promise((resolve) => stream.on("close", resolve));
    }
    socket.close();
    expect(await resolver.resolve4("kms01.muster.test")).toEqual(["127.0.0.1"]);
  });

  test("does not take a port that is taken", async () => {
    const again = startZone({ domain: "muster.test", port, now: () => NOW });
    await expect(again).rejects.toMatchObject({ name: "PORT_IN_USE" });
    const tcpOnly = createServer();
    await new Promise<void>((resolve) => tcpOnly.listen(0, "127.0.0.1", () => resolve()));
    const bound = tcpOnly.address();
    const taken = typeof bound === "object" && bound !== null ? bound.port : 0;
    const half = startZone({ domain: "muster.test", port: taken, now: () => NOW });
    await expect(half).rejects.toMatchObject({ name: "PORT_IN_USE" });
    tcpOnly.close();
  });

  test("frees its port when it is closed, whoever is connected", async () => {
    const first = await startZone({ domain: "muster.test", port: 0, now: () => NOW });
    const at = Number(first.address.split(":")[1]);
    const connected = createConnection(at, "127.0.0.1");
    connected.on("error", () => {});
    await new Promise((resolve) => connected.on("connect", resolve));
    await first.close();
    const second = await startZone({ domain: "muster.test", port: at, now: () => NOW });
    expect(second.address).toBe(first.address);
    await second.close();
  });
});
