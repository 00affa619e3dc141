import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { encodeMessage, makeFlags, OPCODE, TYPE } from "./message.ts";
import {
  checkSignature,
  FUDGE,
  openMessage,
  refuseSignature,
  signMessage,
  TSIG_ALGORITHMS,
  TSIG_ERROR,
  type TsigAlgorithm,
  type TsigKey,
} from "./tsig.ts";

// What BIND 9.18's nsupdate sent and named answered. RFC 8945 has no vectors; this one has compressed names too.
const RECORDED = {
  key: {
    name: "muster-key",
    algorithm: "hmac-sha256",
    secret: Buffer.from("0PSeKGFASsdODSjqdfvlJT7AM9ajYGvTfkrx5n5lmLQ=", "base64"),
  } satisfies TsigKey,
  request: Buffer.from(
    "78e428000001000000020001066d757374657204746573740000060001075f6d7573746572045f746370066d757374657204746573740000" +
      "2100fe000000000019000000000698056b6d733031066d7573746572047465737400075f4d7573746572c0250021000100000e10001900" +
      "000000069a056b6d733031066d75737465720474657374000a6d75737465722d6b65790000fa00ff00000000003d0b686d61632d736861" +
      "3235360000006b02c7e4012c002054f634dd82571c2f7cb7400c293bb19426261c22b816ae49b45cbc66158fdaa678e400000000",
    "hex",
  ),
  answer: Buffer.from(
    "78e4a8000001000000000001066d7573746572047465737400000600010a6d75737465722d6b65790000fa00ff00000000003d0b686d6163" +
      "2d7368613235360000006b02c7e4012c00204734539adf40846524600f1237baf8679621d513b7175472fd65e09e68ebbbc178e400000000",
    "hex",
  ),
  time: 0x6b02c7e4,
};

const secret = Buffer.from("a secret of this test, and of nothing else");
const key: TsigKey = { name: "muster-key", algorithm: "hmac-sha256", secret };
const time = 1_800_000_000;
const body = Buffer.from(
  encodeMessage({
    id: 4711,
    flags: makeFlags(OPCODE.UPDATE),
    questions: [{ name: "corp.example", type: TYPE.SOA, class: 1 }],
    answers: [],
    authorities: [],
    additionals: [],
  }),
);

/** Opens signed bytes that must be a signed message. */
function open(bytes: Uint8Array) {
  const opened = openMessage(bytes);
  if (opened?.tsig === undefined) throw new Error("not a signed message");
  return { ...opened, tsig: opened.tsig };
}

describe("a signature recorded from BIND", () => {
  test("holds, and so does that of the answer, which covers it", () => {
    const { key, time } = RECORDED;
    const request = open(RECORDED.request);
    const answer = open(RECORDED.answer);
    expect(checkSignature(request.body, request.tsig, key, { time })).toBe(TSIG_ERROR.NONE);
    const terms = { time, requestMac: request.tsig.mac };
    expect(checkSignature(answer.body, answer.tsig, key, terms)).toBe(TSIG_ERROR.NONE);
    expect(checkSignature(answer.body, answer.tsig, key, { time })).toBe(TSIG_ERROR.BADSIG);
  });

  test("is what this code makes of the same message", () => {
    const { key, time } = RECORDED;
    const { body, tsig } = open(RECORDED.request);
    const signed = signMessage(body, key, { time });
    expect(Buffer.from(signed.bytes).toString("hex")).toBe(RECORDED.request.toString("hex"));
    const answer = open(RECORDED.answer);
    const again = signMessage(answer.body, key, { time, requestMac: tsig.mac });
    expect(Buffer.from(again.bytes).toString("hex")).toBe(RECORDED.answer.toString("hex"));
  });
});

