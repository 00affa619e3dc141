import { expect, test } from "bun:test";
import { errorDocs } from "../scripts/error-docs.ts";
import { PROBLEMS } from "../src/protocol/problems.ts";

test("docs/errors.md is what the table of problems gives (else: bun scripts/error-docs.ts)", async () => {
  expect(await Bun.file(new URL("../docs/errors.md", import.meta.url)).text()).toBe(errorDocs());
});

test("every problem has one row with its name, code, status, exit code and meaning", () => {
  const rows = errorDocs().split("\n");
  for (const [name, { code, status, exit, title }] of Object.entries(PROBLEMS)) {
    expect(rows.filter((row) => row.startsWith(`| \`${name}\` |`))).toEqual([
      `| \`${name}\` | \`${code}\` | ${status} | ${exit} | ${title} |`,
    ]);
  }
});
