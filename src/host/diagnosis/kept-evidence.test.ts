import { expect, test } from "bun:test";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { safeName } from "./kept-evidence.ts";

test.each([
  ["kms.evtx", "kms.evtx"],
  ["../../etc/passwd", "passwd"],
  ["C:\\temp\\host.txt", "host.txt"],
  ["..", "file"],
  ["", "file"],
  [".hidden", "hidden"],
  ["イベント ログ (1).evtx", "イベント ログ (1).evtx"],
  ["a\0b\nc:d*.txt", "a_b_c_d_.txt"],
  [`${"x".repeat(300)}.evtx`, `${"x".repeat(95)}.evtx`],
])("the file %j is written as %j", (given, name) => {
  expect(safeName(given)).toBe(name);
});

test("no name leads out of the folder it is put in, or is that of the folder", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(".", "/", "\\", "a", " ") })),
      (given) => {
        const name = safeName(given);
        expect(resolve("/evidence", name)).toBe(join("/evidence", name));
        expect(join("/evidence", name)).not.toBe("/evidence");
        expect(name).not.toMatch(/^\.|[/\\\0]/);
      },
    ),
  );
});
