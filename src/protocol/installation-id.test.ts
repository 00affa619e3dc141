import { expect, test } from "bun:test";
import fc from "fast-check";
import { encodeBase64url } from "./base64url.ts";
import { readDigits, spellDigits } from "./digit-groups.ts";
import { newId } from "./ids.ts";
import { installationIdOf, isMadeWith, readInstallationId } from "./installation-id.ts";
import type { PublicJwk } from "./jws.ts";
import { makeKey } from "./keys.ts";

function publicKey(bytes: Uint8Array): PublicJwk {
  return { kty: "OKP", crv: "Ed25519", x: encodeBase64url(bytes) };
}

test("an installation id says the host, its public key and the number of its host key", async () => {
  const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });
  await fc.assert(
    fc.asyncProperty(fc.uuid(), keys, fc.integer({ min: 1, max: 0xffff }), async (host, bytes, number) => {
      const hostKey = publicKey(bytes);
      const { text: key } = makeKey("host", number);
      const text = await installationIdOf({ host, hostKey, key });
      expect(text).toMatch(/^(\d{7}-){21}\d{7}$/);
      expect(readInstallationId(text)).toEqual({ host, hostKey, number, text });
      expect(await isMadeWith(readInstallationId(text), key)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test("it holds only with the host key it was made with, and only unchanged", async () => {
  const { text: key } = makeKey("host", 7);
  const text = await installationIdOf({ host: newId(), hostKey: publicKey(new Uint8Array(32).fill(9)), key });
  expect(await isMadeWith(readInstallationId(text), makeKey("host", 7).text)).toBe(false);
  const bits = readDigits(text, "installation id");
  for (const at of [30, 200, 400, 430]) {
    const changed = bits.slice(0, at) + (bits[at] === "0" ? "1" : "0") + bits.slice(at + 1);
    expect(await isMadeWith(readInstallationId(spellDigits(changed)), key)).toBe(false);
  }
});

test("its form stays what it is: hosts and vendors of other versions read it", async () => {
  const id = { host: "11111111-2222-4333-8444-555555555555", hostKey: publicKey(new Uint8Array(32).fill(1)) };
  const key = "DGVM8-4XBTQ-CXDFP-CQD8B-G9YYQ";
  expect(await installationIdOf({ ...id, key })).toBe(
    "1885416-7197120-5652909-7354271-6594643-2130539-4102101-8711633-9953744-7648293-3506582-" +
      "7110636-6800275-6848381-9322677-0462424-6789621-1413268-3417054-9686799-2648301-1043212",
  );
});

test("digits that are no installation id are refused", () => {
  for (const bits of ["1", "0".repeat(436), `0001${"0".repeat(400)}`, `0010${"1".repeat(432)}`]) {
    expect(() => readInstallationId(spellDigits(bits))).toThrow(/it has 22 groups of 7 digits/);
  }
});
