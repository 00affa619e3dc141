import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { answerLength, bindAnswer, bindRequest } from "./rpc-bind.ts";

/** An acknowledgement of a bind with one result: 0 accepted, 2 refused by the provider. */
function acknowledgement(result: number, address = "1688"): Uint8Array {
  const text = new TextEncoder().encode(`${address}\0`);
  const results = (26 + text.length + 3) & ~3;
  const bytes = new Uint8Array(results + 28);
  const view = new DataView(bytes.buffer);
  bytes.set([5, 0, 12, 3, 0x10, 0, 0, 0]);
  view.setUint16(8, bytes.length, true);
  view.setUint32(12, 1, true);
  view.setUint16(24, text.length, true);
  bytes.set(text, 26);
  bytes[results] = 1;
  view.setUint16(results + 4, result, true);
  return bytes;
}

describe("The bind to the Key Management Service", () => {
  test("is a bind of DCE/RPC 5.0 to its interface, and nothing else", () => {
    const bytes = Buffer.from(bindRequest());
    expect(bytes.length).toBe(72);
    expect(bytes.subarray(0, 4).toString("hex")).toBe("05000b03");
    expect(bytes.readUInt16LE(8)).toBe(72);
    expect(bytes.subarray(32, 48).toString("hex")).toBe("7521c8514e845047b0d8ec255555bc06");
    expect(bytes.subarray(52, 68).toString("hex")).toBe("045d888aeb1cc9119fe808002b104860");
  });

  test("tells a host from an RPC server without it, a refusal, and something else", () => {
    expect(bindAnswer(acknowledgement(0))).toBe("kms");
    expect(bindAnswer(acknowledgement(0, ""))).toBe("kms");
    expect(bindAnswer(acknowledgement(2))).toBe("rpc-without-kms");
    expect(
      bindAnswer(
        Uint8Array.from([5, 0, 13, 3, 16, 0, 0, 0, 24, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
      ),
    ).toBe("rpc-refused");
    expect(bindAnswer(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"))).toBe("not-rpc");
  });

  test("knows when the answer is whole", () => {
    const bytes = acknowledgement(0);
    expect(answerLength(bytes.subarray(0, 10))).toBeUndefined();
    expect(answerLength(bytes)).toBe(bytes.length);
    expect(answerLength(new Uint8Array(16))).toBeNaN();
  });

  test("reads whatever a server sends without failing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        expect(["kms", "rpc-without-kms", "rpc-refused", "not-rpc"]).toContain(bindAnswer(noise));
      }),
    );
    fc.assert(
      fc.property(fc.nat(80), fc.nat(255), (at, value) => {
        const bytes = acknowledgement(0);
        bytes[at % bytes.length] = value;
        expect(["kms", "rpc-without-kms", "rpc-refused", "not-rpc"]).toContain(bindAnswer(bytes));
      }),
    );
  });
});
