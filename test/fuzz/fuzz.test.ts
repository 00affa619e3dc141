import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { decodeBase64url } from "../../src/protocol/base64url.ts";
import { peekClaims } from "../../src/protocol/jws.ts";
import { problem } from "../../src/protocol/problems.ts";
import { waitForAnswers } from "./dns-server.ts";
import { FORGERS, GENUINE } from "./documents.ts";
import { fuzz, inputsOf } from "./fuzz.ts";
import { judge } from "./judge.ts";
import { onlyGenuine } from "./kinds.ts";
import { bytes } from "./mutate-bytes.ts";
import { token } from "./mutate-token.ts";
import { fuzzAll } from "./pool.ts";
import { removeScratch } from "./scratch.ts";
import { defectText } from "./table.ts";
import { bytesOf, onText, type Target, textOf } from "./target.ts";
import { TARGETS } from "./targets.ts";

/** Each target's share of a million in a night; here a sample, always the same one. */
const SAMPLE = { seed: 1, inputs: 2000, threads: 2 };

afterAll(async () => {
  for (const { close } of TARGETS) await close?.();
  removeScratch();
});

describe("what is mutated is valid before:", () => {
  beforeAll(() => waitForAnswers(60_000));

  test.each(TARGETS.map((target) => [target.name, target] as const))("%s", async (_, target) => {
    const verdicts = async (inputs: readonly Uint8Array[]) => {
      const all: unknown[] = [];
      for (const input of inputs) all.push(await judge(target, input));
      return [...new Set(all)];
    };
    expect(await verdicts((await target.valid()).map(bytesOf))).toEqual(["accepted"]);
  });
});

test("no mutated input does more than be read or be refused in a sentence", async () => {
  const outcomes = await fuzzAll(SAMPLE);
  expect(outcomes.flatMap(({ defects }) => defects).map(defectText)).toEqual([]);
  for (const { target, inputs, refused } of outcomes) {
    expect([
      target,
      inputs >= 40,
      refused > 0 || MOST_ARE_FINE.includes(target) || target.startsWith("http-"),
    ]).toEqual([target, true, true]);
  }
}, 600_000);

/** Readers that make the best of anything. */
const MOST_ARE_FINE = ["client-events", "host-kept-keys", "network-settings", "bundle", "host-published"];

describe("a fuzzer finds", () => {
  const reader = (read: Target["read"], law: Target["law"] = () => undefined): Target => {
    return { name: "test", valid: () => ["plain 12345 text"], mutate: bytes, read, law };
  };
  const found = async (target: Target) =>
    (await fuzz(target, { seed: 7, from: 0, to: 3000 }, () => {})).defects;

  test("what throws anything but a problem, and shrinks it to what matters", async () => {
    const target = reader((input) => {
      if (input.includes(0)) throw new TypeError("a defect");
    });
    const [defect, ...others] = await found(target);
    expect(others).toEqual([]);
    expect(defect?.defect).toStartWith("It throws TypeError: a defect");
    expect(Buffer.from(defect?.input ?? "", "base64")).toEqual(Buffer.of(0));
  });

  test("a problem without a sentence, and one that calls itself a defect", async () => {
    const [silent] = await found(reader(() => Promise.reject(problem("BAD_INPUT", "no"))));
    expect(silent?.defect).toStartWith("Its sentence is none: no");
    const [own] = await found(reader(() => Promise.reject(problem("DEFECT", "It is one of ours."))));
    expect(own?.defect).toStartWith("It calls itself a defect");
  });

  test("a law that is broken, as a decoder with two readings of one text does", async () => {
    const lenient = reader(
      (input) => Buffer.from(textOf(input), "base64url"),
      (read: Buffer, input) =>
        decodeBase64url(textOf(input)) === undefined && read.length > 0 && "Two readings.",
    );
    expect((await found(lenient))[0]?.defect).toBe("Two readings.");
  });

  test("a forgery, where a reader looks at the claims and not at the signature", async () => {
    const lease = GENUINE.lease;
    const read = onText((text) => peekClaims(text, "lease"));
    const careless: Target = {
      name: "test",
      valid: () => [lease],
      foreign: FORGERS,
      mutate: token,
      read,
      law: onlyGenuine(lease),
    };
    expect((await found(careless)).map(({ defect }) => defect)).toEqual(["What nobody signed is accepted."]);
  });

  test("the same again for the same seed, and other inputs for another", async () => {
    const target = reader(onText((text) => text));
    const some = async (seed: number) => {
      const inputAt = await inputsOf(target, seed);
      return Array.from({ length: 200 }, (_, number) => Buffer.from(inputAt(number)).toString("base64"));
    };
    expect(await some(1)).toEqual(await some(1));
    expect(await some(1)).not.toEqual(await some(2));
    expect(new Set(await some(1)).size).toBeGreaterThan(150);
  });
});
