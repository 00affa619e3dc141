import { describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseTsigKey, readTsigKeyFile } from "./key-file.ts";

const SECRET = "0PSeKGFASsdODSjqdfvlJT7AM9ajYGvTfkrx5n5lmLQ=";
const written = `key "muster-key" {\n\talgorithm hmac-sha256;\n\tsecret "${SECRET}";\n};\n`;

describe("a key file", () => {
  test("is read as tsig-keygen writes it", () => {
    expect(parseTsigKey(written, "muster.key")).toEqual({
      name: "muster-key",
      algorithm: "hmac-sha256",
      secret: Buffer.from(SECRET, "base64"),
    });
  });

  test.each([
    ["on one line and without quotes", `key muster-key { algorithm hmac-sha256; secret ${SECRET}; };`],
    [
      "with secret and algorithm the other way round",
      `key "muster-key" { secret "${SECRET}"; algorithm "HMAC-SHA256"; };`,
    ],
    [
      "with comments",
      `# one\n// two\n/* key "x" {\n} */ key "Muster-Key." { algorithm hmac-sha256; // "\n secret "${SECRET}"; };`,
    ],
  ])("is read %s", (_, text) => {
    expect(parseTsigKey(text, "muster.key")).toEqual(parseTsigKey(written, "muster.key"));
  });

  test("keeps a secret that holds what looks like a comment", () => {
    const text = 'key "k" { algorithm hmac-sha1; secret "ab//cd//"; };';
    expect(parseTsigKey(text, "k.key").secret).toEqual(Buffer.from("ab//cd//", "base64"));
  });

  test.each([
    ["nothing", "", "does not hold exactly one key"],
    ["something else", "-----BEGIN PRIVATE KEY-----", "does not hold exactly one key"],
    ["two keys", written + written, "does not hold exactly one key"],
    ["no secret", 'key "k" { algorithm hmac-sha256; };', "has no secret in base64"],
    [
      "a secret that is not base64",
      'key "k" { algorithm hmac-sha256; secret "???"; };',
      "has no secret in base64",
    ],
    ["no algorithm", `key "k" { secret "${SECRET}"; };`, 'names the algorithm ""'],
    ["an algorithm of the past", `key "k" { algorithm hmac-md5; secret "${SECRET}"; };`, "hmac-sha256"],
    [
      "an object's own word",
      `key "k" { algorithm constructor; secret "${SECRET}"; };`,
      "names the algorithm",
    ],
    ["a name that is none", `key "k..k" { algorithm hmac-sha256; secret "${SECRET}"; };`, "The key's name"],
    [
      "a statement twice",
      `key "k" { secret "${SECRET}"; secret "${SECRET}"; };`,
      "one algorithm and one secret",
    ],
    ["megabytes", " ".repeat(1 << 20), "is too large"],
  ])("with %s is refused in a sentence that names it and tells no secret", (_, text, sentence) => {
    const refusal = refusalOf(() => parseTsigKey(text, "muster.key"));
    expect(refusal).toMatchObject({ name: "BAD_INPUT" });
    expect(refusal.message).toContain(sentence);
    expect(refusal.message).toContain("muster.key");
    expect(refusal.message).not.toContain(SECRET);
  });

  test("is read from disk, and one that is missing is named", async () => {
    const folder = await mkdtemp(join(tmpdir(), "muster-key-"));
    const path = join(folder, "muster.key");
    await Bun.write(path, written);
    expect((await readTsigKeyFile(path)).name).toBe("muster-key");
    const missing = readTsigKeyFile(join(folder, "none.key"));
    await expect(missing).rejects.toThrow(/none\.key cannot be read \(ENOENT\)/);
    await rm(folder, { recursive: true });
  });
});

function refusalOf(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was refused");
}
