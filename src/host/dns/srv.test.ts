import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { TYPE } from "./message.ts";
import { checkSrv, decodeSrv, encodeSrv, sameSrv, serviceName } from "./srv.ts";

const host = { priority: 0, weight: 0, port: 1688, target: "kms01.corp.example" };

test("a domain's hosts are under Muster's own label", () => {
  expect(serviceName("Corp.Example.")).toBe("_muster._tcp.corp.example");
  expect(() => serviceName("corp example")).toThrow("The DNS domain must be a name");
});

describe("an SRV record", () => {
  test("is on the wire as RFC 2782 says", () => {
    const data = Buffer.from(encodeSrv({ priority: 1, weight: 2, port: 1688, target: "a.bc" }));
    expect(data.toString("hex")).toBe("0001000206980161026263" + "00");
  });

  test("is read back as it was written", () => {
    const uint16 = fc.integer({ min: 0, max: 0xffff });
    const record = fc.record({
      priority: uint16,
      weight: uint16,
      port: uint16,
      target: fc.constantFrom("a.b", host.target),
    });
    fc.assert(
      fc.property(record, (srv) => {
        expect(decodeSrv({ type: TYPE.SRV, data: encodeSrv(srv) })).toEqual(srv);
      }),
    );
  });

  test("is not read from random bytes by error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (data) => {
        const srv = decodeSrv({ type: TYPE.SRV, data });
        if (srv !== undefined) expect(Buffer.from(encodeSrv(srv)).equals(data)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test("with a compressed target is none (RFC 2782)", () => {
    expect(decodeSrv({ type: TYPE.SRV, data: Uint8Array.of(1, 97, 0, 0, 6, 152, 0xc0, 0) })).toBeUndefined();
  });

  test("of another type is none", () => {
    expect(decodeSrv({ type: TYPE.A, data: encodeSrv(host) })).toBeUndefined();
  });

  test.each([
    [{ port: 0 }, "The port of an SRV record"],
    [{ port: 65536 }, "The port of an SRV record"],
    [{ priority: -1 }, "The priority of an SRV record"],
    [{ weight: 0.5 }, "The weight of an SRV record"],
    [{ target: "192.0.2.7" }, "The host's name in DNS"],
  ])("with %j is refused", (part, sentence) => {
    expect(() => checkSrv({ ...host, ...part })).toThrow(sentence);
  });

  test("is the same in another case and not at another port", () => {
    expect(sameSrv(host, { ...host, target: "KMS01.corp.example" })).toBe(true);
    for (const part of [{ port: 1 }, { priority: 1 }, { weight: 1 }, { target: "kms02.corp.example" }]) {
      expect(sameSrv(host, { ...host, ...part })).toBe(false);
    }
  });
});
