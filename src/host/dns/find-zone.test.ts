import { describe, expect, test } from "bun:test";
import packet from "dns-packet";
import fc from "fast-check";
import { readSoaAnswer, soaQuery } from "./find-zone.ts";

const name = "_muster._tcp.tokyo.corp.example";
const questions = [{ type: "SOA" as const, name }];
const soa = (zone: string) => ({
  type: "SOA" as const,
  name: zone,
  ttl: 60,
  data: { mname: "NS1.corp.example", rname: "hostmaster.corp.example" },
});

describe("the zone of a name", () => {
  test("is that of the SOA record beside the answer that the name does not exist", () => {
    const bytes = packet.encode({
      type: "response",
      flags: 3,
      questions,
      authorities: [soa("Corp.Example")],
    });
    expect(readSoaAnswer(bytes, name)).toEqual({ zone: "corp.example", primary: "ns1.corp.example" });
  });

  test("is that of the SOA record in the answer", () => {
    const bytes = packet.encode({ type: "response", questions, answers: [soa(name)] });
    expect(readSoaAnswer(bytes, name)).toEqual({ zone: name, primary: "ns1.corp.example" });
  });

  test.each([["."], ["other.example"], ["xcorp.example"]])("is not told by an SOA record of %s", (zone) => {
    const bytes = packet.encode({ type: "response", questions, authorities: [soa(zone)] });
    expect(typeof readSoaAnswer(bytes, name)).toBe("symbol");
  });

  test("is not told by the answer to another question", () => {
    const other = [{ type: "SOA" as const, name: "corp.example" }];
    const bytes = packet.encode({ type: "response", questions: other, answers: [soa("corp.example")] });
    expect(readSoaAnswer(bytes, name)).toBeUndefined();
    expect(readSoaAnswer(packet.encode({ type: "response", answers: [soa(name)] }), name)).toBeUndefined();
  });

  test("is not told by random bytes, nor do they make an error", () => {
    const start = packet.encode({ type: "response", questions, authorities: [soa("corp.example")] });
    fc.assert(
      fc.property(fc.nat(start.length), fc.uint8Array({ maxLength: 200 }), (at, tail) => {
        readSoaAnswer(Buffer.concat([start.subarray(0, at), tail]), name);
      }),
      { numRuns: 2000 },
    );
  });
});

test("the question asks for the SOA record with recursion, which an authoritative server ignores", () => {
  const query = packet.decode(Buffer.from(soaQuery(7, name)));
  expect(query).toMatchObject({ id: 7, type: "query", flag_rd: true, questions: [{ type: "SOA", name }] });
});