describe("a signature", () => {
  test.each(Object.keys(TSIG_ALGORITHMS) as TsigAlgorithm[])("by %s holds", (algorithm) => {
    const { bytes } = signMessage(body, { ...key, algorithm }, { time });
    const opened = open(bytes);
    expect(Buffer.from(opened.body).equals(body)).toBe(true);
    expect(opened.message.additionals).toEqual([]);
    expect(checkSignature(opened.body, opened.tsig, { ...key, algorithm }, { time })).toBe(TSIG_ERROR.NONE);
  });

  test("does not hold when any bit of the message was changed", () => {
    const { bytes } = signMessage(body, key, { time });
    const original = open(bytes);
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const changed = Buffer.from(bytes);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const opened = openMessage(changed);
        if (opened?.tsig === undefined) return;
        const { body: covered, tsig } = opened;
        // Not covered are the id, which a forwarder may change, and the case of the names.
        const lower = { keyName: tsig.keyName.toLowerCase(), algorithm: tsig.algorithm.toLowerCase() };
        const unchanged = Bun.deepEquals({ ...tsig, ...lower }, original.tsig) && body.equals(covered);
        const holds = checkSignature(covered, tsig, key, { time }) === TSIG_ERROR.NONE;
        expect(holds).toBe(unchanged);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["another secret", { ...key, secret: Buffer.from("another") }, TSIG_ERROR.BADSIG],
    ["another name", { ...key, name: "other-key" }, TSIG_ERROR.BADKEY],
    ["another algorithm", { ...key, algorithm: "hmac-sha512" as const }, TSIG_ERROR.BADKEY],
    ["its name in another case", { ...key, name: "MUSTER-key" }, TSIG_ERROR.NONE],
  ])("checked with %s", (_, other, verdict) => {
    const { body: covered, tsig } = open(signMessage(body, key, { time }).bytes);
    expect(checkSignature(covered, tsig, other, { time })).toBe(verdict);
  });

  test.each([
    [FUDGE, TSIG_ERROR.NONE],
    [FUDGE + 1, TSIG_ERROR.BADTIME],
    [-FUDGE, TSIG_ERROR.NONE],
    [-FUDGE - 1, TSIG_ERROR.BADTIME],
  ])("made %d seconds from the checker's time", (seconds, verdict) => {
    const { body: covered, tsig } = open(signMessage(body, key, { time: time + seconds }).bytes);
    expect(checkSignature(covered, tsig, key, { time })).toBe(verdict);
  });

  test("that was shortened is not taken", () => {
    const { body: covered, tsig } = open(signMessage(body, key, { time }).bytes);
    const shortened = { ...tsig, mac: tsig.mac.subarray(0, 16) };
    expect(checkSignature(covered, shortened, key, { time })).toBe(TSIG_ERROR.BADTRUNC);
    expect(checkSignature(covered, { ...tsig, mac: new Uint8Array() }, key, { time })).toBe(
      TSIG_ERROR.BADTRUNC,
    );
  });

  test("of a time beyond 2106 holds", () => {
    const late = 2 ** 33 + 7;
    const { body: covered, tsig } = open(signMessage(body, key, { time: late }).bytes);
    expect(tsig.time).toBe(late);
    expect(checkSignature(covered, tsig, key, { time: late })).toBe(TSIG_ERROR.NONE);
  });

  test("must be the last record and the only one", () => {
    const once = signMessage(body, key, { time }).bytes;
    expect(openMessage(once)).toBeDefined();
    expect(openMessage(signMessage(once, key, { time }).bytes)).toBeUndefined();
    const { body: covered, tsig } = open(once);
    const inAnswers = Buffer.from(refuseSignature(covered, tsig, 0));
    inAnswers.writeUInt16BE(1, 6);
    inAnswers.writeUInt16BE(0, 10);
    expect(openMessage(inAnswers)).toBeUndefined();
  });

  test("that is damaged makes a message undefined or a signature that does not hold, never an error", () => {
    const { bytes } = signMessage(body, key, { time });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: bytes.length }),
        fc.uint8Array({ maxLength: 120 }),
        (at, tail) => {
          const damaged = Buffer.concat([bytes.subarray(0, at), tail]);
          const opened = openMessage(damaged);
          if (opened?.tsig === undefined) return;
          const error = checkSignature(opened.body, opened.tsig, key, { time });
          expect(error === TSIG_ERROR.NONE).toBe(damaged.equals(bytes));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
