import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { encodeMessage, FLAG, makeFlags, OPCODE } from "./message.ts";
import { encodeTime, openMessage, refuseSignature, signMessage, TSIG_ERROR, type TsigKey } from "./tsig.ts";
import { encodeUpdate } from "./update.ts";
import { readUpdateAnswer, updateProblem } from "./update-answer.ts";

const key: TsigKey = { name: "muster-key", algorithm: "hmac-sha256", secret: Buffer.from("this test's own") };
const time = 1_800_000_000;
const request = signMessage(
  encodeUpdate("corp.example", { domain: "corp.example", add: [], remove: [] }, 7),
  key,
  { time },
);
const signed = { key, mac: request.mac };

function response(rcode: number): Uint8Array {
  const none = { questions: [], answers: [], authorities: [], additionals: [] };
  return encodeMessage({ id: 7, flags: makeFlags(OPCODE.UPDATE, rcode, FLAG.response), ...none });
}

function refusal(rcode: number, error: number): Uint8Array {
  const asked = openMessage(request.bytes)?.tsig;
  if (asked === undefined) throw new Error("the request is not signed");
  return refuseSignature(response(rcode), asked, error);
}

describe("the answer to a signed update", () => {
  test("is believed when it is signed over the request", () => {
    const answer = signMessage(response(0), key, { time, requestMac: request.mac });
    expect(readUpdateAnswer(answer.bytes, signed, time)).toEqual({
      rcode: 0,
      tsigError: 0,
      serverTime: undefined,
    });
  });

  test.each([
    ["success without a signature", response(0)],
    ["success with an empty signature", refusal(0, TSIG_ERROR.NONE)],
    [
      "success signed for another request",
      signMessage(response(0), key, { time, requestMac: Buffer.alloc(32) }).bytes,
    ],
    ["success signed for no request", signMessage(response(0), key, { time }).bytes],
    [
      "a failure with a wrong signature",
      signMessage(response(5), { ...key, secret: Buffer.from("x") }, { time }).bytes,
    ],
    [
      "success of another day",
      signMessage(response(0), key, { time: time - 86400, requestMac: request.mac }).bytes,
    ],
    ["nothing", new Uint8Array()],
  ])("is not believed: %s", (_, bytes) => {
    expect(readUpdateAnswer(bytes, signed, time)).toBeUndefined();
  });

  test("may be an unsigned failure, as a server that does not know the key cannot sign", () => {
    expect(readUpdateAnswer(refusal(9, TSIG_ERROR.BADKEY), signed, time)).toMatchObject({
      rcode: 9,
      tsigError: 17,
    });
    expect(readUpdateAnswer(response(5), signed, time)).toMatchObject({ rcode: 5, tsigError: 0 });
  });

  test("tells the server's time when the clocks differ", () => {
    const terms = {
      time,
      requestMac: request.mac,
      error: TSIG_ERROR.BADTIME,
      other: encodeTime(time + 3600),
    };
    const { bytes } = signMessage(response(9), key, terms);
    expect(readUpdateAnswer(bytes, signed, time)).toEqual({
      rcode: 9,
      tsigError: 18,
      serverTime: time + 3600,
    });
  });

  test("is undefined or an answer for any bytes, never an error and never success", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(readUpdateAnswer(bytes, signed, time)?.rcode).not.toBe(0);
      }),
      { numRuns: 2000 },
    );
  });
});

test("the answer to an unsigned update is believed unsigned", () => {
  expect(readUpdateAnswer(response(0), undefined, time)).toMatchObject({ rcode: 0, tsigError: 0 });
});

describe("the problem an answer tells of", () => {
  const context = { server: "192.0.2.53:53", zone: "corp.example", domain: "tokyo.corp.example", key, time };

  test.each([
    [0, 0, undefined],
    [1, 0, "DNS_FORMAT_ERROR"],
    [2, 0, "DNS_SERVER_FAILURE"],
    [3, 0, "DNS_SERVER_FAILURE"],
    [4, 0, "DNS_NOT_IMPLEMENTED"],
    [5, 0, "DNS_REFUSED"],
    [9, 0, "DNS_NOT_AUTHORITATIVE"],
    [9, 16, "DNS_BAD_SIGNATURE"],
    [9, 17, "DNS_BAD_KEY"],
    [9, 18, "DNS_BAD_TIME"],
    [9, 22, "DNS_BAD_SIGNATURE"],
    [10, 0, "DNS_NOT_ZONE"],
    [15, 0, "DNS_SERVER_FAILURE"],
  ])("response code %d with signature error %d", (rcode, tsigError, name) => {
    const found = updateProblem({ rcode, tsigError, serverTime: undefined }, context);
    const got: string | undefined = found?.name;
    expect(got).toBe(name);
    if (found === undefined) return;
    for (const part of [context.server, context.domain, key.name]) expect(found.message).toContain(part);
  });

  test("names how far and which way the clocks differ", () => {
    const answer = { rcode: 9, tsigError: 18, serverTime: time - 3600 };
    expect(updateProblem(answer, context)?.message).toContain(
      "this host's clock is 3600 seconds ahead of the server's",
    );
  });

  test("tells to give a key when there was none", () => {
    const found = updateProblem(
      { rcode: 5, tsigError: 0, serverTime: undefined },
      { ...context, key: undefined },
    );
    expect(found?.message).toContain("without a key");
    expect(found?.message).toContain("give the key it asks for");
  });
});
